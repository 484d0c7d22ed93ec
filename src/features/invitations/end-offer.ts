import { and, eq, inArray } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { leaveGroups } from '../groups/queries.js'
import { areMembers, NO_OFFER } from '../members/queries.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { endGrants } from '../resources/end-grants.js'
import { settleSeats } from '../seats/settle-seats.js'
import { closeExpired } from './close-expired.js'
import { invitationStatusAt } from './queries.js'

interface Ending {
  readonly organization: LockedOrganization
  readonly row: InvitationRow
}

type How = 'canceled' | 'declined'

/**
 * Ends an offer that was not accepted: the link is dead, and a seat of one's own free again. A seat
 * that was to be taken over stays whose it is, and locked until something else is decided.
 */
export async function endOffer(
  tx: Tx,
  ctx: CallContext,
  { organization, row }: Ending,
  how: How
): Promise<InvitationRow> {
  const [ended] = await endOffers(tx, ctx, { organization, rows: [row] }, how)
  if (!ended) throw new Error('an invitation of a locked organization cannot disappear')
  return ended
}

interface Endings {
  readonly organization: LockedOrganization
  readonly rows: readonly InvitationRow[]
}

/** The same of many, whose members are all others. */
export async function endOffers(
  tx: Tx,
  ctx: CallContext,
  { organization, rows }: Endings,
  how: How
): Promise<InvitationRow[]> {
  if (rows.length === 0) return []
  const lapsed = rows.filter((row) => invitationStatusAt(row, ctx.now) !== row.status)
  const expired = await closeExpired(tx, ctx, organization, lapsed.map(memberIdOf))
  const ended = await tx
    .update(invitations)
    .set({ status: how, endedAt: ctx.now, updatedAt: ctx.now })
    .where(
      and(
        eq(invitations.organizationId, organization.row.id),
        inArray(
          invitations.id,
          rows.map(({ id }) => id)
        )
      )
    )
    .returning()
  const seats = rows.filter(({ kind }) => kind === 'seat')
  await endSeats(tx, ctx, { organization, rows: seats }, how)
  await stopLapses(
    tx,
    ctx,
    rows.filter(({ kind }) => kind !== 'seat')
  )
  appendEvents(tx, ctx, placeOf(organization), [
    ...expired,
    ...rows.map((row) => toEvent(ctx, row, how))
  ])
  const updated = new Map(ended.map((row) => [row.id, row]))
  return rows.flatMap(({ id }) => updated.get(id) ?? [])
}

const memberIdOf = ({ memberId }: InvitationRow) => memberId

const toEvent = ({ now }: CallContext, row: InvitationRow, how: How): NewEvent => ({
  type: `invitation.${how}`,
  subject: { type: 'invitation', id: row.id },
  data: { member_id: row.memberId, email: row.email },
  changes: {
    status: [invitationStatusAt(row, now), how],
    ...(row.kind === 'seat' ? { member_status: [seatStatusOf(row, now), 'removed'] } : {})
  }
})

/** Gives up seats that nobody has taken. */
async function endSeats(
  tx: Tx,
  ctx: CallContext,
  { organization, rows }: Endings,
  how: How
): Promise<void> {
  if (rows.length === 0) return
  const { now } = ctx
  const organizationId = organization.row.id
  const memberIds = rows.map(memberIdOf)
  const ended = await tx
    .update(members)
    .set({ ...NO_OFFER, status: 'removed', endedBy: how, removedAt: now, updatedAt: now })
    .where(areMembers(organizationId, memberIds))
    .returning()
  await leaveGroups(tx, organizationId, memberIds)
  await endGrants(tx, ctx, organization, { memberIds })
  const after = new Map(ended.map((member) => [member.id, member]))
  const moves = rows.flatMap((row) => {
    const { memberId } = row
    const member = after.get(memberId)
    const before = member && { ...member, status: seatStatusOf(row, now) }
    return member && before ? [{ memberId, before, after: member }] : []
  })
  await settleSeats(tx, ctx, organization, moves)
}

/** Of the member, as long as its seat is only offered. */
const seatStatusOf = (row: InvitationRow, now: Date): MemberStatus =>
  invitationStatusAt(row, now) === 'pending' ? 'invited' : 'invitation_expired'

async function stopLapses(
  tx: Tx,
  { now }: CallContext,
  rows: readonly InvitationRow[]
): Promise<void> {
  const [first] = rows
  if (!first) return
  await tx
    .update(members)
    .set({ ...NO_OFFER, updatedAt: now })
    .where(areMembers(first.organizationId, rows.map(memberIdOf)))
}
