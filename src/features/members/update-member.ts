import { isDeepStrictEqual } from 'node:util'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation, type Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { externalIdTaken } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { Policy } from '../../policy/document.js'
import { MEMBER_FIELDS } from '../../policy/members-shape.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { refuseResources } from '../invitations/fields.js'
import { placeOf } from '../organizations/queries.js'
import { assignResources } from '../resources/assign-resources.js'
import { settleSeats } from '../seats/settle-seats.js'
import { claimNewAddress } from './change-address.js'
import { refuseChanged, refuseRole, writeRoles } from './change-roles.js'
import { fieldNotEditable } from './errors.js'
import { countHolders } from './holders.js'
import { concerning } from './member-events.js'
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
 * member_not_in_team, permission_conflict (OUPI-121), external_id_taken, invited_address,
 * already_member, already_invited
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
    refuseChanged(locked, expectedRole)

    const patch = toPatch(input)
    const changes = changesOf(member, patch)
    await claimNewAddress(tx, ctx, locked, patch)
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
  const { role: to, ...details } = patch
  const { role, ...changed } = changes
  const isOther = role !== undefined && to !== undefined
  const [given = member] = isOther
    ? await writeRoles(tx, ctx, organization, { members: [{ member }], to })
    : []
  if (Object.keys(changed).length === 0) return given
  const updated = await writeMember(tx, ctx, member.id, details).catch((error: unknown) => {
    throw isUniqueViolation(error) ? externalIdTaken() : error
  })
  const event = { type: 'member.updated', ...concerning(member), changes: changed } as const
  appendEvents(tx, ctx, placeOf(organization), [event])
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
    refuseRole({ policy, actor, counts, target, to, confirmed })
  }
  if (DETAILS.some((field) => input[field] !== undefined)) {
    enforce(decide(policy, actor, { type: 'use', permission: 'member.edit' }))
  }
}

/** The host's own `external_id` and `metadata` are no business of a policy. */
function refuseFields(policy: Policy, input: MemberUpdate): void {
  for (const field of MEMBER_FIELDS) {
    const isEditable = policy.member_fields.includes(field)
    if (input[field] !== undefined && !isEditable) throw fieldNotEditable({ field })
  }
  const refusal = refuseResources(input.resources ?? undefined, policy)
  if (refusal) throw refusal
}

/** What stands on the member's own row. */
type Field = Exclude<keyof MemberUpdate, 'resources'>
/** What `member.edit` is for. */
const DETAILS = [
  'name',
  'avatar_url',
  'email',
  'external_id',
  'metadata'
] as const satisfies readonly Field[]

const COLUMNS = {
  name: 'name',
  role: 'role',
  avatar_url: 'avatarUrl',
  email: 'email',
  external_id: 'externalId',
  metadata: 'metadata'
} as const satisfies Record<Field, keyof MemberRow>

function toPatch(input: MemberUpdate): Partial<MemberRow> {
  const given = Object.entries(COLUMNS).filter(([field]) => input[field as Field] !== undefined)
  const patch = Object.fromEntries(given.map(([field, column]) => [column, input[field as Field]]))
  const address = input.email === undefined ? undefined : parseEmail(input.email)
  return address ? { ...patch, email: address.email, emailKey: address.key } : patch
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
