import { and, eq, gt, inArray, isNull, or, type SQL } from 'drizzle-orm'
import { createLinkToken, type LinkClaims, readLinkToken } from '../../crypto/link-token.js'
import type { Db } from '../../db/client.js'
import {
  type InvitationRow,
  type InvitationStatus,
  invitations
} from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import {
  invitationAlreadyAccepted,
  invitationCanceled,
  invitationDeclined,
  invitationExpired,
  invitationLinkInvalid,
  invitationNotCancelable,
  invitationSuperseded
} from './errors.js'

/** The stored instant decides whether it has expired, not when somebody wrote that down. */
export function invitationStatusAt(row: InvitationRow, now: Date): InvitationStatus {
  const lapsed = row.expiresAt !== null && row.expiresAt <= now
  return row.status === 'pending' && lapsed ? 'expired' : row.status
}

/** The link of the invitation's current generation: always the same until the next. */
export function linkOf(deps: Deps, row: InvitationRow, baseUrl: string): string {
  const claims: LinkClaims = {
    organizationId: row.organizationId,
    subjectId: row.id,
    generation: row.generation,
    secretId: row.secretId
  }
  return `${baseUrl}/invitations/${createLinkToken('inv', claims, deps.linkSecrets)}`
}

/** @throws Problem invitation_link_invalid */
export function readInvitationToken(deps: Deps, token: string): LinkClaims {
  const claims = readLinkToken('inv', token, deps.linkSecrets)
  if (!claims) throw invitationLinkInvalid()
  return claims
}

/** @throws Problem not_found */
export async function findInvitation(
  db: Db,
  organizationId: string,
  id: string
): Promise<InvitationRow> {
  const [row] = await db.select().from(invitations).where(isInvitation(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Those of them that there are, in the order of their ids. */
export async function findInvitations(
  db: Db,
  organizationId: string,
  ids: readonly string[]
): Promise<InvitationRow[]> {
  if (ids.length === 0) return []
  const found = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.organizationId, organizationId), inArray(invitations.id, [...ids])))
  const rows = new Map(found.map((row) => [row.id, row]))
  return ids.flatMap((id) => rows.get(id) ?? [])
}

/** An invitation and the seat it offers. */
export interface Offer {
  readonly invitation: InvitationRow
  readonly member: MemberRow
}

export async function findOffer(
  db: Db,
  organizationId: string,
  id: string
): Promise<Offer | undefined> {
  return selectOffer(db, isInvitation(organizationId, id))
}

/** What somebody of this address is offered by an organization right now: at most one seat. */
export async function findOfferTo(
  db: Db,
  organizationId: string,
  { emailKey, now }: { readonly emailKey: string; readonly now: Date }
): Promise<Offer | undefined> {
  const isOpen = or(isNull(invitations.expiresAt), gt(invitations.expiresAt, now))
  const isTo = and(
    eq(invitations.organizationId, organizationId),
    eq(invitations.emailKey, emailKey),
    eq(invitations.status, 'pending')
  )
  return selectOffer(db, and(isTo, isOpen))
}

async function selectOffer(db: Db, where: SQL | undefined): Promise<Offer | undefined> {
  const [row] = await db
    .select({ invitation: invitations, member: members })
    .from(invitations)
    .innerJoin(
      members,
      and(
        eq(members.organizationId, invitations.organizationId),
        eq(members.id, invitations.memberId)
      )
    )
    .where(where)
    .limit(1)
  return row
}

export const isInvitation = (organizationId: string, id: string) =>
  and(eq(invitations.organizationId, organizationId), eq(invitations.id, id))

export const isMember = (organizationId: string, id: string) =>
  and(eq(members.organizationId, organizationId), eq(members.id, id))

/**
 * Refuses what the link can no longer do, each with its own code.
 *
 * @throws Problem invitation_already_accepted, invitation_declined, invitation_canceled,
 * invitation_superseded, invitation_expired
 */
export function refuseDeadLink(row: InvitationRow, claims: LinkClaims, now: Date): void {
  if (row.status === 'accepted') throw invitationAlreadyAccepted()
  if (row.status === 'declined') throw invitationDeclined()
  if (row.status === 'canceled') throw invitationCanceled()
  if (row.generation !== claims.generation) throw invitationSuperseded()
  if (invitationStatusAt(row, now) === 'expired') throw invitationExpired()
}

/** @throws Problem invitation_not_cancelable */
export function refuseCancel(
  { invitations: { cancel_from: from } }: Policy,
  row: InvitationRow,
  now: Date
): void {
  const status = invitationStatusAt(row, now)
  if (!from.some((allowed) => allowed === status)) throw invitationNotCancelable({ status })
}
