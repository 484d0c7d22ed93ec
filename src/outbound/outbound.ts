import { lookup as lookupOfMachine } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { createAddressGuard } from './address-guard.js'
import { createCollector } from './answer.js'
import { createConnector } from './connector.js'
import { failureOf } from './failures.js'

/** Sends requests to addresses that strangers chose. */
export interface Outbound {
  /**
   * One POST, one outcome, within the time there is. Never throws for what the other side does, and
   * follows no redirect: that is the answer.
   */
  post(request: OutboundRequest): Promise<Outcome>
  /** Ends what is under way: its outcome is an error. */
  close(): Promise<void>
}

export interface OutboundRequest {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal
}

export interface Outcome {
  /** Of the answer; null: there was none. */
  readonly statusCode: number | null
  /** Of the answer, by lower-case name; 8 kB at most, and no cookies. */
  readonly headers: Record<string, string>
  /** The first 16 kB of the answer, as text. */
  readonly body: string
  /** Until the answer was there, or as much of it as is read, or until it was given up. */
  readonly latencyMs: number
  /** Why there is no whole answer, in a few fixed words; null: there is one. */
  readonly error: string | null
}

export interface OutboundOptions {
  readonly allowHttp: boolean
  /** Addresses and CIDR ranges to which something may be sent although they are not public. */
  readonly allowedNetworks: readonly string[]
  /** For everything: looking up, connecting, and the whole answer. */
  readonly timeoutMs: number
  readonly lookup?: LookupFunction
  /** Certificate authorities, PEM; none: those of the machine. */
  readonly authorities?: readonly string[]
}

/** Connections to one origin; what is more waits for its turn. */
const CONNECTIONS_MAX = 64
const IDLE_MS = 4_000
const HEADERS_BYTES_MAX = 16_384

export function createOutbound(options: OutboundOptions): Outbound {
  const { allowHttp, allowedNetworks, timeoutMs } = options
  const connector = createConnector({
    guard: createAddressGuard(allowedNetworks),
    lookup: options.lookup ?? lookupOfMachine,
    timeoutMs,
    authorities: options.authorities
  })
  const agent = new Agent({
    connect: connector.connect,
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxHeaderSize: HEADERS_BYTES_MAX,
    // Each request has one clock, for all of it.
    headersTimeout: 0,
    bodyTimeout: 0
  })

  const parse = createParser()

  return {
    async post(request) {
      const url = parse(request.url)
      const protocols = allowHttp ? ['https:', 'http:'] : ['https:']
      if (!url || !protocols.includes(url.protocol)) return refused('address not allowed')
      return exchange(agent, { ...request, url, timeoutMs })
    },
    async close() {
      connector.close()
      await agent.destroy()
    }
  }
}

/** Most requests go where the one before them went. */
function createParser(): (text: string) => URL | undefined {
  let last: { readonly text: string; readonly url: URL | undefined } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, url: URL.canParse(text) ? new URL(text) : undefined }
    return last.url
  }
}

const refused = (error: string): Outcome => ({
  statusCode: null,
  headers: {},
  body: '',
  latencyMs: 0,
  error
})

interface Exchange extends Omit<OutboundRequest, 'url'> {
  readonly url: URL
  readonly timeoutMs: number
}

function exchange(agent: Dispatcher, { url, timeoutMs, signal, ...sent }: Exchange) {
  return new Promise<Outcome>((resolve) => {
    const startedAt = performance.now()
    const collector = createCollector()
    let controller: Dispatcher.DispatchController | undefined
    let ended = false

    function end(error: string | null): void {
      if (ended) return
      ended = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      const latencyMs = Math.round(performance.now() - startedAt)
      resolve({ ...refused(''), ...collector.answer(), latencyMs, error })
    }
    /** What is left of the answer, nobody wants: the connection ends with it. */
    function cut(error: string | null): void {
      end(error)
      controller?.abort(new Error('no more is wanted'))
    }
    const stop = () => {
      cut('stopped')
    }
    const timer = setTimeout(() => {
      cut(`timed out after ${timeoutMs / 1_000} s`)
    }, timeoutMs)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted === true) {
      stop()
      return
    }

    const { origin, pathname, search } = url
    agent.dispatch(
      { origin, path: pathname + search, method: 'POST', headers: sent.headers, body: sent.body },
      {
        onRequestStart(started) {
          controller = started
          // Given up while it waited for a connection.
          if (ended) started.abort(new Error('no more is wanted'))
        },
        onResponseStart(_controller, statusCode, headers) {
          if (statusCode >= 200) collector.start(statusCode, headers)
        },
        onResponseData(_controller, chunk) {
          if (!collector.add(chunk)) cut(null)
        },
        onResponseEnd() {
          end(null)
        },
        onResponseError(_controller, error) {
          end(failureOf(error))
        }
      }
    )
  })
}
