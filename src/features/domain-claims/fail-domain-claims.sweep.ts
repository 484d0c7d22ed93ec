import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import { domainClaims } from '../../db/tables/domain-claims.js'
import { organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { appendEvents } from '../events/append-events.js'
import { isThere, lockIfThere, placeOf } from '../organizations/queries.js'
import { claimFailed } from './claim-events.js'
import { FAILED_BY_TIME } from './queries.js'

const ORGANIZATIONS_MAX = 50
const CLAIMS_MAX = 500

/**
 * Writes down which claims were not proven in time, and tells of it. Nobody waits for this: answers
 * compare the instants themselves.
 */
export const failDomainClaims = defineSweep({
  name: 'fail-domain-claims',
  everyMs: 60_000,

  async run(deps) {
    const now = deps.now()
    const due = await deps.db
      .selectDistinct({ organizationId: domainClaims.organizationId })
      .from(domainClaims)
      .innerJoin(organizations, eq(organizations.id, domainClaims.organizationId))
      .where(and(isDue(now), isThere(now)))
      .limit(ORGANIZATIONS_MAX)
    let count = 0
    for (const { organizationId } of due) count += await failOf(deps, organizationId, now)
    return count
  }
})

const isDue = (now: Date) =>
  and(eq(domainClaims.status, 'pending'), lte(domainClaims.expiresAt, now))

async function failOf(deps: Deps, organizationId: string, now: Date): Promise<number> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId, evenCanceled: true })
    if (!organization) return 0
    const ofOrganization = eq(domainClaims.organizationId, organizationId)
    const due = tx
      .select({ id: domainClaims.id })
      .from(domainClaims)
      .where(and(ofOrganization, isDue(now)))
      .limit(CLAIMS_MAX)
    const rows = await tx
      .update(domainClaims)
      .set({
        status: 'failed',
        failure: sql`case ${domainClaims.method} when 'email' then ${FAILED_BY_TIME.email}
          else ${FAILED_BY_TIME.dns} end`,
        endedAt: sql`${domainClaims.expiresAt}`,
        updatedAt: now
      })
      .where(and(ofOrganization, inArray(domainClaims.id, due)))
      .returning()
    const events = rows.map((row) => claimFailed(row, 'pending'))
    appendEvents(tx, ctx, placeOf(organization), events)
    return rows.length
  })
}
