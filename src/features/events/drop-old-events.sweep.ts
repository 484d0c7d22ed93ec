import { sql } from 'drizzle-orm'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { dropSealed } from './drop-sealed.js'
import { findMissingParts } from './needed-parts.js'
import { dropPart, listParts, makePart, type Part } from './partitions.js'

const HOUR_MS = 3_600_000
/** Of one run. */
const PARTS_MAX = 24
const DELIVERIES_MAX = 1_000

/**
 * Keeps the log in its parts: makes those that will soon be needed, and lets go of what is past its
 * retention, once it is sealed. First that is noted, as nobody is to be told of a past that is not
 * whole any more; then it goes.
 */
export const dropOldEvents = defineSweep({
  name: 'drop-old-events',
  everyMs: HOUR_MS,

  async run(deps) {
    const ctx: CallContext = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
    const made = await each(await findMissingParts(deps.db, ctx.now), (part) =>
      makePart(deps, ctx, part)
    )
    const discarded = await discardDeliveries(deps.db, ctx.now)
    const dropped = await dropSealed(deps, ctx)
    return made + discarded + dropped + (dropped === 0 ? await dropParts(deps, ctx) : 0)
  }
})

async function dropParts(deps: Deps, ctx: CallContext): Promise<number> {
  const parts = await listParts(deps.db)
  return each(
    parts.filter(({ month }) => month <= ctx.now),
    (part) => dropPart(deps, ctx, part)
  )
}

/** One after the other; answers with how many were done. */
async function each(
  parts: readonly Part[],
  work: (part: Part) => Promise<boolean>
): Promise<number> {
  let count = 0
  for (const part of parts.slice(0, PARTS_MAX)) count += (await work(part)) ? 1 : 0
  return count
}

/** What would be sent is gone. One that is being sent is left to whoever does so. */
async function discardDeliveries(db: Db, now: Date): Promise<number> {
  const { rowCount } = await db.execute(sql`
    update webhook_deliveries d
    set status = 'discarded', next_attempt_at = null, ended_at = ${now.toISOString()}
    from (
      select organization_id, id from webhook_deliveries
      where status = 'pending' and event_keep_until <= ${now.toISOString()}
      limit ${DELIVERIES_MAX} for update skip locked) due
    where d.organization_id = due.organization_id and d.id = due.id`)
  return rowCount ?? 0
}
