import { createHash } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerKeeper } from '../context.js'
import type { Tx } from '../db/client.js'
import { idempotencyKeys } from '../db/tables/idempotency-keys.js'
import type { Deps } from '../deps.js'
import {
  idempotencyKeyReused,
  invalidRequest,
  Problem,
  type ProblemMembers,
  problemCatalogue
} from '../errors.js'
import { operatorContext, orgContext } from './access.js'
import { idempotencyKeyInUse } from './errors.js'

/** How long an answer is kept: a retry after that is a new command. */
const ANSWER_KEPT_MS = 24 * 3_600_000
/** Bare or quoted, as the IETF draft writes it. */
const KEY = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/

export interface Answer<B = unknown> {
  readonly status: number
  readonly body: B
}

export const ok = <B>(body: B): Answer<B> => ({ status: 200, body })
export const created = <B>(body: B): Answer<B> => ({ status: 201, body })

/** The kept answer, thrown out of the transaction that would have run the command again. */
export class KeptAnswer extends Error {
  readonly answer: Answer
  readonly keptAt: Date

  constructor(answer: Answer, keptAt: Date) {
    super('already answered')
    this.answer = answer
    this.keptAt = keptAt
  }
}

interface Once<T, B> {
  readonly run: (answer: { answer?: AnswerKeeper }) => Promise<T>
  /** A problem: the command has committed what it did, and is answered with this all the same. */
  readonly toAnswer: (result: T) => Answer<B> | Problem
}

/**
 * Runs the command of a POST and sends its answer. With an Idempotency-Key the command runs once:
 * a repetition gets the same answer, with `Idempotent-Replayed: true`.
 */
export async function answerOnce<T, B>(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { run, toAnswer }: Once<T, B>
): Promise<B> {
  const key = readIdempotencyKey(request)
  const send = (answer: Answer<B> | Problem) => {
    if (answer instanceof Problem) throw answer
    void reply.code(answer.status)
    return answer.body
  }
  if (key === undefined) return send(toAnswer(await run({})))

  const keeper = createKeeper(deps, {
    ...slotOf(request, key),
    toAnswer: (result) => toAnswer(result as T)
  })
  try {
    return send(toAnswer(await run({ answer: keeper })))
  } catch (error) {
    if (!(error instanceof KeptAnswer)) throw error
    void reply.header('idempotent-replayed', 'true')
    return send(fromKept(error.answer) as Answer<B> | Problem)
  }
}

/** Where the answer to a request is kept. */
export const slotOf = (request: FastifyRequest, key: string) => ({
  caller: callerOf(request),
  operation: `${request.method} ${request.url.split('?')[0] ?? ''}`,
  key,
  fingerprint: createHash('sha256')
    .update(JSON.stringify(askedOf(request)))
    .digest()
})

/**
 * The body, and with it what the query says: what is confirmed is not what was not. As it was sent,
 * without defaults: where nothing was, releases before this one have kept answers of bodies alone.
 */
function askedOf({ body = null, url }: FastifyRequest): unknown {
  const query = new URLSearchParams(url.split('?')[1])
  query.sort()
  return query.size === 0 ? body : { body, query: query.toString() }
}

/** Whose keys these are: two callers may use the same one. */
function callerOf(request: FastifyRequest): string {
  const { access } = request.routeOptions.config
  if (access?.class === 'tenant') return JSON.stringify(orgContext(request).caller)
  if (access?.class !== 'operator') return `address:${request.ip}`
  const { actor } = operatorContext(request)
  return actor.type === 'api_key' ? actor.id : `user:${actor.id}`
}

/** The Idempotency-Key of a request. @throws Problem invalid_request */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const [, quoted, bare] = KEY.exec(String(header)) ?? []
  const key = quoted ?? bare
  if (key === undefined) {
    const detail = 'Must be 1 to 255 printable characters.'
    throw invalidRequest({ errors: [{ pointer: 'header:/Idempotency-Key', detail }] })
  }
  return key
}

interface Slot {
  readonly caller: string
  readonly operation: string
  readonly key: string
  readonly fingerprint: Buffer
  readonly toAnswer: (result: unknown) => Answer | Problem
  readonly part?: KeptPart
}

/** Of an answer that is kept in parts. */
interface KeptPart {
  /** All are kept as of one instant: so they end at one, and none counts for a later request. */
  readonly keptAt: Date
  readonly isFirst: boolean
  /** Whoever has begun to answer waits for another that has caught up with it. */
  readonly waits: boolean
}

export function createKeeper(deps: Deps, slot: Slot): AnswerKeeper {
  const { caller, operation, key, fingerprint, part } = slot
  const isSlot = and(
    eq(idempotencyKeys.caller, caller),
    eq(idempotencyKeys.operation, operation),
    eq(idempotencyKeys.key, key)
  )
  return {
    async begin(tx) {
      const name = JSON.stringify([caller, operation, key])
      await lockSlot(tx, name, part?.waits === true)
      const [kept] = await tx.select().from(idempotencyKeys).where(isSlot)
      if (!kept || !isValid(kept.createdAt, deps.now(), part)) return
      if (!kept.fingerprint.equals(fingerprint)) throw idempotencyKeyReused()
      const body: unknown = JSON.parse(deps.sealer.open(kept.answer))
      throw new KeptAnswer({ status: kept.status, body }, kept.createdAt)
    },

    async keep(tx, result) {
      const { status, body } = toKept(slot.toAnswer(result))
      const row = {
        fingerprint,
        status,
        answer: deps.sealer.seal(JSON.stringify(body)),
        createdAt: part?.keptAt ?? deps.now()
      }
      await tx
        .insert(idempotencyKeys)
        .values({ caller, operation, key, ...row })
        .onConflictDoUpdate({
          target: [idempotencyKeys.caller, idempotencyKeys.operation, idempotencyKeys.key],
          set: row
        })
    }
  }
}

/** Until the end of the transaction. @throws Problem idempotency_key_in_use */
async function lockSlot(tx: Tx, name: string, waits: boolean): Promise<void> {
  if (waits) {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
    return
  }
  const { rows } = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as locked`
  )
  if (rows[0]?.locked !== true) throw idempotencyKeyInUse()
}

const isValid = (keptAt: Date, now: Date, part: KeptPart | undefined): boolean =>
  part === undefined || part.isFirst
    ? keptAt.getTime() > now.getTime() - ANSWER_KEPT_MS
    : keptAt.getTime() === part.keptAt.getTime()

interface KeptProblem {
  readonly code: string
  readonly members: ProblemMembers
}

/** Of a problem what it is made of is kept: it is told again like any other. */
function toKept(answer: Answer | Problem): Answer {
  if (!(answer instanceof Problem)) return answer
  const { code, status } = answer.definition
  const body: KeptProblem = { code, members: answer.members }
  return { status, body }
}

function fromKept(kept: Answer): Answer | Problem {
  if (kept.status < 400) return kept
  const { code, members } = kept.body as KeptProblem
  const definition = problemCatalogue().get(code)
  if (!definition) throw new Error(`no problem is called ${code}`)
  return new Problem(definition, members)
}
