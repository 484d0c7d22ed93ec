import pg from 'pg'
import { untraced } from '../telemetry/tracing.js'

const CHANNEL = 'muster_jobs'
const RECONNECT_MS = 1_000

/** At most so often: a poke costs as much as a small command. */
const POKE_EVERY_MS = 25

/**
 * Tells the relays of all processes that jobs have been committed. Sent after the commit and not in
 * it: a NOTIFY inside makes commits queue behind each other. Pokes that come shortly after one, or
 * while it is on its way, share the next. A lost one costs nothing but the relay's own interval.
 */
export function createWaker(pool: pg.Pool): () => void {
  let resting = false
  let pending = false
  const rest = () =>
    setTimeout(() => {
      resting = false
      if (pending) poke()
    }, POKE_EVERY_MS).unref()
  const poke = () => {
    pending = resting
    if (resting) return
    resting = true
    // The relay looks by itself every second, so a failure here needs no one's attention.
    // Shared by all who have committed, so it is in no one's trace.
    untraced(() => {
      void pool
        .query(`notify ${CHANNEL}`)
        .catch(() => undefined)
        .then(rest)
    })
  }
  return poke
}

/** Calls back at every poke of any process; comes back by itself when the connection breaks. */
export function listenForWake(databaseUrl: string, onWake: () => void): { close(): Promise<void> } {
  let closed = false
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined

  const connect = async () => {
    const next = new pg.Client({ connectionString: databaseUrl, application_name: 'muster relay' })
    client = next
    next.on('error', () => undefined)
    next.on('end', () => {
      if (!closed) timer = setTimeout(() => void connect(), RECONNECT_MS)
    })
    next.on('notification', onWake)
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
    } catch {
      // `end` follows, and with it the next try.
      await next.end().catch(() => undefined)
    }
  }
  const connecting = connect()

  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await connecting
      await client?.end().catch(() => undefined)
    }
  }
}
