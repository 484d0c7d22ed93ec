import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from './service.js'

/** What the simulation reads of an answer: whatever it is. */
// biome-ignore lint: the shape is what the steps expect
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

export interface Answer {
  readonly status: number
  readonly body: Json
  /** An answer got lost before, of a command without a key: what is there tells what it did. */
  readonly lost: boolean
}

export interface Asked {
  readonly body?: unknown
  readonly actor?: string | undefined
  /** Without the key of the host: a stranger. */
  readonly stranger?: true
  /** Another key than the host's, or a token. */
  readonly bearer?: string
  /** The same twice is the same command. */
  readonly key?: string
}

const TRIES_MAX = 12
const PAUSE_MS = 60
/** Of a command under the same key whose process has just been killed. */
const IN_USE = 'idempotency_key_in_use'

const NO_ANSWER = { status: 0, body: {} }

/** Calls the API as a host's backend does, again under the same key whenever an answer is lost. */
export function createCaller(service: Service, faults: { settled(): Promise<boolean> }) {
  let count = 0
  return async (method: string, path: string, asked: Asked = {}): Promise<Answer> => {
    count += 1
    const sent = { method, path, asked, key: asked.key ?? `step-${count}` }
    let lost = false
    for (let tried = 0; tried < TRIES_MAX; tried += 1) {
      const answer = (await send(service, sent)) ?? NO_ANSWER
      const wasDisturbed = await faults.settled()
      if (isFinal(answer, wasDisturbed || lost)) {
        return { ...answer, lost: lost && method !== 'POST' }
      }
      lost ||= isMissing(answer)
      await sleep(PAUSE_MS)
    }
    throw new Error(`${method} ${path} was never answered: ${service.api.said()}`)
  }
}

type Got = Pick<Answer, 'status' | 'body'>

const isMissing = ({ status }: Got) => status === 0 || status >= 500

/** A failure is the service's own unless something was done to it. */
const isFinal = (answer: Got, isExcused: boolean) =>
  isMissing(answer) ? !isExcused : answer.body.code !== IN_USE

export type Caller = ReturnType<typeof createCaller>

interface Sent {
  readonly method: string
  readonly path: string
  readonly asked: Asked
  readonly key: string
}

async function send({ api, key: apiKey }: Service, sent: Sent): Promise<Got | undefined> {
  const { method, path, asked } = sent
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: headersOf(sent, apiKey),
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) })
  }).catch(() => undefined)
  const text = await response?.text().catch(() => undefined)
  if (!response || text === undefined) return undefined
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(text) : {} }
}

function headersOf({ method, asked, key }: Sent, apiKey: string) {
  const { body, actor, stranger, bearer = apiKey } = asked
  return {
    ...(stranger ? strangerHeaders(key) : { authorization: `Bearer ${bearer}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(actor === undefined ? {} : { 'muster-actor': actor, 'muster-channel': 'web' }),
    ...(method === 'POST' ? { 'idempotency-key': key } : {})
  }
}

/** Strangers come from everywhere, so that none is told that it asks too often. */
function strangerHeaders(key: string) {
  const [, number] = /(\d+)\D*$/.exec(key) ?? []
  const count = Number(number ?? 0)
  return { 'x-forwarded-for': `10.${count % 250}.${Math.floor(count / 250) % 250}.7` }
}
