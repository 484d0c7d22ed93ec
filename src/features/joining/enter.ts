import { and, eq, ne } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { newId } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import { memberOf } from '../imports/plan-imports.js'
import { giveResources, moveOf, REUSE } from '../imports/write-members.js'
import { closeExpired } from '../invitations/close-expired.js'
import { findOccupants } from '../invitations/occupants.js'
import { findOfferTo } from '../invitations/queries.js'
import { type Taker, takeOffer } from '../invitations/take-offer.js'
import { statusAt } from '../members/effective-status.js'
import { countHolders } from '../members/holders.js'
import { seatChanges } from '../members/member-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { openGate } from '../seats/seat-gate.js'
import { settleSeats } from '../seats/settle-seats.js'
import { joiningRoleOf } from './queries.js'

interface Known {
  readonly member: MemberRow
  /** The person was a member before. */
  readonly isSame: boolean
}

/**
 * What the person has a right to by themselves: the membership that is theirs already, or an open
 * offer to their address, which prevails over their domain and is taken. Undefined: neither.
 *
 * @throws Problem already_member
 */
export async function enterByOwnRight(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  taker: Taker
): Promise<Known | undefined> {
  const { organizationId, now } = ctx
  const isTheirs = and(
    eq(members.organizationId, organizationId),
    eq(members.userId, taker.user.id)
  )
  const [own] = await tx
    .select()
    .from(members)
    .where(and(isTheirs, ne(members.status, 'removed')))
  if (own && statusAt(own, now) === 'active') return { member: own, isSame: true }
  const offer = await findOfferTo(tx, organizationId, { emailKey: taker.address.key, now })
  if (!offer) return undefined
  return { member: await takeOffer(tx, ctx, organization, { ...taker, offer }), isSame: false }
}

/** Somebody whom the policy lets in by their domain, and in whose way nobody is. */
export interface Entrant extends Taker {
  readonly role: string
  /** The member of an offer that ran out: the same seat, and the same id. */
  readonly reused: MemberRow | undefined
}

/**
 * Whether the organization takes the person by their domain at all; whether there is a seat is asked
 * when they enter.
 *
 * @throws Problem not_offered, role_full, single_holder, not_entitled, billing_past_due,
 * already_member, already_invited
 */
export async function letIn(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { user, address }: Taker
): Promise<Entrant> {
  const { policy } = organization.policy
  const role = joiningRoleOf(policy)
  const counts = await countHolders(tx, ctx, organization, [role])
  const circumstances = { ...counts, ...circumstancesOf(organization.row) }
  enforce(decide(policy, { kind: 'host' }, { type: 'join', role }, circumstances))
  const invitee = { email: address.email, user_id: user.id }
  const occupants = await findOccupants(tx, ctx, [{ invitee, address }])
  const refusal = occupants.refuse(invitee, address.key)
  if (refusal) throw refusal
  return { user, address, role, reused: occupants.holderOf(address.key) }
}

interface Way {
  readonly domain: string
  /** By which request, where somebody had to approve it. */
  readonly joinRequestId?: string
}

/**
 * Makes them an active member at once, without invitation (OP-54), through the gate of every door and
 * billed like everybody (OP-59).
 *
 * @throws Problem seats_exhausted
 */
export async function enterByDomain(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { user, address, role, reused, domain, joinRequestId }: Entrant & Way
): Promise<MemberRow> {
  const from = reused ? 'invitation_expired' : null
  const full = openGate(organization).take({ from, to: 'active' })
  if (full) throw full
  const { id: user_id, name } = user
  const person = { user_id, ...(name === undefined ? {} : { name }) }
  const id = reused?.id ?? newId('mem')
  const member = memberOf(ctx, person, { ...address, id, role, reused })
  const expired = await closeExpired(tx, ctx, organization, reused ? [reused.id] : [])
  tx.add(members, [member], REUSE)
  const via = joinRequestId === undefined ? {} : { join_request_id: joinRequestId }
  appendEvents(tx, ctx, placeOf(organization), [
    ...expired,
    {
      type: 'member.joined',
      subject: { type: 'member', id: member.id },
      data: { user_id, email: member.email, role, via: 'domain', domain, ...via },
      changes: { status: [from, 'active'], ...seatChanges(reused, member) }
    }
  ])
  const joining = { member, reused, resources: [] }
  const charged = await giveResources(tx, ctx, organization, [joining])
  await settleSeats(tx, ctx, organization, [moveOf(charged)(joining)])
  return member
}
