import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { joinGroups } from '../groups/join-groups.js'
import { closeExpired } from '../invitations/close-expired.js'
import { seatChanges } from '../members/member-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { type ChargedBy, writeGrants } from '../resources/write-grants.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import type { Joining, Plan } from './plan-imports.js'

/** Adds everybody who joins to what the transaction writes, however many in the same statements. */
export async function writeMembers(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  plans: readonly Plan[]
): Promise<void> {
  const joining = plans.flatMap(({ joining }) => joining ?? [])
  const reused = joining.flatMap(({ reused }) => reused?.id ?? [])
  const expired = await closeExpired(tx, ctx, organization, reused)
  const joined = await joinGroups(tx, ctx, ctx.organizationId, joining.map(toJoiner))
  tx.add(
    members,
    joining.map(({ member }) => member),
    REUSE
  )
  // A team that exists already knows that it does: nobody is told by mail.
  appendEvents(tx, ctx, { ...placeOf(organization), notified: [] }, [
    ...expired,
    ...joining.map(joinedEvent),
    ...joined
  ])
  const charged = await giveResources(tx, ctx, organization, joining)
  await settleSeats(tx, ctx, organization, joining.map(moveOf(charged)))
}

/** What becomes of the seat of whoever comes in, which an offer that ran out may have held. */
export const moveOf =
  (charged: ChargedBy) =>
  ({ member, reused }: Pick<Joining, 'member' | 'reused'>): SeatMove => ({
    memberId: member.id,
    before: reused ? { ...reused, status: 'invitation_expired' } : null,
    after: { ...member, chargedResources: charged.get(member.id)?.after ?? 0 }
  })

/** Of an offer that ran out nothing is left but what the person comes with. */
export async function giveResources(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  joining: readonly Pick<Joining, 'member' | 'reused' | 'resources'>[]
): Promise<ChargedBy> {
  const members = joining
    .filter(({ resources, reused }) => resources.length > 0 || reused)
    .map(({ member: { id: memberId }, resources: grants }) => ({ memberId, grants }))
  return members.length === 0
    ? new Map()
    : writeGrants(tx, ctx, organization, { members, replaces: true })
}

const toJoiner = ({ member: { id: memberId }, groupIds, reused }: Joining) => ({
  memberId,
  groupIds,
  reused: reused !== undefined
})

const joinedEvent = ({ member, reused }: Joining): NewEvent => ({
  type: 'member.joined',
  subject: { type: 'member', id: member.id },
  data: { user_id: member.userId, email: member.email, role: member.role, imported: true },
  changes: {
    status: [reused === undefined ? null : 'invitation_expired', 'active'],
    ...seatChanges(reused, member)
  }
})

/** What becomes of a member that was offered: everything but since when it exists. */
export const REUSE = `
  on conflict (organization_id, id) do update set external_id = excluded.external_id,
    user_id = excluded.user_id, email = excluded.email, name = excluded.name,
    role = excluded.role, status = excluded.status, invitation_id = excluded.invitation_id,
    offer_expires_at = excluded.offer_expires_at, offer_lapses_to = excluded.offer_lapses_to,
    metadata = excluded.metadata, joined_at = excluded.joined_at, updated_at = excluded.updated_at`
