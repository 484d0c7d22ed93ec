import { Pool } from 'undici'
import type { Scope } from '../helpers/scope.js'

// biome-ignore lint: the shape is what the service answers
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

/** A request of the mix, and what its answer is to be. */
export interface Ask {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
  /** A command that is sent again under it until it is answered. */
  readonly key?: string
  readonly expected: number
  /** Answers with what is wrong about an answer of the expected status. */
  readonly done?: (body: Json) => string | undefined
  /** It was refused before anything was done, and is not sent again. */
  readonly refused?: () => void
  /** There was no answer, and nobody will ever know. */
  readonly lost?: () => void
}

/**
 * `done`: as expected. `refused`: told that there is too much to do, and when to come again.
 * `unanswered`: no answer in time, or a connection that broke. `busy`: what got no answer before is
 * still under way. `wrong`: anything else.
 */
export type Outcome = 'done' | 'refused' | 'unanswered' | 'busy' | 'wrong'

export interface Reply {
  readonly outcome: Outcome
  readonly why: string
  readonly body: Json
}

/** As long as a host waits for one request. */
export const TIMEOUT_MS = 10_000
/** Refusals that say: nothing was done, come again. */
const TOO_MUCH: Readonly<Record<number, readonly string[]>> = {
  429: ['ledger_busy'],
  503: ['overloaded']
}
const IN_USE = 'idempotency_key_in_use'

/**
 * As many as the backends of a product and the proxy before Muster keep between them. They are kept:
 * Node takes one new connection in each turn of its event loop, so whoever connects anew while there
 * is much to do waits for seconds to be refused.
 */
const CONNECTIONS = 1_500
const KEPT_MS = 60_000

/** Calls as a host's backends do, over connections that they have already. */
export function createClient(scope: Scope, url: string, apiKey: string) {
  const pool = new Pool(url, { connections: CONNECTIONS, keepAliveTimeout: KEPT_MS })
  scope.teardown(() => pool.destroy())

  async function send({ method, path, body, key }: Ask) {
    const answer = await pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS)
    })
    const text = await answer.body.text()
    const { 'retry-after': retryAfter } = answer.headers
    return { status: answer.statusCode, retryAfter, body: text === '' ? {} : JSON.parse(text) }
  }

  const call = async (ask: Ask): Promise<Reply> => {
    try {
      const { status, retryAfter, body } = await send(ask)
      const outcome = judge(ask, { status, code: body.code, retryAfter })
      return { outcome, why: `${ask.name}: ${status} ${body.code} ${body.detail}`, body }
    } catch (error) {
      return { outcome: 'unanswered', why: `${ask.name}: ${String(error)}`, body: undefined }
    }
  }

  /** Opens those of them that are not open. */
  async function connect(): Promise<void> {
    const look = async () => {
      const { body } = await pool.request({ method: 'GET', path: '/healthz' })
      await body.dump()
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, look))
  }
  return Object.assign(call, { connect })
}

interface Head {
  readonly status: number
  readonly code: unknown
  readonly retryAfter: unknown
}

/** What an answer means, by its status, its code and whether it says when to come again. */
export function judge({ expected }: Pick<Ask, 'expected'>, head: Head): Outcome {
  const { status, code, retryAfter } = head
  if (status === expected) return 'done'
  if (code === IN_USE) return 'busy'
  const isTooMuch = TOO_MUCH[status]?.includes(String(code)) ?? false
  return isTooMuch && Number(retryAfter) > 0 ? 'refused' : 'wrong'
}

export type Client = ReturnType<typeof createClient>
