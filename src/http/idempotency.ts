import { createHash } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerKeeper } from '../context.js'
import { idempotencyKeys } from '../db/tables/idempotency-keys.js'
import type { Deps } from '../deps.js'
import {
  idempotencyKeyReused,
  invalidRequest,
  Problem,
  type ProblemMembers,
  problemCatalogue
} from '../errors.js'
import { keyContext, orgContext } from './access.js'
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
class KeptAnswer extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super('already answered')
    this.answer = answer
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
    caller: callerOf(request),
    operation: `${request.method} ${request.url.split('?')[0] ?? ''}`,
    key,
    fingerprint: createHash('sha256')
      .update(JSON.stringify(request.body ?? null))
      .digest(),
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

/** Whose keys these are: two callers may use the same one. */
function callerOf(request: FastifyRequest): string {
  const { access } = request.routeOptions.config
  if (access?.class === 'tenant') return JSON.stringify(orgContext(request).caller)
  return access?.class === 'operator' ? keyContext(request).actor.id : `address:${request.ip}`
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
}

function createKeeper(deps: Deps, slot: Slot): AnswerKeeper {
  const { caller, operation, key, fingerprint } = slot
  const isSlot = and(
    eq(idempotencyKeys.caller, caller),
    eq(idempotencyKeys.operation, operation),
    eq(idempotencyKeys.key, key)
  )
  return {
    async begin(tx) {
      const name = JSON.stringify([caller, operation, key])
      const { rows } = await tx.execute<{ locked: boolean }>(
        sql`select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as locked`
      )
      if (rows[0]?.locked !== true) throw idempotencyKeyInUse()
      const [kept] = await tx.select().from(idempotencyKeys).where(isSlot)
      if (!kept || kept.createdAt.getTime() <= deps.now().getTime() - ANSWER_KEPT_MS) return
      if (!kept.fingerprint.equals(fingerprint)) throw idempotencyKeyReused()
      const body: unknown = JSON.parse(deps.sealer.open(kept.answer))
      throw new KeptAnswer({ status: kept.status, body })
    },

    async keep(tx, result) {
      const { status, body } = toKept(slot.toAnswer(result))
      const row = {
        fingerprint,
        status,
        answer: deps.sealer.seal(JSON.stringify(body)),
        createdAt: deps.now()
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
