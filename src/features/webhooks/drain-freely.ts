import { attempt, type Drain, isOpen, isStillOpen, room } from './drain.js'
import { type DueDelivery, findDue } from './find-due.js'
import { createWriter } from './outcome-writer.js'

/** Deliveries of one look, and in memory. */
const BATCH_MAX = 400
/** Below this many waiting the next look begins, so that nobody waits for it. */
const WAITING_LOW = 200
/** What is changed of an endpoint holds after this at the latest. */
const LOOK_EVERY_MS = 1_000
/** Beyond this nothing new is begun: the database does not keep up. */
const UNWRITTEN_MAX = 1_000

/** What is known of an endpoint's deliveries while some of them are under way. */
interface Flow {
  readonly waiting: DueDelivery[]
  readonly underWay: Set<string>
  /** How many the last look found. */
  found: number
  lookedAt: number
  isLooking: boolean
}

/**
 * Everything by itself: a slow answer holds nobody up but its own place. What is due is looked for, and
 * what was attempted is written, while others are under way.
 */
export function drainFreely(drain: Drain): Promise<void> {
  const flow = {
    waiting: [],
    underWay: new Set<string>(),
    found: 1,
    lookedAt: -Infinity,
    isLooking: false
  }
  const writer = createWriter(drain)
  return new Promise((resolve, reject) => {
    let failure: unknown
    let hasEnded = false
    const fail = (error: unknown) => {
      failure ??= error
    }
    const step = () => {
      if (hasEnded) return
      if (failure !== undefined || !isOpen(drain)) forget(flow)
      for (let next = nextOf(drain, flow); next; next = nextOf(drain, flow)) begin(next)
      if (failure === undefined && shouldLook(drain, flow)) lookAgain()
      if (isAtRest(flow)) end()
    }
    const lookAgain = () => {
      flow.isLooking = true
      void look(drain, flow)
        .catch(fail)
        .finally(() => {
          flow.isLooking = false
          step()
        })
    }
    const begin = (due: DueDelivery) => {
      const { uuid } = due.row
      flow.underWay.add(uuid)
      void attempt(drain, due)
        .catch(fail)
        .finally(() => {
          flow.underWay.delete(uuid)
          writer.poke({ then: step, fail })
          step()
        })
    }
    const end = () => {
      hasEnded = true
      if (failure === undefined) writer.flush().then(resolve, reject)
      else {
        writer.giveUp()
        reject(failure instanceof Error ? failure : new Error('a drain failed'))
      }
    }
    step()
  })
}

function forget(flow: Flow): void {
  flow.waiting.length = 0
  flow.found = 0
}

/** The next to be sent, as long as there is room for it. */
function nextOf(drain: Drain, { waiting, underWay }: Flow): DueDelivery | undefined {
  const hasRoom = underWay.size < room(drain) && drain.unwritten.length < UNWRITTEN_MAX
  return hasRoom ? waiting.shift() : undefined
}

const isAtRest = ({ isLooking, underWay, waiting, found }: Flow): boolean =>
  !isLooking && underWay.size + waiting.length + found === 0

/** When the last look found a heap, before all of it is sent; else once it is. */
function shouldLook(drain: Drain, { isLooking, waiting, found, lookedAt }: Flow): boolean {
  if (isLooking || !isOpen(drain)) return false
  const isLate = performance.now() - lookedAt > LOOK_EVERY_MS
  return isLate || (found > 0 && waiting.length < (found === BATCH_MAX ? WAITING_LOW : 1))
}

async function look(drain: Drain, flow: Flow): Promise<void> {
  const { deps, endpointId } = drain
  flow.lookedAt = performance.now()
  if (!(await isStillOpen(drain))) {
    forget(flow)
    return
  }
  const known = [...flow.underWay, ...idsOf(flow.waiting), ...idsOf(drain.unwritten)]
  const due = { endpointId, now: deps.now(), limit: BATCH_MAX }
  const more = await findDue(deps.db, due, known)
  flow.found = more.length
  flow.waiting.push(...more)
}

const idsOf = (all: readonly Pick<DueDelivery, 'row'>[]) => all.map(({ row }) => row.uuid)
