import { daysAfter } from '../../clock.js'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { MemberRow, MemberStatus } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { openPurse } from '../credits/purse.js'
import { reserveCredits } from '../credits/reserve-credits.js'
import { appendEvents } from '../events/append-events.js'
import { statusAt } from '../members/effective-status.js'
import { countHolders } from '../members/holders.js'
import { writeMember } from '../members/queries.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { openGate } from '../seats/seat-gate.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import { claimAddress } from './claim-address.js'
import { closeExpired } from './close-expired.js'
import { deliverOffers } from './deliver-offers.js'
import { invitationNotResendable, invitationReplaced, resendWayNotOffered } from './errors.js'
import { offerOf } from './new-invitation.js'
import { findOffer, invitationStatusAt, isInvitation, type Offer } from './queries.js'
import type { InvitationResend } from './request-schemas.js'
import { spendAllowance } from './resend-allowance.js'

type Via = InvitationResend['via']

/**
 * Sends an invitation again, by mail or as its link. One that has expired is opened again; its
 * earlier links stay dead. A seat of one's own is needed again then, with what it promises; one to
 * take over is there. Giving out the link of an open one changes nothing.
 *
 * @throws Problem not_found, what `decide` refuses, resend_way_not_offered, invitation_not_resendable,
 * invitation_replaced, seats_exhausted, already_member, already_invited, insufficient_credits,
 * resent_too_often
 */
export async function resendInvitation(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  { via, confirmed = false }: { readonly via: Via; readonly confirmed?: boolean }
): Promise<{ invitation: InvitationRow; link?: string }> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const offer = await findOffer(tx, ctx.organizationId, id)
    if (!offer) throw notFound()
    await decideResend(tx, ctx, organization, { offer, confirmed })
    refuseResend(ctx, organization, { offer, via })
    const isOpenedAgain = invitationStatusAt(offer.invitation, ctx.now) === 'expired'
    if (isOpenedAgain) {
      await claimAgain(tx, ctx, organization, offer.invitation)
      const expired = await closeExpired(tx, ctx, organization, [offer.member.id])
      appendEvents(tx, ctx, placeOf(organization), expired)
      await refuseUncovered(tx, ctx, organization, offer.invitation)
    }
    if (via === 'email') await spendAllowance(tx, ctx, offer.invitation)

    const invitation = await reopen(deps, tx, ctx, { organization, offer, via })
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: via === 'email' ? 'invitation.resent' : 'invitation.link_copied',
        subject: { type: 'invitation', id },
        data: { member_id: invitation.memberId, email: invitation.email },
        changes: changesOf(offer.invitation, invitation, ctx.now)
      }
    ])
    if (isOpenedAgain) await reserveCredits(tx, ctx, organization, [invitation])
    await settleSeats(tx, ctx, organization, [
      moveOf(offer.member, invitation, statusAt(offer.member, ctx.now))
    ])
    const linkTo = deliverOffers(deps, tx, ctx, { organization, invitations: [invitation], via })
    return { invitation, ...linkTo(invitation) }
  })
}

/** A seat to take over is offered by whoever may reassign it, whatever else they may offer. */
async function decideResend(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  {
    offer: { invitation, member },
    confirmed
  }: { readonly offer: Offer; readonly confirmed: boolean }
): Promise<void> {
  const {
    policy: { policy },
    actor
  } = organization
  const { role } = invitation
  const counts = await countHolders(tx, ctx, organization, [role])
  if (invitation.kind === 'seat') {
    const lapsed = invitationStatusAt(invitation, ctx.now) === 'expired'
    const action = { type: 'resend', role, lapsed } as const
    const standing = circumstancesOf(organization.row)
    enforce(decide(policy, actor, action, { ...counts, ...standing, confirmed }))
    return
  }
  const target = { id: member.id, role: member.role, status: statusAt(member, ctx.now) }
  enforce(decide(policy, actor, { type: 'use', permission: 'invitation.resend' }))
  enforce(decide(policy, actor, { type: 'reassign', target }, { ...counts, confirmed }))
}

/** Whose offer it can be in the member's state; another state has made an end of it. */
const OFFERED: Readonly<Record<InvitationRow['kind'], readonly MemberStatus[]>> = {
  seat: ['invited', 'invitation_expired'],
  reassignment: ['reassignment_pending']
}

function refuseResend(
  { now }: OrgContext,
  { policy: { policy } }: LockedOrganization,
  { offer: { invitation, member }, via }: { readonly offer: Offer; readonly via: Via }
): void {
  if (!policy.invitations.resend_ways.includes(via)) throw resendWayNotOffered({ via })
  const status = invitationStatusAt(invitation, now)
  if (!policy.invitations.resend_from.some((allowed) => allowed === status)) {
    throw invitationNotResendable({ status })
  }
  if (member.invitationId !== invitation.id) {
    throw invitationReplaced({ invitation_id: member.invitationId })
  }
  if (!OFFERED[invitation.kind].includes(statusAt(member, now))) {
    throw invitationNotResendable({ status })
  }
}

const LAPSED = { from: 'invitation_expired', to: 'invited' } as const

/** What an open offer holds and one that ran out has lost: a seat, or that nobody has the address. */
async function claimAgain(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { kind, email, emailKey: key }: InvitationRow
): Promise<void> {
  if (kind === 'reassignment') await claimAddress(tx, ctx, organization, { email, key })
  else {
    const full = openGate(organization).take({ ...LAPSED, isResend: true })
    if (full) throw full
  }
}

/** What it promised went back to the pool when it ran out, and may have gone to others since. */
async function refuseUncovered(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  invitation: InvitationRow
): Promise<void> {
  const needed = promised(organization, invitation) ?? 0
  const purse = await openPurse(tx, ctx, organization, needed)
  const short = purse.refuse(needed)
  if (short) throw short
}

/** A team whose policy has no pool any more promises nothing. */
const promised = ({ policy }: LockedOrganization, { credits }: InvitationRow) =>
  policy.policy.credits.kind === 'pool' ? credits : null

interface Reopening {
  readonly organization: LockedOrganization
  readonly offer: Offer
  readonly via: Via
}

/** Only what had run out takes a seat again. */
const moveOf = (member: MemberRow, invitation: InvitationRow, before: MemberStatus): SeatMove => {
  const after = invitation.kind === 'seat' ? 'invited' : 'reassignment_pending'
  const { id, chargedResources } = member
  return {
    memberId: id,
    before: { status: before, chargedResources },
    after: { status: after, chargedResources },
    offer: invitation,
    isResend: true
  }
}

/** The invitation keeps the lifetime it was sent with, counted from now. */
async function reopen(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { organization, offer: { invitation, member }, via }: Reopening
): Promise<InvitationRow> {
  const lapsed = invitationStatusAt(invitation, ctx.now) === 'expired'
  if (via === 'link' && !lapsed) return invitation
  const { policy } = organization.policy
  const rotate = lapsed || policy.invitations.rotate_link_on_resend
  const [updated] = await tx
    .update(invitations)
    .set({
      status: 'pending',
      endedAt: null,
      updatedAt: ctx.now,
      expiresAt: daysAfter(ctx.now, invitation.lifetimeDays),
      ...(lapsed ? { credits: promised(organization, invitation) } : {}),
      ...(rotate
        ? { generation: invitation.generation + 1, secretId: deps.linkSecrets.current.id }
        : {}),
      ...(via === 'email'
        ? { delivery: 'queued' as const, sendCount: invitation.sendCount + 1 }
        : { delivery: null })
    })
    .where(isInvitation(ctx.organizationId, invitation.id))
    .returning()
  if (!updated) throw new Error('an invitation of a locked organization cannot disappear')
  const status = updated.kind === 'seat' ? 'invited' : 'reassignment_pending'
  await writeMember(tx, ctx, member.id, { ...offerOf(policy, updated), status })
  return updated
}

function changesOf(before: InvitationRow, after: InvitationRow, now: Date) {
  const expiry = (row: InvitationRow) => row.expiresAt?.toISOString() ?? null
  const was = invitationStatusAt(before, now)
  const isLapsedSeat = was === 'expired' && after.kind === 'seat'
  return {
    ...(was === after.status ? {} : { status: [was, after.status] as [unknown, unknown] }),
    ...(isLapsedSeat ? { member_status: [LAPSED.from, LAPSED.to] as [unknown, unknown] } : {}),
    ...(expiry(before) === expiry(after)
      ? {}
      : { expires_at: [expiry(before), expiry(after)] as [unknown, unknown] })
  }
}
