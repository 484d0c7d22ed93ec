import type { TSchema } from '@sinclair/typebox'
import type { CallContext } from './context.js'
import type { Db } from './db/client.js'
import type { Deps } from './deps.js'

/** Who looks at which resource. */
export interface Look<C, P = unknown> {
  readonly deps: Deps
  /** Where it is read: within a command, its transaction. */
  readonly db: Db
  readonly ctx: C
  /** Those of the path that it has, also where more follow in a longer one. */
  readonly params: P
}

export type Told = Record<string, unknown>

/**
 * One resource as its GET tells it. Its tag is made of that, and so is what an `If-Match` is held
 * against: a route that changes it declares the same.
 */
export interface Single<C extends CallContext = CallContext, P = unknown, B extends Told = Told> {
  /** What its GET answers with, by its name. */
  readonly schema: TSchema
  /** PUT makes it where there is none: nothing is what a precondition then fails on. */
  readonly isMadeByPut?: true
  /** @throws Problem not_found */
  tell(look: Look<C, P>): Promise<B>
}

/** Once for each resource; its types are those of what `tell` takes and answers with. */
export const defineSingle = <C extends CallContext, P, B extends Told>(
  single: Single<C, P, B>
): Single<C, P, B> => single
