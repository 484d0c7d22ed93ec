import { daysAfter } from '../../clock.js'
import type { CallContext } from '../../context.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { EmailAddress } from '../../email.js'
import { newId } from '../../ids.js'
import type { Policy } from '../../policy/document.js'
import { durationDays } from '../../policy/duration.js'
import type { LockedOrganization } from '../organizations/queries.js'

type Kind = InvitationRow['kind']

/** To whom what is offered. */
interface Offered {
  readonly kind: Kind
  readonly memberId: string
  readonly address: EmailAddress
  readonly name: string | null
  readonly role: string
  readonly locale: InvitationRow['locale'] | undefined
  readonly message: string | undefined
  readonly sendEmail: boolean
  /** Reserved for whoever accepts; left out: nothing. */
  readonly credits?: number | undefined
  /** By which page the person invited themselves; left out: somebody else did. */
  readonly signupPageId?: string | undefined
}

/** An invitation as it begins: it keeps what the policy says of lifetime and address today. */
export function newInvitation(
  deps: Deps,
  ctx: CallContext,
  { row, policy: { policy, version } }: LockedOrganization,
  { address, locale, message, sendEmail, signupPageId, credits, ...offered }: Offered
): InvitationRow {
  const lifetimeDays = lifetimeDaysOf(policy, offered.kind)
  return {
    ...offered,
    organizationId: row.id,
    id: newId('inv'),
    email: address.email,
    emailKey: address.key,
    credits: credits ?? null,
    status: 'pending',
    delivery: sendEmail ? 'queued' : null,
    locale: locale ?? row.locale,
    message: message ?? null,
    generation: 1,
    secretId: deps.linkSecrets.current.id,
    sendCount: 1,
    policyVersion: version,
    lifetimeDays,
    emailMustMatch: policy.invitations.email_must_match,
    ...invitedBy(ctx),
    createdAt: ctx.now,
    updatedAt: ctx.now,
    sentAt: null,
    expiresAt: daysAfter(ctx.now, lifetimeDays),
    endedAt: null,
    signupPageId: signupPageId ?? null
  }
}

function lifetimeDaysOf({ invitations, reassignment }: Policy, kind: Kind): number | null {
  const { lifetime } = kind === 'seat' ? invitations : reassignment
  return lifetime === null ? null : durationDays(lifetime)
}

/** Whoever invites themselves is nobody yet. */
function invitedBy({ actor }: CallContext) {
  return {
    invitedByType: actor.type,
    invitedById: actor.id ?? '',
    invitedByName: actor.type === 'member' ? actor.name : null
  }
}

type OfferOfMember = Pick<MemberRow, 'invitationId' | 'offerExpiresAt' | 'offerLapsesTo'>

/** What the member has of it: until when it is offered, and what becomes of it when time is over. */
export function offerOf({ reassignment }: Policy, row: InvitationRow): OfferOfMember {
  const held = reassignment.on_timeout === 'restore' ? 'active' : 'reassignment_pending'
  const lapsesTo = row.kind === 'seat' ? 'invitation_expired' : held
  return {
    invitationId: row.id,
    offerExpiresAt: row.expiresAt,
    offerLapsesTo: row.expiresAt === null ? null : lapsesTo
  }
}
