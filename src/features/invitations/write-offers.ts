import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { EmailAddress } from '../../email.js'
import type { Policy } from '../../policy/document.js'
import type { NewEvent } from '../events/append-events.js'
import { seatChanges } from '../members/member-events.js'
import type { LockedOrganization } from '../organizations/queries.js'
import type { PlannedGrant } from '../resources/open-shelf.js'
import type { Invitee } from './addresses.js'
import { closeExpired } from './close-expired.js'
import { newInvitation, offerOf } from './new-invitation.js'

/** An address that gets an offer. */
export interface Grant {
  readonly invitee: Invitee
  /** Of the seat: a new one, or the one that is offered again. */
  readonly memberId: string
  readonly address: EmailAddress
  readonly role: string
  /** The member of an offer that ran out: its seat is offered again. */
  readonly reused: MemberRow | undefined
  /** What is reserved for whoever accepts; left out: nothing. */
  readonly credits?: number | undefined
  /** What of the host's goes with the seat. */
  readonly resources: readonly PlannedGrant[]
  /** Which groups the seat is in from now on; those that it is in already it stays in. */
  readonly groupIds?: readonly string[]
}

export interface Offers {
  readonly organization: LockedOrganization
  readonly grants: readonly Grant[]
  readonly sendEmail: boolean
  /** On which page they were asked for; left out: on none. */
  readonly signupPageId?: string
}

/**
 * Adds members and invitations of all grants to what the transaction writes. Answers with the
 * invitations in the order of the grants, and with what is to be told: of each that it was made, and
 * of which ones turned out to have expired.
 */
export async function writeOffers(
  deps: Deps,
  tx: Tx,
  ctx: CallContext,
  { organization, grants, sendEmail, signupPageId }: Offers
): Promise<{ invitations: InvitationRow[]; invited: NewEvent[]; expired: NewEvent[] }> {
  if (grants.length === 0) return { invitations: [], invited: [], expired: [] }
  const { policy } = organization.policy
  const offers = grants.map((grant) => {
    const { locale, message } = grant.invitee
    const row = newInvitation(deps, ctx, organization, {
      kind: 'seat',
      memberId: grant.memberId,
      address: grant.address,
      name: null,
      role: grant.role,
      locale,
      message,
      sendEmail,
      credits: grant.credits,
      signupPageId
    })
    return { row, member: memberOf(policy, row, grant), reused: grant.reused }
  })
  const expired = await closeExpired(
    tx,
    ctx,
    organization,
    grants.flatMap(({ reused }) => reused?.id ?? [])
  )
  tx.add(
    members,
    offers.map(({ member }) => member),
    REUSE
  )
  const rows = offers.map(({ row }) => row)
  tx.add(invitations, rows)
  return { invitations: rows, invited: offers.map(toInvitedEvent), expired }
}

interface Made {
  readonly row: InvitationRow
  readonly member: MemberRow
  readonly reused: MemberRow | undefined
}

const toInvitedEvent = ({ row, member, reused }: Made): NewEvent => ({
  type: 'member.invited',
  subject: { type: 'member', id: row.memberId },
  data: {
    invitation_id: row.id,
    email: row.email,
    role: row.role,
    expires_at: row.expiresAt?.toISOString() ?? null,
    ...(row.credits === null ? {} : { credits: row.credits }),
    ...(row.signupPageId === null ? {} : { signup_page_id: row.signupPageId })
  },
  changes: reused
    ? { status: ['invitation_expired', 'invited'], ...seatChanges(reused, member) }
    : {}
})

/** What the request says of the person; of a seat offered again, what it does not say stays. */
function memberOf(policy: Policy, row: InvitationRow, { invitee, reused }: Grant): MemberRow {
  const { externalId, name, metadata } = reused ?? { externalId: null, name: null, metadata: {} }
  return {
    organizationId: row.organizationId,
    id: row.memberId,
    externalId: invitee.external_id ?? externalId,
    userId: null,
    email: row.email,
    emailKey: row.emailKey,
    name: invitee.name ?? name,
    role: row.role,
    status: 'invited' as const,
    endedBy: null,
    ...offerOf(policy, row),
    chargedResources: 0,
    avatarUrl: null,
    lastActiveAt: null,
    lastSignInAt: null,
    metadata: invitee.metadata ?? metadata,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    joinedAt: null,
    removedAt: null
  }
}

/** What a new offer changes of a member that exists: everything but since when it exists. */
const REUSE = `
  on conflict (organization_id, id) do update set external_id = excluded.external_id,
    email = excluded.email, name = excluded.name, role = excluded.role, status = excluded.status,
    invitation_id = excluded.invitation_id, offer_expires_at = excluded.offer_expires_at,
    offer_lapses_to = excluded.offer_lapses_to, metadata = excluded.metadata, updated_at = excluded.updated_at`
