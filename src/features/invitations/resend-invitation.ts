import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations, resendAllowances } from '../../db/tables/invitations.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { refusalOf } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { freeSeatsOf, seatLimitOf } from '../seats/free-seats.js'
import {
  invitationNotResendable,
  invitationReplaced,
  resentTooOften,
  seatsExhausted
} from './errors.js'
import {
  expiryOf,
  findOffer,
  invitationStatusAt,
  isInvitation,
  isMember,
  linkOf,
  type Offer
} from './queries.js'
import type { InvitationResend } from './schemas.js'
import { enqueueInvitationEmails } from './send-invitation-email.job.js'

/** Mails that one address may be sent again by one organization, and in which time. */
const RESENDS_MAX = 5
const RESEND_WINDOW_MS = 3_600_000

type Via = InvitationResend['via']

/**
 * Sends an invitation again, by mail or as its link. One that has expired is opened again and needs
 * a seat again; its earlier links stay dead. Giving out the link of an open one changes nothing.
 *
 * @throws Problem not_found, not_permitted, invitation_not_resendable, invitation_replaced,
 * seats_exhausted, resent_too_often
 */
export async function resendInvitation(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  via: Via
): Promise<{ invitation: InvitationRow; link?: string }> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const offer = await findOffer(tx, ctx.organizationId, id)
    if (!offer) throw notFound()
    refuseResend(ctx, organization, offer)
    if (via === 'email') await spendAllowance(tx, ctx, offer.invitation)

    const invitation = await reopen(deps, tx, ctx, { organization, offer, via })
    if (via === 'email') enqueueInvitationEmails(tx, ctx, [invitation])
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: via === 'email' ? 'invitation.resent' : 'invitation.link_copied',
        subject: { type: 'invitation', id },
        data: { member_id: invitation.memberId, email: invitation.email },
        changes: changesOf(offer.invitation, invitation, ctx.now)
      }
    ])
    if (via === 'email') return { invitation }
    const { baseUrl } = senderSettingsOf(deps.config, organization.policy.policy, organization.row)
    return { invitation, link: linkOf(deps, invitation, baseUrl) }
  })
}

function refuseResend(
  ctx: OrgContext,
  organization: LockedOrganization,
  { invitation, member }: Offer
): void {
  const {
    row,
    policy: { policy },
    actor
  } = organization
  const refusal = refusalOf(decide(policy, actor, { permission: 'invitation.resend' }))
  if (refusal) throw refusal
  const status = invitationStatusAt(invitation, ctx.now)
  if (!policy.invitations.resend_from.some((allowed) => allowed === status)) {
    throw invitationNotResendable({ status })
  }
  if (member.invitationId !== invitation.id) {
    throw invitationReplaced({ invitation_id: member.invitationId })
  }
  if (status === 'expired' && freeSeatsOf(organization) === 0) {
    throw seatsExhausted({ limit: seatLimitOf(row, policy) })
  }
}

interface Reopening {
  readonly organization: LockedOrganization
  readonly offer: Offer
  readonly via: Via
}

/** The invitation keeps the lifetime it was sent with, counted from now. */
async function reopen(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { organization, offer: { invitation }, via }: Reopening
): Promise<InvitationRow> {
  const lapsed = invitationStatusAt(invitation, ctx.now) === 'expired'
  if (via === 'link' && !lapsed) return invitation
  const rotate = lapsed || organization.policy.policy.invitations.rotate_link_on_resend
  const expiresAt = expiryOf(invitation.lifetimeDays, ctx.now)
  const [updated] = await tx
    .update(invitations)
    .set({
      status: 'pending',
      endedAt: null,
      updatedAt: ctx.now,
      expiresAt,
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
  await tx
    .update(members)
    .set({ status: 'invited', offerExpiresAt: expiresAt, updatedAt: ctx.now })
    .where(isMember(ctx.organizationId, invitation.memberId))
  return updated
}

/** One window per address: cancel and invite again does not start a new one. */
async function spendAllowance(tx: Tx, ctx: OrgContext, row: InvitationRow): Promise<void> {
  const { windowStartedAt, sent } = resendAllowances
  const windowStart = new Date(ctx.now.getTime() - RESEND_WINDOW_MS).toISOString()
  const over = sql`${windowStartedAt} <= ${windowStart}`
  const [allowance] = await tx
    .insert(resendAllowances)
    .values({
      organizationId: ctx.organizationId,
      emailKey: row.emailKey,
      windowStartedAt: ctx.now,
      sent: 1
    })
    .onConflictDoUpdate({
      target: [resendAllowances.organizationId, resendAllowances.emailKey],
      set: {
        sent: sql`case when ${over} then 1 else ${sent} + 1 end`,
        windowStartedAt: sql`case when ${over} then excluded.window_started_at
          else ${windowStartedAt} end`
      }
    })
    .returning()
  if (allowance && allowance.sent > RESENDS_MAX) {
    const endsAt = allowance.windowStartedAt.getTime() + RESEND_WINDOW_MS
    const retryAfter = Math.ceil((endsAt - ctx.now.getTime()) / 1000)
    throw resentTooOften({ max: RESENDS_MAX, retry_after: retryAfter })
  }
}

function changesOf(before: InvitationRow, after: InvitationRow, now: Date) {
  const expiry = (row: InvitationRow) => row.expiresAt?.toISOString() ?? null
  const was = invitationStatusAt(before, now)
  return {
    ...(was === after.status ? {} : { status: [was, after.status] as [unknown, unknown] }),
    ...(expiry(before) === expiry(after)
      ? {}
      : { expires_at: [expiry(before), expiry(after)] as [unknown, unknown] })
  }
}
