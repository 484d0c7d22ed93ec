import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { reserveCredits } from '../credits/reserve-credits.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import { deliverOffers } from './deliver-offers.js'
import { seatResources } from './fields.js'
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
  appendEvents(tx, ctx, placeOf(organization), [...expired, ...invited])
  await reserveCredits(tx, ctx, organization, invitations)
  await settleSeats(tx, ctx, organization, movesOf(grants, invitations))
  const via = sendEmail ? 'email' : 'link'
  const linkTo = deliverOffers(deps, tx, ctx, { organization, invitations, via })
  return { invitations, linkTo }
}

const movesOf = (grants: readonly Grant[], rows: readonly InvitationRow[]): SeatMove[] =>
  rows.map((row, index) => {
    const { reused, invitee } = grants[index] ?? {}
    const resources = seatResources(invitee?.resources)
    return {
      memberId: row.memberId,
      before: reused ? { status: 'invitation_expired', resources: reused.resources } : null,
      after: { status: 'invited', resources },
      offer: row
    }
  })
