import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations, resendAllowances } from '../../db/tables/invitations.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { statusAt } from '../members/effective-status.js'
import { countHolders } from '../members/holders.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { freeSeatsOf, noSeatLeft } from '../seats/free-seats.js'
import {
  invitationNotResendable,
  invitationReplaced,
  resendWayNotOffered,
  resentTooOften
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
import type { InvitationResend } from './request-schemas.js'
import { enqueueInvitationEmails } from './send-invitation-email.job.js'

/** Mails that one address may be sent again by one organization, and in which time. */
const RESENDS_MAX = 5
const RESEND_WINDOW_MS = 3_600_000

type Via = InvitationResend['via']

/**
 * Sends an invitation again, by mail or as its link. One that has expired is opened again and needs
 * a seat again; its earlier links stay dead. Giving out the link of an open one changes nothing.
 *
 * @throws Problem not_found, what `decide` refuses, resend_way_not_offered, invitation_not_resendable,
 * invitation_replaced, seats_exhausted, resent_too_often
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
    await refuseResend(tx, ctx, organization, { offer, via, confirmed })
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

interface Resend {
  readonly offer: Offer
  readonly via: Via
  readonly confirmed: boolean
}

async function refuseResend(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { offer: { invitation, member }, via, confirmed }: Resend
): Promise<void> {
  const {
    policy: { policy },
    actor
  } = organization
  const status = invitationStatusAt(invitation, ctx.now)
  const isNewSeat = invitation.kind === 'seat'
  // Its seat is taken again only where it has been given back.
  const lapsed = isNewSeat && status === 'expired'
  const counts = await countHolders(tx, ctx, organization, [invitation.role])
  const action = { type: 'resend', role: invitation.role, lapsed } as const
  enforce(decide(policy, actor, action, { ...counts, confirmed }))
  if (!policy.invitations.resend_ways.includes(via)) throw resendWayNotOffered({ via })
  if (!policy.invitations.resend_from.some((allowed) => allowed === status)) {
    throw invitationNotResendable({ status })
  }
  if (member.invitationId !== invitation.id) {
    throw invitationReplaced({ invitation_id: member.invitationId })
  }
  if (!isNewSeat && statusAt(member, ctx.now) !== 'reassignment_pending') {
    throw invitationNotResendable({ status })
  }
  if (lapsed && freeSeatsOf(organization) === 0) throw noSeatLeft(organization)
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
    .set({
      offerExpiresAt: expiresAt,
      updatedAt: ctx.now,
      ...(invitation.kind === 'seat'
        ? { status: 'invited', offerLapsesTo: expiresAt && 'invitation_expired' }
        : {})
    })
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
