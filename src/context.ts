import type { Tx } from './db/client.js'
import type { Locale } from './errors.js'
import type { Policy } from './policy/document.js'
import type { Channel } from './policy/document-shape.js'
import type { Standing } from './standing.js'

/** Who does something, as the event log names them. */
export type Actor =
  | { readonly type: 'api_key'; readonly id: string; readonly name: string }
  | { readonly type: 'member'; readonly id: string; readonly name: string | null }
  | { readonly type: 'user'; readonly id: string | null; readonly name: string | null }
  | { readonly type: 'system'; readonly id: null; readonly name: null }

/** From where a person acted, as far as it is known. */
export interface Origin {
  readonly ip: string | null
  readonly userAgent: string | null
}

export const SYSTEM: Actor = { type: 'system', id: null, name: null }

/**
 * Keeps the answer of a command under the caller's Idempotency-Key, in the command's own
 * transaction: an answer that was rolled back is not kept, one that was committed cannot be lost.
 */
export interface AnswerKeeper {
  /** First thing in the transaction. Throws the kept answer when there is one. */
  begin(tx: Tx): Promise<void>
  /** Last thing in the transaction. */
  keep(tx: Tx, result: unknown): Promise<void>
}

/**
 * What the caller has seen of the resource that it changes (`If-Match`): held against what is there
 * once the command has locked it, so nothing can come in between.
 */
export interface Precondition {
  /**
   * Right after the lock; a second time in a transaction it does nothing.
   *
   * @param policy the one that judges from then on, where the resource is an organization's
   * @throws Problem precondition_failed, not_found
   */
  hold(tx: Tx, policy?: PolicyVersion): Promise<void>
  isHeld(tx: Tx): boolean
}

/** What every command knows of its call. */
export interface CallContext {
  readonly actor: Actor
  /** The one instant at which everything in this call happens. */
  readonly now: Date
  readonly requestId: string | null
  /** The API key by which it came, also on behalf of a member; left out: by none. */
  readonly apiKeyId?: string | undefined
  /** Whoever acts sends it by a token of their own: no backend has looked at what they say. */
  readonly byToken?: true | undefined
  /** Left out: nobody's own device. */
  readonly origin?: Origin | undefined
  /** The language of whoever reads the answer. */
  readonly locale: Locale
  readonly answer?: AnswerKeeper
  readonly precondition?: Precondition
}

/** A call on the deployment by who may do some things in some organizations. */
export interface OperatorContext extends CallContext {
  readonly scopes: readonly string[]
  /** Null: every organization. */
  readonly organizationIds: readonly string[] | null
  /** When whoever calls may no longer; null: never. */
  readonly expiresAt: Date | null
}

/** The same by an API key. */
export interface KeyContext extends OperatorContext {
  readonly actor: Extract<Actor, { type: 'api_key' }>
}

/** Who a token says somebody is; the host vouches for it. */
export interface Person {
  /** The host's user id. */
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly emailVerified: boolean
}

/** A call on the deployment by a person about themselves. */
export interface PersonContext extends CallContext {
  readonly actor: { readonly type: 'user'; readonly id: string; readonly name: string | null }
  readonly person: Person
  /** Null: every organization. */
  readonly organizationIds: readonly string[] | null
}

/**
 * Proof that an actor may act in an organization. Only http/ and job runs build one, so a use case
 * that takes an OrgContext cannot be reached without the check.
 */
export interface OrgContext extends CallContext {
  /** The API key or the person, and the member when there is one. */
  readonly caller: readonly string[]
  readonly organizationId: string
  readonly policy: PolicyVersion
  readonly standing: Standing
  /** From which kind of client the acting member calls; null: unknown, or the host itself. */
  readonly channel: Channel | null
}

/** A policy as it stood when it was read, with the organization's own roles where it is one's. */
export interface PolicyVersion {
  readonly key: string
  readonly version: number
  readonly policy: Policy
}
