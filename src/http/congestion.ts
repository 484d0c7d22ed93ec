/** Fewer than these are under way in any process that has something to do. */
const ALWAYS_LET_IN = 50
/** The time that is looked at goes on in so many steps. */
const STEPS = 8

export interface Congestion {
  /** One more is under way, until it is called, however often. */
  begin(): () => void
  underWay(): number
  /** Whether more are under way than will be answered in time. */
  isTooMuch(): boolean
}

interface Mark {
  readonly at: number
  readonly done: number
}

/**
 * Whoever comes now waits for those who are under way already, so for about as long as it took to
 * answer as many. When that is longer than `waitMs`, and has not just begun, more would only wait in
 * vain: a busy event loop shows it neither by being late nor at the connections to the database, as
 * each turn of it is short and every request needs many. Milliseconds; 0: nothing is too much.
 */
export function createCongestion(waitMs: number, now = () => performance.now()): Congestion {
  let underWay = 0
  let done = 0
  /** When there were few for the last time: of a burst nobody knows yet how long it takes. */
  let calmAt = now()
  /** How many had been answered, at instants of the time that is looked at; the oldest first. */
  let marks: Mark[] = []

  function mark(at: number): void {
    const newest = marks.at(-1)
    if (newest && at - newest.at < waitMs / STEPS) return
    const start = marks.findLastIndex((one) => one.at <= at - waitMs)
    marks = [...marks.slice(Math.max(0, start)), { at, done }]
  }

  return {
    begin() {
      const at = now()
      if (underWay < ALWAYS_LET_IN) calmAt = at
      underWay += 1
      mark(at)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        underWay -= 1
        done += 1
        mark(now())
      }
    },
    underWay: () => underWay,
    isTooMuch() {
      if (waitMs === 0 || underWay < ALWAYS_LET_IN) return false
      const at = now()
      if (at - calmAt < waitMs) return false
      mark(at)
      const since = marks.findLast((one) => one.at <= at - waitMs) ?? marks[0]
      return underWay > done - (since?.done ?? 0)
    }
  }
}
