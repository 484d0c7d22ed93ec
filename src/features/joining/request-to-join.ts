import { and, eq, or } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type JoinRequestRow, joinRequests } from '../../db/tables/join-requests.js'
import { newId } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import type { Taker } from '../invitations/take-offer.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { joinRequestPending } from './errors.js'

/**
 * Puts the person on the list of those about whom somebody of the team decides, once: whoever asks
 * again is told of the same request.
 *
 * @throws Problem join_request_pending
 */
export async function requestToJoin(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  asked: Taker & { readonly domain: string }
): Promise<JoinRequestRow> {
  const { organizationId } = ctx
  const { user, address } = asked
  const pending = await tx
    .select()
    .from(joinRequests)
    .where(
      and(
        eq(joinRequests.organizationId, organizationId),
        eq(joinRequests.status, 'pending'),
        or(eq(joinRequests.userId, user.id), eq(joinRequests.emailKey, address.key))
      )
    )
  const own = pending.find(({ userId }) => userId === user.id)
  if (own) return own
  const [other] = pending
  if (other) throw joinRequestPending({ join_request_id: other.id })

  const row = newRequest(ctx, asked)
  tx.add(joinRequests, [row])
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'join_request.created',
      subject: { type: 'join_request', id: row.id },
      data: { user_id: row.userId, email: row.email, name: row.name, domain: row.domain }
    }
  ])
  return row
}

const newRequest = (
  { organizationId, now }: OrgContext,
  { user, address, domain }: Taker & { readonly domain: string }
): JoinRequestRow => ({
  organizationId,
  id: newId('jrq'),
  status: 'pending',
  domain,
  userId: user.id,
  email: address.email,
  emailKey: address.key,
  name: user.name ?? null,
  memberId: null,
  decidedByType: null,
  decidedById: null,
  decidedByName: null,
  createdAt: now,
  decidedAt: null
})
