import { runCommand } from '../../command.js'
import { type CallContext, type OrgContext, SYSTEM } from '../../context.js'
import { isRolledBack } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import type { Span } from '../../telemetry/tracing.js'
import { appendEvents } from '../events/append-events.js'
import { applyAlone, applyTransfers } from './apply-transfers.js'
import { asBatch } from './as-batch.js'
import { catchUp } from './catch-up.js'
import { ledgerBusy } from './errors.js'
import { placeRequests } from './place-requests.js'
import { crossingEvents, isTold, transferEvents } from './transfer-events.js'
import type { TransferOutcome, TransferRequest } from './transfer-request.js'

/** The transfers of one request. */
export interface TransferGroup {
  readonly ctx: OrgContext
  readonly requests: readonly TransferRequest[]
  /** Everything, or nothing. */
  readonly isWhole: boolean
  /** The request, where it is traced. */
  readonly span?: Span | undefined
}

/** Does transfers, those of requests that wait at the same moment in one transaction. */
export interface Ledger {
  /**
   * In the order of the calls, as far as they touch the same organization. Resolves once they are
   * committed; of a whole group of which one is refused, nothing is.
   *
   * @throws Problem ledger_busy before anything was done
   */
  transfer(group: TransferGroup): Promise<TransferOutcome[]>
}

/** Transfers of one transaction; one request may have more. */
const BATCH_MAX = 200
/** Transfers that may wait in a lane: about five transactions. Who comes later is told at once. */
const WAITING_MAX = 1_000
/** Transactions at the same time. An organization is always in the same lane, which keeps its order. */
const LANES = 2
/** How often what the database has rolled back, such as a deadlock's victim, is tried. */
const TRIES_MAX = 5
const RETRY_AFTER_SECONDS = 1

interface Waiting {
  readonly group: TransferGroup
  readonly resolve: (outcomes: TransferOutcome[]) => void
  readonly reject: (error: unknown) => void
}

/** What a group would be answered unless time has brought what it lacked. */
interface Answered {
  readonly waiting: Waiting
  readonly outcomes: TransferOutcome[]
}

interface Engine {
  readonly deps: Deps
  readonly short: Answered[]
  isCatchingUp: boolean
}

interface Lane {
  readonly queue: Waiting[]
  /** Transfers in the queue. */
  size: number
  isRunning: boolean
}

/**
 * The engine. A host asks for every request of its users, and a busy organization has one pool: what
 * waits while a transaction is under way goes together in the next, with one lock, one statement and
 * one flush for all of it. Requests under way are what fills it, so a server that lets them finish
 * before it stops leaves nothing behind.
 */
export function createLedger(deps: Deps): Ledger {
  const lanes = Array.from(
    { length: LANES },
    (): Lane => ({ queue: [], size: 0, isRunning: false })
  )
  const engine: Engine = { deps, short: [], isCatchingUp: false }
  return {
    transfer(group) {
      const lane = lanes[laneOf(group.ctx.organizationId)]
      if (!lane) throw new Error('there is a lane for everybody')
      if (lane.size > 0 && lane.size + group.requests.length > WAITING_MAX) {
        throw ledgerBusy({ retry_after: RETRY_AFTER_SECONDS })
      }
      return new Promise((resolve, reject) => {
        lane.queue.push({ group, resolve, reject })
        lane.size += group.requests.length
        deps.metrics.ledgerWaiting.inc(group.requests.length)
        // At the end of this turn, so that requests parsed in it go together.
        if (!lane.isRunning) {
          lane.isRunning = true
          setImmediate(() => void drain(engine, lane))
        }
      })
    }
  }
}

/** The last character of an id is as good as random. */
const laneOf = (organizationId: string) =>
  (organizationId.codePointAt(organizationId.length - 1) ?? 0) % LANES

async function drain(engine: Engine, lane: Lane): Promise<void> {
  while (lane.queue.length > 0) {
    const batch = takeBatch(engine, lane)
    try {
      await runBatch(engine, batch)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  lane.isRunning = false
}

/** As many groups as go together: a whole one goes alone, and nothing is named twice. */
function takeBatch({ deps }: Engine, lane: Lane): Waiting[] {
  const batch: Waiting[] = []
  const names = new Set<string>()
  let size = 0
  for (const waiting of lane.queue) {
    const { group } = waiting
    const named = namesOf(group)
    const fits = size + group.requests.length <= BATCH_MAX && !named.some((name) => names.has(name))
    if (batch.length > 0 && (isAlone(group) || !fits)) break
    batch.push(waiting)
    size += group.requests.length
    for (const name of named) names.add(name)
    if (isAlone(group)) break
  }
  lane.queue.splice(0, batch.length)
  lane.size -= size
  deps.metrics.ledgerWaiting.dec(size)
  return batch
}

/** One by itself is whole in any company. */
const isAlone = ({ isWhole, requests }: TransferGroup) => isWhole && requests.length > 1

function namesOf({ ctx: { organizationId }, requests }: TransferGroup): string[] {
  return requests.flatMap(({ idempotencyKey: key, ofId }) => [
    ...(key === undefined ? [] : [`${organizationId} key ${key}`]),
    ...(ofId === undefined ? [] : [`${organizationId} of ${ofId}`])
  ])
}

async function runBatch(engine: Engine, batch: readonly Waiting[]): Promise<void> {
  const { deps } = engine
  const outcomes = await commit(
    deps,
    batch.map(({ group }) => group)
  ).catch((error: unknown) => {
    // What the database refused can be found out one by one; what may have been committed cannot.
    if (!isRolledBack(error)) throw error
    return undefined
  })
  if (!outcomes) {
    // One after the other, so that they keep their order.
    for (const { group, resolve, reject } of batch)
      await runAgain(deps, group).then(resolve, reject)
    return
  }
  const answered = batch.map((waiting, index) => ({ waiting, outcomes: outcomes[index] ?? [] }))
  const short = answered.filter((one) => one.outcomes.some(isShort))
  for (const { waiting, outcomes } of answered) {
    if (!outcomes.some(isShort)) waiting.resolve(outcomes)
  }
  if (short.length > 0) waitForTime(engine, short)
}

/**
 * Whoever lacked credits waits in a line of its own for what time has brought: that is written under
 * the organization's lock, and nobody else is to wait for it.
 */
function waitForTime(engine: Engine, short: readonly Answered[]): void {
  engine.short.push(...short)
  if (engine.isCatchingUp) return
  engine.isCatchingUp = true
  void drainShort(engine)
}

async function drainShort(engine: Engine): Promise<void> {
  while (engine.short.length > 0) {
    const short = engine.short.splice(0)
    try {
      await retryShort(engine.deps, short)
    } catch (error) {
      for (const { waiting } of short) waiting.reject(error)
    }
  }
  engine.isCatchingUp = false
}

/** Whoever lacked credits that time has brought meanwhile, and nobody has written down. */
async function retryShort(deps: Deps, short: readonly Answered[]): Promise<void> {
  const groups = short.map(({ waiting }) => waiting.group)
  const due = await catchUp(deps, groups)
  for (const { waiting, outcomes } of short) {
    const { group, resolve, reject } = waiting
    if (!due.has(group.ctx.organizationId)) resolve(outcomes)
    else await runRest(deps, group, outcomes).then(resolve, reject)
  }
}

/** What of a group was done is done: the others are tried again. */
async function runRest(
  deps: Deps,
  group: TransferGroup,
  outcomes: readonly TransferOutcome[]
): Promise<TransferOutcome[]> {
  if (isAlone(group)) return runAgain(deps, group)
  const requests = group.requests.filter((_, index) =>
    outcomes.slice(index, index + 1).some(isShort)
  )
  const again = (await runAgain(deps, { ...group, requests })).values()
  return outcomes.map((outcome) => (isShort(outcome) ? (again.next().value ?? outcome) : outcome))
}

const isShort = (outcome: TransferOutcome) =>
  outcome.status === 'refused' && outcome.problem.definition.code === 'insufficient_credits'

/** As often as the database asks for it. */
async function runAgain(deps: Deps, group: TransferGroup): Promise<TransferOutcome[]> {
  for (let tried = 1; ; tried += 1) {
    try {
      const [outcomes] = await commit(deps, [group])
      if (!outcomes) throw new Error('a group was left without an answer')
      return outcomes
    } catch (error) {
      if (!isRolledBack(error) || tried >= TRIES_MAX) throw error
    }
  }
}

/** Of a whole group that is not done, thrown out of its transaction. */
class NotDone extends Error {
  readonly outcomes: TransferOutcome[]

  constructor(outcomes: TransferOutcome[]) {
    super('a group is done as a whole or not at all')
    this.outcomes = outcomes
  }
}

/** One transaction, and what became of each group. */
const commit = (deps: Deps, groups: readonly TransferGroup[]) =>
  asBatch(deps, groups, () => apply(deps, groups))

async function apply(deps: Deps, groups: readonly TransferGroup[]): Promise<TransferOutcome[][]> {
  if (groups.every(leavesNothing)) {
    const outcomes = await applyAlone(deps.db, groups.flatMap(placedOf))
    if (outcomes) return divide(outcomes, groups)
  }
  const ctx: CallContext = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
  try {
    return await runCommand(deps, ctx, async (tx) => {
      const each = divide(await applyTransfers(tx, groups.flatMap(placedOf)), groups)
      groups.forEach((group, index) => {
        const own = each[index] ?? []
        if (isAlone(group) && own.some(({ status }) => status === 'refused')) throw new NotDone(own)
        const events = [...own.flatMap(transferEvents), ...own.flatMap(crossingEvents)]
        if (events.length > 0) appendEvents(tx, group.ctx, placeOf(group.ctx), events)
      })
      return each
    })
  } catch (error) {
    if (error instanceof NotDone) return [error.outcomes]
    throw error
  }
}

const placedOf = ({ ctx, requests }: TransferGroup) => placeRequests(ctx, requests)

const placeOf = ({ organizationId, policy: { version, policy } }: OrgContext) => ({
  organizationId,
  policyVersion: version,
  retention: policy.audit.retention,
  notified: policy.notifications
})

/** What the ledger alone is the record of, unless it leaves little. Of a whole one nothing may be left. */
const leavesNothing = (group: TransferGroup) =>
  !isAlone(group) && group.requests.every(({ kind }) => !isTold(kind))

/** Each group has its own. */
function divide(
  outcomes: readonly TransferOutcome[],
  groups: readonly TransferGroup[]
): TransferOutcome[][] {
  let from = 0
  return groups.map(({ requests }) => {
    const own = outcomes.slice(from, from + requests.length)
    from += requests.length
    return own
  })
}
