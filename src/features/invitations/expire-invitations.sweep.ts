import { and, eq, lte } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import { invitations } from '../../db/tables/invitations.js'
import { organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { appendEvents } from '../events/append-events.js'
import { isThere, lockIfThere, placeOf } from '../organizations/queries.js'
import { closeDue } from './close-expired.js'

const ORGANIZATIONS_MAX = 50
const INVITATIONS_MAX = 500

/**
 * Writes down which invitations have expired, also those to take a seat over, and tells of it.
 * Nobody waits for this: answers compare the instants themselves.
 */
export const expireInvitations = defineSweep({
  name: 'expire-invitations',
  everyMs: 30_000,

  async run(deps) {
    const now = deps.now()
    const due = await deps.db
      .selectDistinct({ organizationId: invitations.organizationId })
      .from(invitations)
      .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
      .where(and(eq(invitations.status, 'pending'), lte(invitations.expiresAt, now), isThere(now)))
      .limit(ORGANIZATIONS_MAX)
    let count = 0
    for (const { organizationId } of due) count += await expireOf(deps, organizationId, now)
    return count
  }
})

async function expireOf(deps: Deps, organizationId: string, now: Date): Promise<number> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId, evenCanceled: true })
    if (!organization) return 0
    const events = await closeDue(tx, ctx, organization, { limit: INVITATIONS_MAX })
    appendEvents(tx, ctx, placeOf(organization), events)
    return events.filter(({ type }) => type === 'invitation.expired').length
  })
}
