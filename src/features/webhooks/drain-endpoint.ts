import { and, eq, isNull, lte, or } from 'drizzle-orm'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import type { Horizon } from '../events/horizon.js'
import { afterAttempt, type Circuit, circuitOf, writeCircuit } from './circuit.js'
import { type DueDelivery, findDue, findDueInOrder } from './find-due.js'
import { FAILURES_BEFORE_PAUSE, judge } from './retry-schedule.js'
import { openRecipient, type Recipient, sendDelivery } from './send-delivery.js'
import { type Attempted, writeOutcomes } from './write-outcomes.js'

/** Requests to one endpoint at a time. It begins with a few, and each success lets one more in. */
const CONCURRENCY_MAX = 32
const CONCURRENCY_FIRST = 4
/** Deliveries of one look, and in memory. */
const BATCH_MAX = 400
/** Below this many waiting the next look begins, so that nobody waits for it. */
const WAITING_LOW = 200
/** What is changed of an endpoint holds after this at the latest. */
const LOOK_EVERY_MS = 1_000
/** Attempts that are written together, at the latest after so long. */
const WRITE_MAX = 200
const WRITE_WITHIN_MS = 20
/** Beyond this nothing new is begun: the database does not keep up. */
const UNWRITTEN_MAX = 1_000

/** What one drain knows: everything else is read again each time. */
interface Drain {
  readonly deps: Deps
  readonly endpointId: string
  /** Nothing new is begun: the process stops, or somebody else may hold the endpoint. */
  readonly stop: AbortSignal
  /** What is under way is given up too. */
  readonly abort: AbortSignal
  recipient: Recipient
  circuit: Circuit
  /** The circuit as the endpoint's row has it. */
  written: Circuit
  successes: number
  readonly unwritten: Attempted[]
}

export interface DrainOptions {
  readonly horizon: Horizon
  readonly stop: AbortSignal
  readonly abort: AbortSignal
}

/**
 * Sends what is due to one endpoint until nothing is, or its circuit opens. The caller holds the
 * endpoint, so no row needs to be claimed: what is not noted as done is pending, and is sent again.
 */
export async function drainEndpoint(
  deps: Deps,
  endpointId: string,
  { horizon, stop, abort }: DrainOptions
): Promise<void> {
  const endpoint = await findOpen(deps, endpointId)
  if (!endpoint) return
  const drain: Drain = {
    deps,
    endpointId,
    stop,
    abort,
    recipient: openRecipient(deps, endpoint, deps.now()),
    circuit: circuitOf(endpoint),
    written: circuitOf(endpoint),
    successes: 0,
    unwritten: []
  }
  await (endpoint.ordered ? drainInOrder(drain, horizon) : drainFreely(drain))
}

/** Enabled, and nobody asked to be left alone. */
async function findOpen({ db, now }: Deps, id: string): Promise<WebhookEndpointRow | undefined> {
  const isOpen = or(isNull(webhookEndpoints.pausedUntil), lte(webhookEndpoints.pausedUntil, now()))
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.enabled, true), isOpen))
  return row
}

/** Whether another attempt may begin; a look at the endpoint tells what has been changed meanwhile. */
async function isStillOpen(drain: Drain): Promise<boolean> {
  if (!isOpen(drain)) return false
  const endpoint = await findOpen(drain.deps, drain.endpointId)
  if (endpoint) drain.recipient = openRecipient(drain.deps, endpoint, drain.deps.now())
  return endpoint !== undefined
}

const isOpen = ({ stop, circuit, deps }: Drain): boolean =>
  !stop.aborted &&
  circuit.end === undefined &&
  (circuit.pausedUntil === null || circuit.pausedUntil <= deps.now())

/** While the circuit is half open, one attempt tells whether the consumer is back. */
const room = ({ circuit, successes }: Drain): number =>
  circuit.failures >= FAILURES_BEFORE_PAUSE
    ? 1
    : Math.min(CONCURRENCY_FIRST + successes, CONCURRENCY_MAX)

/**
 * Everything by itself: a slow answer holds nobody up but its own place. What is due is looked for, and
 * what was attempted is written, while others are under way.
 */
function drainFreely(drain: Drain): Promise<void> {
  const { deps, endpointId } = drain
  const waiting: DueDelivery[] = []
  const underWay = new Set<string>()
  const writer = createWriter(drain)
  let found = BATCH_MAX
  let lookedAt = -Infinity
  let isLooking = false

  const look = async () => {
    lookedAt = performance.now()
    const isLeft = await isStillOpen(drain)
    const known = [...underWay, ...idsOf(waiting), ...idsOf(drain.unwritten)]
    const due = { endpointId, now: deps.now(), limit: BATCH_MAX }
    const more = isLeft ? await findDue(deps.db, due, known) : []
    if (!isLeft) waiting.length = 0
    found = more.length
    waiting.push(...more)
  }
  const shouldLook = () =>
    !isLooking &&
    isOpen(drain) &&
    (isLate(lookedAt) || (found > 0 && waiting.length < (found === BATCH_MAX ? WAITING_LOW : 1)))

  return new Promise((resolve, reject) => {
    let failure: unknown
    const fail = (error: unknown) => {
      failure ??= error
    }
    const step = () => {
      if (failure !== undefined || !isOpen(drain)) waiting.length = found = 0
      while (underWay.size < room(drain) && drain.unwritten.length < UNWRITTEN_MAX) {
        const next = waiting.shift()
        if (!next) break
        begin(next)
      }
      if (failure === undefined && shouldLook()) lookAgain()
      const isAtRest = !isLooking && underWay.size === 0 && waiting.length === 0 && found === 0
      if (isAtRest) end()
    }
    const lookAgain = () => {
      isLooking = true
      void look()
        .catch(fail)
        .finally(() => {
          isLooking = false
          step()
        })
    }
    const begin = (due: DueDelivery) => {
      const { id } = due.row
      underWay.add(id)
      void attempt(drain, due)
        .catch(fail)
        .finally(() => {
          underWay.delete(id)
          writer.poke({ then: step, fail })
          step()
        })
    }
    const end = () => {
      if (failure === undefined) writer.flush().then(resolve, reject)
      else {
        writer.giveUp()
        reject(failure instanceof Error ? failure : new Error('a drain failed'))
      }
    }
    step()
  })
}

const isLate = (lookedAt: number) => performance.now() - lookedAt > LOOK_EVERY_MS

const idsOf = (all: readonly { readonly row: { readonly id: string } }[]) =>
  all.map(({ row }) => row.id)

/** Each organization's events one after the other, organizations side by side. */
async function drainInOrder(drain: Drain, horizon: Horizon): Promise<void> {
  const { deps, endpointId } = drain
  const writer = createWriter(drain)
  let after: string | undefined
  let seen = 0
  do {
    if (!(await isStillOpen(drain))) return
    const { settled } = await horizon.look(deps.db)
    const due = { endpointId, now: deps.now() }
    const { chains, next } = await findDueInOrder(deps.db, due, after, settled)
    seen += chains.length
    await sendChains(drain, chains)
    await writer.flush()
    after = next
    if (after === undefined && seen > 0) seen = 0
    else if (after === undefined) return
  } while (isOpen(drain))
}

async function sendChains(
  drain: Drain,
  chains: readonly (readonly DueDelivery[])[]
): Promise<void> {
  const waiting = [...chains]
  const sendNext = async (): Promise<void> => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift()) {
      for (const due of chain) {
        if (!isOpen(drain) || !(await attempt(drain, due))) break
      }
    }
  }
  await Promise.all(Array.from({ length: room(drain) }, sendNext))
}

/** Sends one, and notes what became of it; whether it got through, or cannot be sent any more. */
async function attempt(drain: Drain, { row, event }: DueDelivery): Promise<boolean> {
  const { deps, abort } = drain
  const at = deps.now()
  if (!event) {
    drain.unwritten.push({ row, at, outcome: undefined, status: 'discarded', nextAttemptAt: null })
    return true
  }
  const outcome = await sendDelivery(deps, drain.recipient, event, abort)
  // Given up half-way: it stays pending, as nobody knows whether it arrived.
  if (abort.aborted) return false
  const ended = deps.now()
  const ruling = judge(outcome, row.attempts + 1, ended)
  drain.circuit = afterAttempt(drain.circuit, ruling, ended)
  if (ruling.kind === 'delivered') drain.successes += 1
  const waitMs = ruling.kind === 'again' ? ruling.waitMs : null
  const status = ruling.kind === 'delivered' ? 'delivered' : waitMs === null ? 'failed' : 'pending'
  const nextAttemptAt = waitMs === null ? null : new Date(ended.getTime() + waitMs)
  drain.unwritten.push({ row, at, outcome, status, nextAttemptAt })
  return ruling.kind === 'delivered'
}

interface Following {
  readonly then: () => void
  readonly fail: (error: unknown) => void
}

/** Writes what has been attempted, many together. */
function createWriter(drain: Drain) {
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const write = async () => {
    clearTimeout(timer)
    timer = undefined
    const { deps, unwritten, circuit } = drain
    const batch = unwritten.slice(0, WRITE_MAX)
    await writeOutcomes(deps.db, batch)
    unwritten.splice(0, batch.length)
    await writeCircuit(deps, drain.endpointId, drain.written, circuit)
    drain.written = circuit
  }
  const next = () => {
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const writeSoon = ({ then, fail }: Following) => {
    if (!writing) void next().catch(fail).finally(then)
  }
  return {
    /** Soon; at once when there are many. */
    poke(following: Following) {
      if (drain.unwritten.length >= WRITE_MAX) writeSoon(following)
      else timer ??= setTimeout(writeSoon, WRITE_WITHIN_MS, following)
    },
    /** What is not written yet is pending, and sent again. */
    giveUp() {
      clearTimeout(timer)
    },
    /** Everything, now. */
    async flush() {
      clearTimeout(timer)
      while (drain.unwritten.length > 0 || writing) await next()
    }
  }
}
