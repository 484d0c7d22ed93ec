import type { OrgContext } from '../../context.js'
import { type AccessFacts, absent, type Examine, result } from './access-checks.js'
import type { Seat } from './access-facts.js'
import type { Trouble } from './access-kinds.js'
import { type Mend, mendBy } from './mend.js'

/** Whether the person has accepted, and if not, what became of the mail that they were sent. */
export const examineAccount: Examine = (ctx, facts) => {
  const { status, seat } = facts
  if (status === 'removed') return absent(ctx, 'account_confirmed')
  const isOpen = status === 'invited' || status === 'invitation_expired'
  // The offer of a seat that is on its way to somebody else is another person's.
  if (!isOpen)
    return result(ctx, 'account_confirmed', { data: { joined_at: seat.member.joinedAt } })
  const { id, delivery, sentAt, expiresAt, sendCount } = seat.invitation ?? NO_INVITATION
  return result(ctx, 'account_confirmed', {
    data: {
      invitation_id: id,
      invitation_status: status === 'invited' ? 'pending' : 'expired',
      delivery,
      sent_at: sentAt,
      send_count: sendCount,
      expires_at: expiresAt,
      suppressed: seat.suppressed?.reason ?? null,
      sent_again_by: rolesThatResend(ctx)
    },
    code: troubleOf(facts),
    mend: mendInvitation(ctx, facts)
  })
}

const NO_INVITATION = { id: null, delivery: null, sentAt: null, expiresAt: null, sendCount: 0 }

const rolesThatResend = ({ policy: { policy } }: OrgContext) =>
  policy.roles
    .filter(({ permissions }) => permissions.includes('invitation.resend'))
    .map(({ key }) => key)

const DELIVERIES: Readonly<Record<string, Trouble>> = {
  failed: 'mail_failed',
  queued: 'mail_queued',
  sent: 'invitation_pending'
}

function troubleOf({ status, seat: { invitation, suppressed } }: AccessFacts): Trouble {
  if (status === 'invitation_expired') return 'invitation_expired'
  if (suppressed) return 'address_suppressed'
  return DELIVERIES[invitation?.delivery ?? ''] ?? 'mail_not_sent'
}

/** By the way that reaches the person, where the policy offers it. */
function mendInvitation(ctx: OrgContext, facts: AccessFacts): Mend | null {
  const { status, seat } = facts
  const { resend_ways: ways, resend_from: from } = ctx.policy.policy.invitations
  const state = status === 'invited' ? 'pending' : 'expired'
  const via = seat.suppressed ? ways.find((way) => way === 'link') : ways[0]
  if (seat.invitation && from.includes(state) && via !== undefined) {
    const path = `/invitations/${seat.invitation.id}/resend`
    return mendBy(ctx, 'resendInvitation', { path, body: { via } })
  }
  return seat.suppressed ? mendBy(ctx, 'deleteMailSuppression', { path: listed(seat) }) : null
}

const listed = ({ member, invitation }: Seat) =>
  `/v1/mail-suppressions/${encodeURIComponent(invitation?.email ?? member.email)}`
