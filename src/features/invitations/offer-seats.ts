import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { reserveCredits } from '../credits/reserve-credits.js'
import { appendEvents } from '../events/append-events.js'
import { joinGroups } from '../groups/join-groups.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { type ChargedBy, writeGrants } from '../resources/write-grants.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import { deliverOffers } from './deliver-offers.js'
import { type Grant, type Offers, writeOffers } from './write-offers.js'

interface Offered {
  /** In the order of the grants. */
  readonly invitations: InvitationRow[]
  /** Without mail: the link of each. */
  readonly linkTo: (invitation: InvitationRow) => { link?: string }
}

/**
 * Offers seats to everybody whom a gate has let in: writes the offers down, tells of them, settles
 * what became due, and brings them to whom they are made.
 */
export async function offerSeats(
  deps: Deps,
  tx: Tx,
  ctx: CallContext,
  offers: Offers
): Promise<Offered> {
  const { organization, grants, sendEmail } = offers
  const { invitations, invited, expired } = await writeOffers(deps, tx, ctx, offers)
  const joined = await joinGroups(tx, ctx, organization.row.id, grants.map(toJoiner))
  appendEvents(tx, ctx, placeOf(organization), [...expired, ...invited, ...joined])
  await reserveCredits(tx, ctx, organization, invitations)
  const charged = await giveResources(tx, ctx, organization, grants)
  await settleSeats(tx, ctx, organization, movesOf(grants, invitations, charged))
  const via = sendEmail ? 'email' : 'link'
  const linkTo = deliverOffers(deps, tx, ctx, { organization, invitations, via })
  return { invitations, linkTo }
}

const toJoiner = ({ memberId, groupIds = [], reused }: Grant) => ({
  memberId,
  groupIds,
  reused: reused !== undefined
})

/** Of a seat offered again, what it had goes where the new offer does not name it. */
async function giveResources(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  grants: readonly Grant[]
): Promise<ChargedBy> {
  const members = grants
    .filter(({ resources, reused }) => resources.length > 0 || reused)
    .map(({ memberId, resources }) => ({ memberId, grants: resources }))
  return members.length === 0
    ? new Map()
    : writeGrants(tx, ctx, organization, { members, replaces: true })
}

const movesOf = (
  grants: readonly Grant[],
  rows: readonly InvitationRow[],
  charged: ChargedBy
): SeatMove[] =>
  rows.map((row, index) => {
    const { reused } = grants[index] ?? {}
    const { before, after } = charged.get(row.memberId) ?? { before: 0, after: 0 }
    return {
      memberId: row.memberId,
      before: reused ? { status: 'invitation_expired', chargedResources: before } : null,
      after: { status: 'invited', chargedResources: after },
      offer: row
    }
  })
