import { randomBytes } from 'node:crypto'
import { and, desc, eq, gt } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type DomainClaimRow, domainClaims } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import { domainOf, parseDomain, parseEmail } from '../../email.js'
import { newId } from '../../ids.js'
import { enqueue } from '../../jobs/job.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { claimCreated, claimFailed, claimReleased } from './claim-events.js'
import { refuseUnclaimable } from './claimable-domain.js'
import { CHALLENGE_BYTES, hasRoomForRecord } from './dns-record.js'
import { claimedTooOften, domainAlreadyClaimed, domainInvalid } from './errors.js'
import { claimAt, isOpen, refuseProof, writeClaim } from './queries.js'
import type { DomainClaimCreate } from './schemas.js'
import { sendDomainCode } from './send-domain-code.job.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LIFETIME_MS = { email: 15 * MINUTE_MS, dns: 30 * DAY_MS } as const

/** Of one domain a day: it bounds how often codes can be guessed, and how many are mailed. */
const CLAIMS_MAX = 5
/** Of all domains together. */
const ALL_CLAIMS_MAX = 50

/**
 * Begins to claim a domain, which has no effect until it is proven (OP-49, OP-51): other
 * organizations may claim it meanwhile. A new claim takes the place of one's own that is still to
 * be proven.
 *
 * @throws Problem not_permitted, not_offered, domain_proof_not_offered, domain_already_claimed,
 * domain_claimed_too_often, invalid_domain, what `refuseUnclaimable` refuses
 */
export async function createDomainClaim(
  deps: Deps,
  ctx: OrgContext,
  input: DomainClaimCreate
): Promise<DomainClaimRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'domain.claim')
    refuseProof(organization.policy.policy, input.method)
    const asked = readInput(input)
    refuseUnclaimable(asked.domain)
    const replaced = await replaceOpenClaim(tx, ctx, asked.domain)
    await refuseTooMany(tx, ctx, asked.domain)
    const row = toRow(deps, ctx, input.method, asked)
    tx.add(domainClaims, [row])
    appendEvents(tx, ctx, placeOf(organization), [...replaced, claimCreated(row)])
    if (row.method === 'email') {
      const payload = { organization_id: row.organizationId, domain_claim_id: row.id }
      enqueue(tx, ctx, sendDomainCode, [payload])
    }
    return row
  })
}

interface Asked {
  readonly domain: string
  /** Where the code goes; null: the proof is in DNS. */
  readonly email: string | null
}

/** @throws Problem invalid_domain */
function readInput(input: DomainClaimCreate): Asked {
  if (input.method === 'dns') {
    const domain = parseDomain(input.domain)
    if (domain === undefined || !hasRoomForRecord(domain)) throw domainInvalid()
    return { domain, email: null }
  }
  const address = parseEmail(input.email)
  if (!address) throw new Error('the schema lets through only what parses')
  return { domain: domainOf(address.key), email: address.email }
}

/** @throws Problem domain_already_claimed */
async function replaceOpenClaim(tx: Tx, ctx: OrgContext, domain: string): Promise<NewEvent[]> {
  const [row] = await tx
    .select()
    .from(domainClaims)
    .where(
      and(
        eq(domainClaims.organizationId, ctx.organizationId),
        eq(domainClaims.domain, domain),
        isOpen
      )
    )
  if (!row) return []
  if (row.status === 'verified') throw domainAlreadyClaimed({ domain, domain_claim_id: row.id })
  const { status, failure, endedAt } = claimAt(row, ctx.now)
  if (status === 'failed') {
    return [claimFailed(await writeClaim(tx, ctx, row, { status, failure, endedAt }), 'pending')]
  }
  const released = await writeClaim(tx, ctx, row, { status: 'released', endedAt: ctx.now })
  return [claimReleased(released, 'pending')]
}

/** Counts rows under the lock, whatever has become of them. */
async function refuseTooMany(
  tx: Tx,
  { organizationId, now }: OrgContext,
  domain: string
): Promise<void> {
  const since = new Date(now.getTime() - DAY_MS)
  const recent = await tx
    .select({ domain: domainClaims.domain, createdAt: domainClaims.createdAt })
    .from(domainClaims)
    .where(and(eq(domainClaims.organizationId, organizationId), gt(domainClaims.createdAt, since)))
    .orderBy(desc(domainClaims.createdAt))
    .limit(ALL_CLAIMS_MAX)
  const same = recent.filter((one) => one.domain === domain)
  const [max, first] =
    recent.length >= ALL_CLAIMS_MAX
      ? [ALL_CLAIMS_MAX, recent[ALL_CLAIMS_MAX - 1]]
      : [CLAIMS_MAX, same[CLAIMS_MAX - 1]]
  if (!first) return
  const waitMs = first.createdAt.getTime() - since.getTime()
  throw claimedTooOften({ max, retry_after: Math.max(1, Math.ceil(waitMs / 1_000)) })
}

function toRow(
  { linkSecrets }: Deps,
  { organizationId, actor, now }: OrgContext,
  method: DomainClaimCreate['method'],
  { domain, email }: Asked
): DomainClaimRow {
  return {
    organizationId,
    id: newId('dom'),
    domain,
    method,
    status: 'pending',
    email,
    secretId: linkSecrets.current.id,
    tries: 0,
    challenge: email === null ? randomBytes(CHALLENGE_BYTES).toString('base64url') : null,
    failure: null,
    claimedByType: actor.type,
    claimedById: actor.id,
    claimedByName: actor.name,
    createdAt: now,
    updatedAt: now,
    expiresAt: new Date(now.getTime() + LIFETIME_MS[method]),
    verifiedAt: null,
    checkedAt: null,
    missingSince: null,
    checkAt: null,
    endedAt: null
  }
}
