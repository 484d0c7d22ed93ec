import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { endOffers } from '../invitations/end-offer.js'
import { findInvitations } from '../invitations/queries.js'
import type { LockedMember, LockedMembers } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'

/**
 * Ends what is left of the offer to take the member's seat over: one whose time has passed is
 * written down as that, an open one is canceled, so that its link dies (SM-74). Answers with the
 * member's last invitation; undefined: it never had one.
 */
export async function closeFormerOffer(
  tx: Tx,
  ctx: OrgContext,
  { organization, ...one }: LockedMember
): Promise<InvitationRow | undefined> {
  const [row] = await closeFormerOffers(tx, ctx, { organization, members: [one] })
  return row
}

/** The same of many: the last invitation of each that has one. */
export async function closeFormerOffers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers
): Promise<InvitationRow[]> {
  const memberIds = members.map(({ member }) => member.id)
  appendEvents(tx, ctx, placeOf(organization), await closeExpired(tx, ctx, organization, memberIds))
  const ids = members.flatMap(({ member }) => member.invitationId ?? [])
  const last = await findInvitations(tx, ctx.organizationId, ids)
  const rows = last.filter(({ status }) => status === 'pending')
  const ended = await endOffers(tx, ctx, { organization, rows }, 'canceled')
  const canceled = new Map(ended.map((row) => [row.id, row]))
  return last.map((row) => canceled.get(row.id) ?? row)
}
