import { type AnyColumn, and, eq, exists, inArray, ne, or, sql } from 'drizzle-orm'
import type { CallContext, PolicyVersion } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type CustomRoleRow, customRoles } from '../../db/tables/custom-roles.js'
import { invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { signupPages } from '../../db/tables/signup-pages.js'
import { appendEvents } from '../events/append-events.js'
import { roleChanged } from '../members/member-events.js'
import { type RoleMapping, uuidsOf } from './role-moves.js'

interface Move {
  readonly organizationIds: readonly string[]
  readonly version: PolicyVersion
  readonly mapping: RoleMapping
}

/** Whom the mapping gives another role, at most `limit` of them. */
export async function findMoved(
  tx: Tx,
  { organizationIds, mapping }: Omit<Move, 'version'>,
  limit: number
): Promise<MemberRow[]> {
  const roles = movedRoles(mapping)
  if (roles.length === 0) return []
  return tx
    .select()
    .from(members)
    .where(
      and(
        sql`${members.organizationId} = any(${uuidsOf(organizationIds)})`,
        inArray(members.role, roles),
        ne(members.status, 'removed')
      )
    )
    .limit(limit)
}

const movedRoles = (mapping: RoleMapping) =>
  Object.keys(mapping).filter((role) => mapping[role] !== role)

/**
 * Gives members, and what they are offered, the roles of the mapping, and tells of each. An
 * organization's own role whose place a role of the policy takes is deleted.
 */
export async function moveRoles(
  tx: Tx,
  ctx: CallContext,
  move: Move,
  moved: readonly MemberRow[]
): Promise<void> {
  if (moved.length > 0) await writeRoles(tx, ctx, move)
  await writePages(tx, ctx, move)
  const { policy, version: policyVersion } = move.version
  const { retention } = policy.audit
  for (const { organizationId, key, label, permissions } of await deleteReplaced(tx, move)) {
    appendEvents(tx, ctx, { organizationId, policyVersion, retention }, [
      { type: 'role.deleted', subject: { type: 'role', id: key }, data: { label, permissions } }
    ])
  }
  for (const row of moved) {
    const event = roleChanged(policy, row, move.mapping[row.role] ?? row.role)
    const { organizationId } = row
    appendEvents(tx, ctx, { organizationId, policyVersion, retention }, [event])
  }
}

/** In one go, so that two roles can change places. */
async function writeRoles(
  tx: Tx,
  ctx: CallContext,
  { organizationIds, mapping }: Move
): Promise<void> {
  const followers = sql`any(${uuidsOf(organizationIds)})`
  const roles = movedRoles(mapping)
  const to = (role: AnyColumn) => sql`${JSON.stringify(mapping)}::jsonb ->> ${role}`
  await tx
    .update(members)
    .set({ role: to(members.role), updatedAt: ctx.now })
    .where(
      and(
        sql`${members.organizationId} = ${followers}`,
        inArray(members.role, roles),
        ne(members.status, 'removed')
      )
    )
  await tx
    .update(invitations)
    .set({ role: to(invitations.role), updatedAt: ctx.now })
    .where(
      and(
        sql`${invitations.organizationId} = ${followers}`,
        inArray(invitations.role, roles),
        canBeTaken(tx)
      )
    )
}

/** A signup page goes on offering what has taken its role's place, whether anybody holds that or not. */
async function writePages(
  tx: Tx,
  ctx: CallContext,
  { organizationIds, mapping }: Move
): Promise<void> {
  const roles = movedRoles(mapping)
  if (roles.length === 0) return
  const { organizationId, role } = signupPages
  await tx
    .update(signupPages)
    .set({ role: sql`${JSON.stringify(mapping)}::jsonb ->> ${role}`, updatedAt: ctx.now })
    .where(and(sql`${organizationId} = any(${uuidsOf(organizationIds)})`, inArray(role, roles)))
}

/** An offer that is open, or that could be sent again. */
const canBeTaken = (tx: Tx) =>
  or(
    eq(invitations.status, 'pending'),
    and(
      eq(invitations.status, 'expired'),
      exists(
        tx
          .select({ id: members.id })
          .from(members)
          .where(
            and(
              eq(members.organizationId, invitations.organizationId),
              eq(members.invitationId, invitations.id),
              ne(members.status, 'removed')
            )
          )
      )
    )
  )

/** Only where the caller has said whose role its holders get. */
async function deleteReplaced(
  tx: Tx,
  { organizationIds, version: { policy }, mapping }: Move
): Promise<CustomRoleRow[]> {
  const replaced = policy.roles.flatMap(({ key }) => (Object.hasOwn(mapping, key) ? [key] : []))
  if (replaced.length === 0) return []
  return tx
    .delete(customRoles)
    .where(
      and(
        sql`${customRoles.organizationId} = any(${uuidsOf(organizationIds)})`,
        inArray(customRoles.key, replaced)
      )
    )
    .returning()
}
