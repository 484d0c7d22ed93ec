import { and, asc, eq, getTableColumns, lte } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type DomainClaimRow, domainClaims } from '../../db/tables/domain-claims.js'
import { organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { durationDays } from '../../policy/duration.js'
import { appendEvents } from '../events/append-events.js'
import { isThere, type LockedOrganization, lockIfThere, placeOf } from '../organizations/queries.js'
import { claimFailed } from './claim-events.js'
import { CHECK_AFTER_MS, holdsRecord, recordOf } from './dns-record.js'
import { freeDomain, isClaim } from './queries.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Of one run, and of those how many are asked at the same time. */
const CLAIMS_MAX = 100
const AT_ONCE = 20

/**
 * Looks whether the records of verified domains are still there. One that is certainly missing has
 * the time that the policy grants before the claim fails; DNS that does not answer proves nothing.
 * Claims that were proven by mail are not looked at again.
 */
export const checkDomainClaims = defineSweep({
  name: 'check-domain-claims',
  everyMs: 10 * MINUTE_MS,
  runsMax: 10,

  async run(deps) {
    const now = deps.now()
    const due = await deps.db
      .select(getTableColumns(domainClaims))
      .from(domainClaims)
      .innerJoin(organizations, eq(organizations.id, domainClaims.organizationId))
      .where(and(isVerifiedByRecord, lte(domainClaims.checkAt, now), isThere(now)))
      .orderBy(asc(domainClaims.checkAt))
      .limit(CLAIMS_MAX)
    for (let first = 0; first < due.length; first += AT_ONCE) {
      // Everything is looked up before anything is locked, and requests keep their connections.
      const some = due.slice(first, first + AT_ONCE)
      const looked = some.map(async (row) => ({ row, seen: await lookAt(deps, row) }))
      for (const one of await Promise.all(looked)) await writeDown(deps, one, now)
    }
    return due.length
  }
})

const isVerifiedByRecord = and(eq(domainClaims.status, 'verified'), eq(domainClaims.method, 'dns'))

type Seen = 'there' | 'missing' | 'unknown'

interface Looked {
  readonly row: DomainClaimRow
  readonly seen: Seen
}

async function lookAt({ dns }: Deps, row: DomainClaimRow): Promise<Seen> {
  const record = recordOf(row)
  if (!record) throw new Error('a claim by DNS has a record')
  const answer = await dns.lookUpTxt(record.name)
  if (answer.kind === 'failed') return 'unknown'
  return answer.kind === 'records' && holdsRecord(answer.texts, record) ? 'there' : 'missing'
}

async function writeDown(deps: Deps, looked: Looked, now: Date): Promise<void> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  const { organizationId } = looked.row
  await runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId, evenCanceled: true })
    if (organization) await write(tx, ctx, organization, looked)
  })
}

/** Unless somebody else has changed the claim since it was read: then they were right. */
async function write(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { row, seen }: Looked
): Promise<void> {
  const { organizationId, id, checkAt } = row
  const graceMs = durationDays(organization.policy.policy.domain_claims.dns_grace) * DAY_MS
  const [written] = await tx
    .update(domainClaims)
    .set({ ...outcomeOf(row, { seen, now: ctx.now, graceMs }), updatedAt: ctx.now })
    .where(
      and(
        isClaim(organizationId, id),
        isVerifiedByRecord,
        checkAt === null ? undefined : eq(domainClaims.checkAt, checkAt)
      )
    )
    .returning()
  if (written?.status !== 'failed') return
  await freeDomain(tx, row)
  appendEvents(tx, ctx, placeOf(organization), [claimFailed(written, 'verified')])
}

interface Sight {
  readonly seen: Seen
  readonly now: Date
  /** How long a record may be missing. */
  readonly graceMs: number
}

/** What it changes of the claim; when the time runs out it is looked at once more, at that moment. */
function outcomeOf(row: DomainClaimRow, { seen, now, graceMs }: Sight): Partial<DomainClaimRow> {
  const after = (ms: number) => new Date(now.getTime() + ms)
  if (seen === 'unknown') return { checkAt: after(HOUR_MS) }
  if (seen === 'there')
    return { checkedAt: now, missingSince: null, checkAt: after(CHECK_AFTER_MS) }
  const missingSince = row.missingSince ?? now
  const endsAt = new Date(missingSince.getTime() + graceMs)
  const checked = { checkedAt: now, missingSince }
  if (endsAt <= now) {
    return { ...checked, status: 'failed', failure: 'record_missing', endedAt: now, checkAt: null }
  }
  const checkAt = after(CHECK_AFTER_MS)
  return { ...checked, checkAt: endsAt < checkAt ? endsAt : checkAt }
}
