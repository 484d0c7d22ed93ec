import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { NewEvent } from '../events/append-events.js'
import { NO_OFFER } from '../members/queries.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { reassignmentTimedOut } from '../reassignments/reassignment-events.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'

/**
 * Writes down what time has done to the offers of these members, about whose seats something else
 * is decided now, and answers with what is to be told of it.
 */
export async function closeExpired(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  memberIds: readonly string[]
): Promise<NewEvent[]> {
  if (memberIds.length === 0) return []
  // A member has one open offer at most.
  return closeDue(tx, ctx, organization, { memberIds, limit: memberIds.length })
}

interface Due {
  /** Left out: whosever it is. */
  readonly memberIds?: readonly string[]
  readonly limit: number
}

/** The same of whatever is due, at most `limit` of it. */
export async function closeDue(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { memberIds, limit }: Due
): Promise<NewEvent[]> {
  const { now } = ctx
  const organizationId = organization.row.id
  const due = tx
    .select({ id: invitations.id })
    .from(invitations)
    .where(
      and(
        eq(invitations.organizationId, organizationId),
        eq(invitations.status, 'pending'),
        lte(invitations.expiresAt, now),
        memberIds && inArray(invitations.memberId, [...memberIds])
      )
    )
    .limit(limit)
  const rows = await tx
    .update(invitations)
    .set({ status: 'expired', endedAt: sql`${invitations.expiresAt}`, updatedAt: now })
    .where(and(eq(invitations.organizationId, organizationId), inArray(invitations.id, due)))
    .returning()
  if (rows.length === 0) return []
  const accounts = await findAccounts(tx, organizationId, rows)
  const lapsed = await lapseMembers(tx, organizationId, { rows, now })
  await settleSeats(tx, ctx, organization, movesOf(rows, lapsed))
  const open = new Set(lapsed.map(({ invitationId }) => invitationId))
  return rows.flatMap((row) =>
    eventsOf(row, { lapsed: open.has(row.id), account: accounts.get(row.memberId) })
  )
}

/** The members whose seats were offered to somebody else, as they are before it is written down. */
async function findAccounts(
  tx: Tx,
  organizationId: string,
  rows: readonly InvitationRow[]
): Promise<ReadonlyMap<string, MemberRow>> {
  const ids = rows.filter(({ kind }) => kind === 'reassignment').map(({ memberId }) => memberId)
  if (ids.length === 0) return new Map()
  const found = await tx
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), inArray(members.id, ids)))
  return new Map(found.map((member) => [member.id, member]))
}

/** Whoever has been suspended or so since is that, and no longer what the offer would make of them. */
async function lapseMembers(
  tx: Tx,
  organizationId: string,
  { rows, now }: { readonly rows: readonly InvitationRow[]; readonly now: Date }
): Promise<MemberRow[]> {
  const ids = rows.map(({ id }) => id)
  return tx
    .update(members)
    .set({
      ...NO_OFFER,
      status: sql`coalesce(${members.offerLapsesTo}, ${members.status})`,
      updatedAt: now
    })
    .where(
      and(
        eq(members.organizationId, organizationId),
        inArray(members.status, ['invited', 'reassignment_pending']),
        inArray(members.invitationId, ids)
      )
    )
    .returning()
}

/** At the instant at which time did it, however late it is written down. */
function movesOf(rows: readonly InvitationRow[], lapsed: readonly MemberRow[]): SeatMove[] {
  const offers = new Map(rows.map((row) => [row.id, row]))
  return lapsed.map(({ id, invitationId, status, chargedResources }): SeatMove => {
    const offer = offers.get(invitationId ?? '')
    const before = offer?.kind === 'reassignment' ? 'reassignment_pending' : 'invited'
    return {
      memberId: id,
      before: { status: before, chargedResources },
      after: { status, chargedResources },
      ...(offer?.expiresAt ? { lapsedAt: offer.expiresAt } : {})
    }
  })
}

interface Lapse {
  /** Whether the offer was still what the member's status came from. */
  readonly lapsed: boolean
  readonly account: MemberRow | undefined
}

/** They tell of it later than it was: `expires_at` says when that was. */
function eventsOf(row: InvitationRow, { lapsed, account }: Lapse): NewEvent[] {
  const isSeat = lapsed && row.kind === 'seat'
  const expired: NewEvent = {
    type: 'invitation.expired',
    subject: { type: 'invitation', id: row.id },
    data: {
      member_id: row.memberId,
      email: row.email,
      expires_at: row.expiresAt?.toISOString() ?? null
    },
    changes: {
      status: ['pending', 'expired'],
      ...(isSeat ? { member_status: ['invited', 'invitation_expired'] as const } : {})
    }
  }
  if (!account) return [expired]
  // Only whoever had access again can have become something else meanwhile.
  const isLocked = account.status === 'reassignment_pending' && account.offerLapsesTo !== 'active'
  return [expired, reassignmentTimedOut({ member: account, invitation: row }, !isLocked)]
}
