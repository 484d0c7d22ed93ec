import type pg from 'pg'

type Done = Parameters<pg.Pool['connect']>[0]

/** Who waits for a connection. */
export interface PoolWaits {
  /** How long whoever has waited longest has waited until now; 0: nobody waits. */
  longestMs(): number
}

/**
 * The pool itself tells how many wait and not for how long, and a number says little: where many
 * share one statement, few wait for a long time. Every way to a connection is by `connect`.
 */
export function watchWaits(pool: pg.Pool): PoolWaits {
  const connect = pool.connect.bind(pool)
  /** Who has come first is first. */
  const since = new Map<symbol, number>()

  function begin(): () => void {
    const wait = Symbol('wait')
    since.set(wait, performance.now())
    return () => since.delete(wait)
  }

  function watched(done?: Done) {
    const end = pool.idleCount > 0 ? undefined : begin()
    if (!done) return end ? connect().finally(end) : connect()
    connect((error, client, release) => {
      end?.()
      done(error, client, release)
    })
    return undefined
  }
  pool.connect = watched as pg.Pool['connect']

  return {
    longestMs() {
      for (const started of since.values()) return performance.now() - started
      return 0
    }
  }
}
