import { and, eq, inArray, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { ownerRoleOf, type Policy } from '../../policy/document.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { effectiveStatus } from '../members/effective-status.js'
import { countHolders } from '../members/holders.js'
import { roleChanged } from '../members/member-events.js'
import { type LockedMember, lockMember, refuseInactive } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { alreadyOwner, formerOwnerAmbiguous } from './errors.js'
import type { OwnershipTransfer } from './schemas.js'

/**
 * Gives the owner's role away, or shares it, as the policy says. A swap is one statement, so that
 * at no instant there are two owners or none (AMP-44); whoever gives it away gets the role that the
 * policy names (AMP-43). Answers with the new owner.
 *
 * @throws Problem not_found, what `decide` refuses, already_owner, member_not_active,
 * former_owner_ambiguous
 */
export async function transferOwnership(
  deps: Deps,
  ctx: OrgContext,
  input: OwnershipTransfer,
  confirmed = false
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id: input.member_id })
    const { organization, member, target } = locked
    const { policy } = organization.policy
    const { ownership } = policy
    const owner = ownerRoleOf(policy)
    const roles = [owner, target.role, ownership.former_becomes ?? owner]
    const counts = await countHolders(tx, ctx, organization, roles)
    const action = { type: 'transfer', target } as const
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    refuseInactive(target)
    if (target.role === owner) throw alreadyOwner({ role: owner })

    const giver = await findGiver(tx, ctx, locked, input.from_member_id)
    const changes = changesOf(policy, member, giver)
    const [after] = await changeRoles(tx, ctx, changes)
    if (!after) throw new Error('a member of a locked organization cannot disappear')
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'ownership.transferred',
        subject: { type: 'organization', id: ctx.organizationId },
        data: {
          from_member_id: giver?.id ?? null,
          to_member_id: member.id,
          former_becomes: changes[1]?.to ?? null,
          sessions: policy.role_change_sessions
        }
      },
      ...changes.map((change) => roleChanged(policy, change.member, change.to))
    ])
    return after
  })
}

/** The host may mean any owner: it has to say which when there are several. */
const CANDIDATES_MAX = 2

/** Whose role it is: a member gives its own. Undefined where it is shared and nobody is named. */
async function findGiver(
  tx: Tx,
  ctx: OrgContext,
  { organization: { policy, actor } }: LockedMember,
  named: string | undefined
): Promise<MemberRow | undefined> {
  const role = ownerRoleOf(policy.policy)
  const asked = actor.kind === 'member' ? actor.id : named
  const isShared = policy.policy.ownership.transfer === 'add_holder'
  if (asked === undefined && isShared) return undefined
  if (named !== undefined && named !== asked) throw formerOwnerAmbiguous({ role })
  const candidates = await tx
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, ctx.organizationId),
        eq(members.role, role),
        eq(effectiveStatus(ctx.now), 'active'),
        asked === undefined ? undefined : eq(members.id, asked)
      )
    )
    .limit(CANDIDATES_MAX)
  const [giver] = candidates
  if (!giver || candidates.length > 1) throw formerOwnerAmbiguous({ role })
  return giver
}

interface RoleChange {
  readonly member: MemberRow
  readonly to: string
}

/** The new owner first; whoever gives the role away keeps it where it is shared. */
function changesOf(policy: Policy, member: MemberRow, giver: MemberRow | undefined): RoleChange[] {
  const { transfer, former_becomes: former } = policy.ownership
  const to = ownerRoleOf(policy)
  if (transfer !== 'swap' || !giver || former === undefined) return [{ member, to }]
  return [
    { member, to },
    { member: giver, to: former }
  ]
}

/** Answers with the members as they are now, in the order given. */
async function changeRoles(
  tx: Tx,
  ctx: OrgContext,
  changes: readonly RoleChange[]
): Promise<MemberRow[]> {
  const cases = changes.map(({ member, to }) => sql`when ${eq(members.id, member.id)} then ${to}`)
  const ids = changes.map(({ member }) => member.id)
  const rows = await tx
    .update(members)
    .set({ role: sql`case ${sql.join(cases, sql` `)} end`, updatedAt: ctx.now })
    .where(and(eq(members.organizationId, ctx.organizationId), inArray(members.id, ids)))
    .returning()
  return ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
}
