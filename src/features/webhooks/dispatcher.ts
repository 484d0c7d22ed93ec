import { setMaxListeners } from 'node:events'
import { sql } from 'drizzle-orm'
import { createHeldLocks, type HeldLock, type HeldLocks } from '../../db/held-locks.js'
import type { Deps } from '../../deps.js'
import { uuidToId } from '../../ids.js'
import { createHorizon, findDrawn, type Horizon } from '../events/horizon.js'
import { drainEndpoint } from './drain-endpoint.js'

/** How often it is seen whether anything has been told; one trivial statement. */
const TICK_MS = 50
/** How long after that it is looked for what is due: an event may commit later than it is drawn. */
const ALERT_MS = 1_000
/** How often at the least, for what has to wait for its time. */
const LOOK_EVERY_MS = 500
/** After an error, such as a database that restarts. */
const REST_MS = 500
/** Endpoints that one process serves at a time. */
const ENDPOINTS_MAX = 256
/** What a request under way may take when the process stops. */
const GRACE_MS = 5_000

export interface Dispatcher {
  close(): Promise<void>
}

interface Dispatch {
  readonly deps: Deps
  readonly locks: HeldLocks
  readonly horizon: Horizon
  readonly draining: Map<string, Promise<void>>
  /** Of the locks that are held: when they are lost, all that goes on under them stops. */
  stop: AbortController
  readonly abort: AbortController
}

/**
 * Sends what is due to webhook endpoints. Each endpoint is drained by itself, so one that is dead
 * delays nobody else, and by one process at a time: whoever holds its lock, which ends with the
 * process. Nothing is handed over and nothing claimed: what is due stands in the rows.
 */
export function startDispatcher(deps: Deps): Dispatcher {
  let closed = false
  const dispatch: Dispatch = {
    deps,
    locks: createHeldLocks(deps.databaseUrl, () => {
      dispatch.stop.abort()
      dispatch.stop = new AbortController()
    }),
    horizon: createHorizon(),
    draining: new Map(),
    stop: new AbortController(),
    abort: new AbortController()
  }
  // Every request under way listens to it.
  setMaxListeners(0, dispatch.abort.signal)
  let wake: () => void = () => undefined
  const closing = new Promise<void>((resolve) => {
    wake = resolve
  })
  const rest = (ms: number) => Promise.race([closing, wait(ms)])
  const run = async () => {
    const shouldLook = createWatch(dispatch)
    while (!closed) {
      try {
        if (await shouldLook()) await serveDue(dispatch)
        await rest(TICK_MS)
      } catch (error) {
        deps.log.warn({ err: error }, 'Webhook deliveries could not be looked for')
        await rest(REST_MS)
      }
    }
  }
  const running = run()
  return {
    async close() {
      closed = true
      wake()
      dispatch.stop.abort()
      await running
      await Promise.race([Promise.all(dispatch.draining.values()), wait(GRACE_MS)])
      dispatch.abort.abort()
      await Promise.all(dispatch.draining.values())
      await dispatch.locks.close()
    }
  }
}

const wait = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })

/** Whether there may be something new: somebody has told something, or some time has passed. */
function createWatch({ deps }: Dispatch): () => Promise<boolean> {
  let drawn = -1
  let alertUntil = 0
  let lookedAt = -Infinity
  return async () => {
    const seen = await findDrawn(deps.db)
    const at = performance.now()
    if (seen !== drawn) alertUntil = at + ALERT_MS
    drawn = seen
    if (at > alertUntil && at - lookedAt < LOOK_EVERY_MS) return false
    lookedAt = at
    return true
  }
}

/** Endpoints with something due that are not served here yet, in no order: nobody is always last. */
async function findEndpoints({ deps, draining }: Dispatch): Promise<string[]> {
  const now = deps.now().toISOString()
  const { rows } = await deps.db.execute<{ id: string }>(sql`
    select endpoint.id from webhook_endpoints endpoint
    where endpoint.enabled and (endpoint.paused_until is null or endpoint.paused_until <= ${now})
      and exists (
        select from webhook_deliveries due
        where due.endpoint_id = endpoint.id and due.status = 'pending'
          and due.next_attempt_at <= ${now})
    order by random()`)
  const ids = rows.map(({ id }) => uuidToId('whe', id))
  return ids.filter((id) => !draining.has(id))
}

async function serveDue(dispatch: Dispatch): Promise<void> {
  for (const id of await findEndpoints(dispatch)) {
    if (dispatch.stop.signal.aborted || dispatch.draining.size >= ENDPOINTS_MAX) return
    const lock = await dispatch.locks.tryHold(`webhook:${id}`)
    if (!lock) continue
    const drained = serve(dispatch, id, lock).finally(() => dispatch.draining.delete(id))
    dispatch.draining.set(id, drained)
  }
}

async function serve({ deps, horizon, stop, abort }: Dispatch, id: string, lock: HeldLock) {
  try {
    await drainEndpoint(deps, id, { horizon, stop: stop.signal, abort: abort.signal })
  } catch (error) {
    deps.log.warn({ err: error, webhook_endpoint: id }, 'Webhook deliveries could not be sent')
  } finally {
    await lock.release().catch(() => undefined)
  }
}
