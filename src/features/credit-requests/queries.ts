import { and, eq, exists, inArray, or, type SQL } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type CreditRequestRow, creditRequests } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import { notFound } from '../../errors.js'
import { permits } from '../../policy/decide.js'
import type { Permission } from '../../policy/permissions.js'
import { isMember } from '../invitations/queries.js'
import { creditRequestEnded } from './errors.js'

/**
 * What somebody sees of requests: all of them with `credits.usage` or `credits.allocate`, else their
 * own. Whoever it is, asked in the same statement.
 */
export function visibleTo(
  db: Db,
  { organizationId, actor, policy: { policy } }: OrgContext
): SQL | undefined {
  if (actor.type !== 'member') return undefined
  const { id } = actor
  const holds = (role: string, permission: Permission) =>
    permits(policy, { kind: 'member', id, role, channel: null }, permission).allowed
  const roles = policy.roles
    .map(({ key }) => key)
    .filter((role) => holds(role, 'credits.usage') || holds(role, 'credits.allocate'))
  const seesAll = exists(
    db
      .select({ id: members.id })
      .from(members)
      .where(and(isMember(organizationId, id), inArray(members.role, roles)))
  )
  return or(eq(creditRequests.memberId, id), seesAll)
}

/** @throws Problem not_found, also where whoever asks may not see it */
export async function findCreditRequest(
  db: Db,
  ctx: OrgContext,
  id: string
): Promise<CreditRequestRow> {
  const { organizationId } = ctx
  const [row] = await db
    .select()
    .from(creditRequests)
    .where(
      and(
        eq(creditRequests.organizationId, organizationId),
        eq(creditRequests.id, id),
        visibleTo(db, ctx)
      )
    )
  if (!row) throw notFound()
  return row
}

/** @throws Problem credit_request_ended */
export function refuseEnded({ status }: CreditRequestRow): void {
  if (status !== 'pending') throw creditRequestEnded({ request_status: status })
}

type Ruling = Pick<CreditRequestRow, 'status'> &
  Partial<Pick<CreditRequestRow, 'note' | 'approvedAmount' | 'transferId'>>

/** What was decided of a request that is locked with its organization. */
export async function writeRuling(
  tx: Tx,
  { actor, now }: OrgContext,
  { organizationId, id }: CreditRequestRow,
  ruling: Ruling
): Promise<CreditRequestRow> {
  const decided = { decidedByType: actor.type, decidedById: actor.id, decidedAt: now }
  const [row] = await tx
    .update(creditRequests)
    .set({ ...ruling, ...decided, updatedAt: now })
    .where(
      and(
        eq(creditRequests.organizationId, organizationId),
        eq(creditRequests.id, id),
        eq(creditRequests.status, 'pending')
      )
    )
    .returning()
  if (!row) throw new Error('a pending request of a locked organization cannot disappear')
  return row
}
