import { AsyncResource } from 'node:async_hooks'
import type pg from 'pg'
import { currentSpan, type Span, type Tracing } from '../telemetry/tracing.js'

/** Every connection of the pool, those to come included. */
export function tracePool(pool: pg.Pool, tracing: Tracing): void {
  pool.on('connect', (client) => {
    traceQueries(client, tracing)
  })
  // Whoever waits for a connection is called by whoever gives one back, and goes on as itself.
  const connect = pool.connect.bind(pool)
  const connectAsMyself = (callback?: Parameters<typeof connect>[0]): unknown => {
    if (callback) {
      connect(AsyncResource.bind(callback))
      return undefined
    }
    return connect()
  }
  pool.connect = connectAsMyself as typeof pool.connect
}

/**
 * Makes a span of every statement that a traced request or job runs on a connection: its text, which
 * holds places for values, and never the values. What nobody traces goes as it was.
 */
function traceQueries(client: pg.PoolClient, tracing: Tracing): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  const tracedQuery = (...args: unknown[]): unknown => {
    const parent = currentSpan()
    const statement = parent?.isRecording === true ? describe(args[0]) : undefined
    if (!statement) return query(...args)
    const span = startSpan(tracing, parent, statement)
    const callback = args.at(-1)
    if (typeof callback === 'function') {
      return query(...args.slice(0, -1), (error: unknown, result: unknown) => {
        end(span, error)
        Reflect.apply(callback, undefined, [error, result])
      })
    }
    const answer = query(...args) as Promise<unknown>
    answer.then(
      () => {
        end(span)
      },
      (error: unknown) => {
        end(span, error)
      }
    )
    return answer
  }
  client.query = tracedQuery as typeof client.query
}

interface Described {
  readonly text: string
  readonly name: string | undefined
}

/** Undefined: something that runs by itself, such as a cursor. */
function describe(first: unknown): Described | undefined {
  if (typeof first === 'string') return { text: first, name: undefined }
  const { text, name, submit } = first as { text?: string; name?: string; submit?: unknown }
  return text === undefined || submit !== undefined ? undefined : { text, name }
}

function startSpan(tracing: Tracing, parent: Span | undefined, { text, name }: Described): Span {
  const [operation = 'SQL'] = /[a-z]+/i.exec(text) ?? []
  return tracing.start({
    name: name ?? operation.toLowerCase(),
    kind: 'client',
    parent,
    attributes: {
      'db.system.name': 'postgresql',
      'db.query.text': text,
      ...(name === undefined ? {} : { 'muster.statement': name })
    }
  })
}

function end(span: Span, error?: unknown): void {
  if (error) span.fail(error)
  span.end()
}
