import { and, eq } from 'drizzle-orm'
import type { CallContext, OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type JoinRequestRow, joinRequests } from '../../db/tables/join-requests.js'
import { notFound } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { findVerifiedDomain } from '../domain-claims/queries.js'
import { domainNotClaimed, joinRequestDecided, noInvitation } from './errors.js'

/** The role of whoever comes by their domain (OP-55). */
export const joiningRoleOf = ({ domain_claims, default_role }: Policy): string =>
  domain_claims.role ?? default_role

/**
 * Whoever has no invitation needs a domain that is this organization's: true until the commit, as
 * only a command on the locked organization takes its domain away.
 *
 * @throws Problem domain_not_claimed, no_invitation
 */
export async function refuseForeignDomain(
  tx: Tx,
  { organizationId }: OrgContext,
  domain: string
): Promise<void> {
  const owner = await findVerifiedDomain(tx, domain)
  if (!owner) throw domainNotClaimed({ domain })
  if (owner.organizationId !== organizationId) throw noInvitation()
}

/** @throws Problem not_found */
export async function findJoinRequest(
  db: Db,
  { organizationId }: OrgContext,
  id: string
): Promise<JoinRequestRow> {
  const [row] = await db.select().from(joinRequests).where(isRequest(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** @throws Problem join_request_decided */
export function refuseDecided({ status }: JoinRequestRow): void {
  if (status !== 'pending') throw joinRequestDecided({ join_request_status: status })
}

interface Ruling {
  readonly status: 'approved' | 'denied'
  readonly memberId: string | null
}

/** Of a request whose organization is locked: what has become of it, and by whom. */
export async function writeRuling(
  tx: Tx,
  { actor, now }: CallContext,
  { organizationId, id }: JoinRequestRow,
  ruling: Ruling
): Promise<JoinRequestRow> {
  const [row] = await tx
    .update(joinRequests)
    .set({
      ...ruling,
      decidedByType: actor.type,
      decidedById: actor.id,
      decidedByName: actor.name,
      decidedAt: now
    })
    .where(isRequest(organizationId, id))
    .returning()
  if (!row) throw new Error('a request to a locked organization cannot disappear')
  return row
}

const isRequest = (organizationId: string, id: string) =>
  and(eq(joinRequests.organizationId, organizationId), eq(joinRequests.id, id))
