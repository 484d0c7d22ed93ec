import { and, eq, gt, inArray, lte, or } from 'drizzle-orm'
import type { CallContext, OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import {
  type ClaimStatus,
  type DomainClaimRow,
  domainClaims,
  verifiedDomains
} from '../../db/tables/domain-claims.js'
import { notFound } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { proofNotOffered } from './errors.js'

export const isClaim = (organizationId: string, id: string) =>
  and(eq(domainClaims.organizationId, organizationId), eq(domainClaims.id, id))

export const isOpen = inArray(domainClaims.status, ['pending', 'verified'])

/** What is found out of a claim whose time is over, for whoever writes it down. */
export const FAILED_BY_TIME = { email: 'code_expired', dns: 'not_proven_in_time' } as const

/** A claim as time has made it, whether or not somebody has written that down. */
export function claimAt(row: DomainClaimRow, now: Date): DomainClaimRow {
  if (row.status !== 'pending' || row.expiresAt > now) return row
  return { ...row, status: 'failed', failure: FAILED_BY_TIME[row.method], endedAt: row.expiresAt }
}

/** The same for a statement. */
export function hasStatusAt(status: ClaimStatus, now: Date) {
  const written = eq(domainClaims.status, status)
  const lapsed = and(eq(domainClaims.status, 'pending'), lte(domainClaims.expiresAt, now))
  if (status === 'failed') return or(written, lapsed)
  return status === 'pending' ? and(written, gt(domainClaims.expiresAt, now)) : written
}

/** @throws Problem not_found */
export async function findClaim(
  db: Db,
  { organizationId }: Pick<OrgContext, 'organizationId'>,
  id: string
): Promise<DomainClaimRow> {
  const [row] = await db.select().from(domainClaims).where(isClaim(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Whose a domain is: only a verified claim has any effect (OP-51). */
export async function findVerifiedDomain(
  db: Db,
  domain: string
): Promise<{ readonly organizationId: string; readonly claimId: string } | undefined> {
  const { organizationId, claimId } = verifiedDomains
  const [row] = await db
    .select({ organizationId, claimId })
    .from(verifiedDomains)
    .where(eq(verifiedDomains.domain, domain))
  return row
}

/** The domain of a claim that has ended is everybody's again. */
export async function freeDomain(tx: Tx, { organizationId, id }: DomainClaimRow): Promise<void> {
  await tx
    .delete(verifiedDomains)
    .where(and(eq(verifiedDomains.organizationId, organizationId), eq(verifiedDomains.claimId, id)))
}

/** @throws Problem domain_proof_not_offered */
export function refuseProof(
  { domain_claims: { proofs } }: Policy,
  method: DomainClaimRow['method']
): void {
  if (!proofs.includes(method)) throw proofNotOffered({ method, proofs })
}

/** What changes of a claim that is locked with its organization. */
export async function writeClaim(
  tx: Tx,
  { now }: CallContext,
  { organizationId, id, status }: DomainClaimRow,
  patch: Partial<DomainClaimRow>
): Promise<DomainClaimRow> {
  const [row] = await tx
    .update(domainClaims)
    .set({ ...patch, updatedAt: now })
    .where(and(isClaim(organizationId, id), eq(domainClaims.status, status)))
    .returning()
  if (!row) throw new Error('a claim of a locked organization cannot disappear')
  return row
}
