import type { CallContext } from './context.js'
import { isDeadlock, type Tx } from './db/client.js'
import { jobs } from './db/tables/jobs.js'
import type { Deps } from './deps.js'

/** How often a command is begun that the database has ended for the sake of another. */
const TRIES_MAX = 3

/**
 * Runs one command in one transaction: either everything it did and the answer under its
 * Idempotency-Key are committed, or nothing is. Where it leaves jobs, the relay looks for them right
 * after. The victim of a deadlock is run again: `work` leaves nothing behind but in its transaction.
 */
export async function runCommand<T>(
  deps: Deps,
  ctx: CallContext,
  work: (tx: Tx) => Promise<T>
): Promise<T> {
  const { result, leavesJobs } = await again(() =>
    deps.db.transaction(async (tx) => {
      await ctx.answer?.begin(tx)
      const result = await work(tx)
      if (ctx.precondition?.isHeld(tx) === false) {
        throw new Error('a command that takes a precondition has not held it')
      }
      await ctx.answer?.keep(tx, result)
      return { result, leavesJobs: tx.adds(jobs) }
    })
  )
  if (leavesJobs) deps.wakeRelay()
  return result
}

async function again<T>(run: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isDeadlock(error) || tried >= TRIES_MAX) throw error
    }
  }
}
