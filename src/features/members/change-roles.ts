import { and, eq, inArray } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import { permissionConflict } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { DecidingActor } from '../../policy/decision.js'
import type { Policy } from '../../policy/document.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'
import { fieldNotEditable, memberNotInTeam } from './errors.js'
import { countHolders, type HolderCounts } from './holders.js'
import { movesOf, roleChanged } from './member-events.js'
import { allowed, judgeAll, type Outcome, outcomesOf, refusalIn } from './outcome.js'
import type { LockedMembers, TargetMember } from './queries.js'
import { writeMembers } from './queries.js'

/** A role for a member, as it is decided about. */
interface RoleAsked {
  readonly policy: Policy
  readonly actor: DecidingActor
  readonly counts: HolderCounts
  readonly target: TargetMember['target']
  readonly to: string
  readonly confirmed: boolean
}

/** @throws Problem what `decide` refuses */
export function refuseRole({ policy, actor, counts, target, to, confirmed }: RoleAsked): void {
  enforce(decide(policy, actor, { type: 'change_role', target, to }, { ...counts, confirmed }))
}

/**
 * What stands in the way of changing a member whom one may change.
 *
 * @throws Problem member_not_in_team, permission_conflict (OUPI-121)
 */
export function refuseChanged(
  { member, target: { status } }: TargetMember,
  expectedRole: string | undefined
): void {
  if (status === 'removed') throw memberNotInTeam({ member_status: status })
  if (expectedRole !== undefined && expectedRole !== member.role) {
    throw permissionConflict({ role: member.role })
  }
}

interface RoleChange {
  readonly to: string
  /** Which role whoever changes it has seen. */
  readonly expectedRole?: string | undefined
  readonly confirmed: boolean
}

/**
 * Gives members a role, one after the other: whoever changes their own goes on with what the new one
 * may. The role of an invited member is the one it is offered.
 */
export async function changeRoles(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  { to, expectedRole, confirmed }: RoleChange
): Promise<Outcome[]> {
  const { policy } = organization.policy
  const roles = members.map(({ target }) => target.role)
  const counts = await countHolders(tx, ctx, organization, [...roles, to])
  let { actor } = organization
  const judged = judgeAll(members, (one) => {
    const { member, target } = one
    const refusal = refusalIn(() => {
      refuseRole({ policy, actor, counts, target, to, confirmed })
      if (!policy.member_fields.includes('role')) throw fieldNotEditable({ field: 'role' })
      refuseChanged(one, expectedRole)
    })
    if (refusal) return refusal
    if (member.role === to) return { status: 'unchanged', member }
    counts.move(target, { ...target, role: to })
    if (actor.kind === 'member' && actor.id === target.id) actor = { ...actor, role: to }
    return undefined
  })
  const changing = allowed(judged)
  const lapsed = changing.filter(({ member, target }) => member.status !== target.status)
  const expired = await closeExpired(
    tx,
    ctx,
    organization,
    lapsed.map(({ target }) => target.id)
  )
  appendEvents(tx, ctx, placeOf(organization), expired)
  const changed = await writeRoles(tx, ctx, organization, { members: changing, to })
  const statuses = new Map(changing.map(({ target }) => [target.id, target.status]))
  const after = changed.map((row) => ({ ...row, status: statuses.get(row.id) ?? row.status }))
  await settleSeats(tx, ctx, organization, movesOf(changing, after))
  return outcomesOf(judged, changed)
}

interface RoleWriting {
  readonly members: readonly Pick<TargetMember, 'member'>[]
  readonly to: string
}

/** Writes a role that each of them did not have, and tells of each. */
export async function writeRoles(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { members, to }: RoleWriting
): Promise<MemberRow[]> {
  const ids = members.map(({ member }) => member.id)
  const changed = await writeMembers(tx, ctx, ids, { role: to })
  await changeOffers(tx, ctx, changed, to)
  const { policy } = organization.policy
  const events = members.map(({ member }) => roleChanged(policy, member, to))
  appendEvents(tx, ctx, placeOf(organization), events)
  return changed
}

/** Whoever accepts is told, and gets, the role that is offered now; so is whoever is asked again. */
async function changeOffers(
  tx: Tx,
  { organizationId, now }: OrgContext,
  members: readonly MemberRow[],
  role: string
): Promise<void> {
  const ids = members.flatMap(({ invitationId }) => invitationId ?? [])
  if (ids.length === 0) return
  await tx
    .update(invitations)
    .set({ role, updatedAt: now })
    .where(
      and(
        eq(invitations.organizationId, organizationId),
        inArray(invitations.id, ids),
        inArray(invitations.status, ['pending', 'expired'])
      )
    )
}
