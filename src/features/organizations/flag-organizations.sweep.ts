import { and, eq, inArray, lte, or } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import { organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { organizationStatusAt } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import { endOrganization, flaggedByNow } from './end-organization.js'
import { lockIfThere, placeOf, writeOrganization } from './queries.js'

const ORGANIZATIONS_MAX = 50

/**
 * Writes down which canceled organizations are flagged for deletion by now (RIO-82), and which have
 * come to their end, and tells of it. Nobody waits for this: answers compare the instants themselves.
 */
export const flagOrganizations = defineSweep({
  name: 'flag-organizations',
  everyMs: 30_000,

  async run(deps) {
    const now = deps.now()
    const { id, status, flagAt, deleteAt } = organizations
    const due = await deps.db
      .select({ id })
      .from(organizations)
      .where(
        or(
          and(eq(status, 'canceled'), lte(flagAt, now)),
          and(inArray(status, ['canceled', 'flagged_for_deletion']), lte(deleteAt, now))
        )
      )
      .limit(ORGANIZATIONS_MAX)
    let count = 0
    for (const one of due) count += await flag(deps, one.id, now)
    return count
  }
})

async function flag(deps: Deps, organizationId: string, now: Date): Promise<number> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const request = { organizationId, evenCanceled: true, evenDue: true }
    const organization = await lockIfThere(deps, tx, ctx, request)
    if (!organization) return 0
    const { row } = organization
    const status = organizationStatusAt(row, now)
    // It may have been restored meanwhile.
    if (status === row.status) return 0
    if (status === 'deleted') {
      await endOrganization(tx, ctx, organization)
      return 1
    }
    await writeOrganization(tx, ctx, organizationId, { status })
    appendEvents(tx, ctx, placeOf(organization), flaggedByNow(row, now))
    return 1
  })
}
