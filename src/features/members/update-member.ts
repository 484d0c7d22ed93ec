import { isDeepStrictEqual } from 'node:util'
import { and, inArray } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation, type Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken, permissionConflict } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { Policy } from '../../policy/document.js'
import { enforce } from '../../refusals.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { refuseResources } from '../invitations/fields.js'
import { isInvitation } from '../invitations/queries.js'
import { placeOf } from '../organizations/queries.js'
import { assignResources } from '../resources/assign-resources.js'
import { settleSeats } from '../seats/settle-seats.js'
import { fieldNotEditable, memberNotInTeam } from './errors.js'
import { countHolders } from './holders.js'
import { concerning, roleChanged } from './member-events.js'
import { type LockedMember, lockMember, writeMember } from './queries.js'
import type { MemberUpdate } from './request-schemas.js'

interface MemberChange {
  readonly input: MemberUpdate
  /** Which role whoever changes it has seen. */
  readonly expectedRole?: string | undefined
  readonly confirmed?: boolean
}

/**
 * Changes the fields that are given; each needs its own permission. The role of an invited member
 * is the one it is offered. A call that changes nothing leaves no event.
 *
 * @throws Problem not_found, what `decide` refuses, field_not_editable, resources_not_offered,
 * member_not_in_team, permission_conflict (OUPI-121), external_id_taken
 */
export async function updateMember(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  { input, expectedRole, confirmed = false }: MemberChange
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id })
    const { organization, member, target } = locked
    const { policy } = organization.policy
    await decideFields(tx, ctx, locked, { input, confirmed })
    refuseFields(policy, input)
    const { status } = target
    if (status === 'removed') throw memberNotInTeam({ member_status: status })
    if (expectedRole !== undefined && expectedRole !== member.role) {
      throw permissionConflict({ role: member.role })
    }

    const patch = toPatch(input)
    const changes = changesOf(member, patch)
    const isChanged = Object.keys(changes).length > 0
    if (!isChanged && input.resources === undefined) return member
    const isLapsed = member.status !== status
    const expired = isLapsed ? await closeExpired(tx, ctx, organization, [id]) : []
    appendEvents(tx, ctx, placeOf(organization), expired)
    const charged = await changeResources(tx, ctx, locked, input.resources)
    const updated = isChanged ? await changeMember(tx, ctx, locked, { patch, changes }) : member
    const before = { ...member, status }
    const after = { ...updated, status, chargedResources: charged }
    await settleSeats(tx, ctx, organization, [{ memberId: id, before, after }])
    return updated
  })
}

/** Answers with how many are charged from now on. */
async function changeResources(
  tx: Tx,
  ctx: OrgContext,
  locked: LockedMember,
  choice: MemberUpdate['resources']
): Promise<number> {
  const { id, chargedResources } = locked.member
  if (choice === undefined) return chargedResources
  const charged = await assignResources(tx, ctx, locked, choice)
  return charged.get(id)?.after ?? chargedResources
}

interface Changed {
  readonly patch: Partial<MemberRow>
  readonly changes: ReturnType<typeof changesOf>
}

async function changeMember(
  tx: Tx,
  ctx: OrgContext,
  { organization, member }: LockedMember,
  { patch, changes }: Changed
): Promise<MemberRow> {
  const { id, role } = member
  const updated = await writeMember(tx, ctx, id, patch).catch((error: unknown) => {
    throw isUniqueViolation(error) ? externalIdTaken() : error
  })
  if (updated.role !== role) await changeOffer(tx, updated)
  const { policy } = organization.policy
  appendEvents(tx, ctx, placeOf(organization), eventsOf(policy, member, changes))
  return updated
}

/**
 * Field by field: resources may be assigned also to members whose role one may not touch (RIO-41).
 */
async function decideFields(
  tx: Tx,
  ctx: OrgContext,
  { organization, target }: LockedMember,
  { input, confirmed }: { readonly input: MemberUpdate; readonly confirmed: boolean }
): Promise<void> {
  const {
    policy: { policy },
    actor
  } = organization
  const { role: to } = input
  if (to !== undefined) {
    const counts = await countHolders(tx, ctx, organization, [target.role, to])
    enforce(decide(policy, actor, { type: 'change_role', target, to }, { ...counts, confirmed }))
  }
  if (DETAILS.some((field) => input[field] !== undefined)) {
    enforce(decide(policy, actor, { type: 'use', permission: 'member.edit' }))
  }
}

/** The host's own `external_id` and `metadata` are no business of a policy. */
function refuseFields(policy: Policy, input: MemberUpdate): void {
  for (const field of ['name', 'role', 'resources'] as const) {
    const isEditable = policy.member_fields.includes(field)
    if (input[field] !== undefined && !isEditable) throw fieldNotEditable({ field })
  }
  const refusal = refuseResources(input.resources ?? undefined, policy)
  if (refusal) throw refusal
}

/** What stands on the member's own row. */
type Field = Exclude<keyof MemberUpdate, 'resources'>
/** What `member.edit` is for. */
const DETAILS = ['name', 'external_id', 'metadata'] as const satisfies readonly Field[]

const COLUMNS = {
  name: 'name',
  role: 'role',
  external_id: 'externalId',
  metadata: 'metadata'
} as const satisfies Record<Field, keyof MemberRow>

function toPatch(input: MemberUpdate): Partial<MemberRow> {
  const given = Object.entries(COLUMNS).filter(([field]) => input[field as Field] !== undefined)
  return Object.fromEntries(given.map(([field, column]) => [column, input[field as Field]]))
}

function changesOf(before: MemberRow, patch: Partial<MemberRow>) {
  const changed = Object.entries(COLUMNS).filter(
    ([, column]) => column in patch && !isDeepStrictEqual(before[column], patch[column])
  )
  return Object.fromEntries(
    changed.map(([field, column]): [string, [unknown, unknown]] => [
      field,
      [before[column], patch[column]]
    ])
  )
}

/** Whoever accepts is told, and gets, the role that is offered now; so is whoever is asked again. */
async function changeOffer(tx: Tx, { organizationId, invitationId, role, updatedAt }: MemberRow) {
  if (invitationId === null) return
  await tx
    .update(invitations)
    .set({ role, updatedAt })
    .where(
      and(
        isInvitation(organizationId, invitationId),
        inArray(invitations.status, ['pending', 'expired'])
      )
    )
}

function eventsOf(
  policy: Policy,
  member: MemberRow,
  { role, ...changes }: ReturnType<typeof changesOf>
): NewEvent[] {
  const updated: NewEvent = { type: 'member.updated', ...concerning(member), changes }
  return [
    ...(role === undefined ? [] : [roleChanged(policy, member, String(role[1]))]),
    ...(Object.keys(changes).length === 0 ? [] : [updated])
  ]
}
