import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { notFound } from '../../errors.js'
import { permits } from '../../policy/decide.js'
import type { Permission } from '../../policy/permissions.js'
import { enforce } from '../../refusals.js'
import { addGroupMembers } from '../groups/add-group-member.js'
import { findGroup, mayManageGroups } from '../groups/queries.js'
import { removeGroupMembers } from '../groups/remove-group-member.js'
import { changeRoles } from '../members/change-roles.js'
import type { Outcome } from '../members/outcome.js'
import { findTargets, type LockedMembers } from '../members/queries.js'
import { reactivateMembers } from '../members/reactivate-member.js'
import { removeMembers } from '../members/remove-member.js'
import { suspendMembers } from '../members/suspend-member.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { grantToMembers } from '../resources/grant-to-members.js'
import { openResource, refuseUnused } from '../resources/lock-resource.js'
import { revokeFromMembers } from '../resources/revoke-from-members.js'

/** What is done to each of many members, as a request says. */
export type BulkAction =
  | {
      readonly action: 'change_role'
      readonly role: string
      readonly expected_role?: string
    }
  | { readonly action: 'suspend' | 'reactivate' }
  | {
      readonly action: 'remove'
      readonly data?: 'keep' | 'delete'
      readonly owned_shared?: 'keep' | 'delete' | 'unassign'
      readonly handover_to?: string
    }
  | { readonly action: 'grant' | 'revoke'; readonly resource: string; readonly mode?: string }
  | { readonly action: 'add_to_group' | 'remove_from_group'; readonly group_id: string }

const PERMISSIONS: Readonly<Record<BulkAction['action'], Permission>> = {
  change_role: 'member.role',
  suspend: 'member.suspend',
  reactivate: 'member.suspend',
  remove: 'member.remove',
  grant: 'resource.assign',
  revoke: 'resource.assign',
  add_to_group: 'group.manage',
  remove_from_group: 'group.manage'
}

/** What is done to members of the organization, once it is known that it can be. */
export type Act = (locked: LockedMembers) => Promise<readonly Outcome[]>

/**
 * Whether the acting member's role may do this at all, and to what it is done.
 *
 * @throws Problem not_permitted, not_found when there is no such group or resource,
 * resources_not_used, not_entitled
 */
export async function prepareAct(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { action, confirmed }: { readonly action: BulkAction; readonly confirmed: boolean }
): Promise<Act> {
  const { policy, actor } = organization
  enforce(permits(policy.policy, actor, PERMISSIONS[action.action]))
  switch (action.action) {
    case 'change_role': {
      const { role: to, expected_role: expectedRole } = action
      return (locked) => changeRoles(tx, ctx, locked, { to, expectedRole, confirmed })
    }
    case 'suspend':
      return (locked) => suspendMembers(tx, ctx, locked, { confirmed })
    case 'reactivate':
      return (locked) => reactivateMembers(tx, ctx, locked)
    case 'remove':
      return (locked) => removeMembers(tx, ctx, locked, { ...action, confirm: confirmed })
    case 'grant':
    case 'revoke':
      return prepareGrant(tx, ctx, organization, action)
    case 'add_to_group':
    case 'remove_from_group':
      enforce(mayManageGroups(organization))
      return prepareGroup(tx, ctx, action)
  }
}

async function prepareGrant(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { action, resource: id, mode }: Extract<BulkAction, { resource: string }>
): Promise<Act> {
  const wanted = { id, permission: 'resource.assign', ofOwners: true } as const
  const resource = await openResource(tx, ctx, organization, wanted)
  if (action === 'revoke') return (locked) => revokeFromMembers(tx, ctx, locked, resource)
  refuseUnused(organization)
  return async (locked) => (await grantToMembers(tx, ctx, locked, { resource, mode })).outcomes
}

async function prepareGroup(
  tx: Tx,
  ctx: OrgContext,
  { action, group_id: groupId }: Extract<BulkAction, { group_id: string }>
): Promise<Act> {
  await findGroup(tx, ctx, groupId)
  const change = action === 'add_to_group' ? addGroupMembers : removeGroupMembers
  return (locked) => change(tx, ctx, locked, groupId)
}

/** What became of each of these, in their order; also of those who are not there. */
export async function actOnMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, memberIds }: Acting,
  act: Act
): Promise<Outcome[]> {
  const targets = await findTargets(tx, ctx, memberIds)
  const members = memberIds.flatMap((id) => targets.get(id) ?? [])
  const outcomes = await act({ organization, members })
  const byId = new Map(members.map(({ member }, index) => [member.id, outcomes[index]]))
  return memberIds.map((id) => byId.get(id) ?? { status: 'error', problem: notFound() })
}

interface Acting {
  readonly organization: LockedOrganization
  readonly memberIds: readonly string[]
}
