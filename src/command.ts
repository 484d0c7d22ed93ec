import type { CallContext } from './context.js'
import type { Tx } from './db/client.js'
import { jobs } from './db/tables/jobs.js'
import type { Deps } from './deps.js'

/**
 * Runs one command in one transaction: either everything it did and the answer under its
 * Idempotency-Key are committed, or nothing is. Where it leaves jobs, the relay looks for them right
 * after.
 */
export async function runCommand<T>(
  deps: Deps,
  ctx: CallContext,
  work: (tx: Tx) => Promise<T>
): Promise<T> {
  const { result, leavesJobs } = await deps.db.transaction(async (tx) => {
    await ctx.answer?.begin(tx)
    const result = await work(tx)
    await ctx.answer?.keep(tx, result)
    return { result, leavesJobs: tx.adds(jobs) }
  })
  if (leavesJobs) deps.wakeRelay()
  return result
}
