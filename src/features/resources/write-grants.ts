import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type GrantRow,
  type ResourceRow,
  resourceGrants,
  resources
} from '../../db/tables/resources.js'
import { idToUuid } from '../../ids.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import type { PlannedGrant } from './open-shelf.js'
import { dropUnwanted, findNamed } from './queries.js'
import {
  resourceCreated,
  resourceGranted,
  resourceRequested,
  resourceRevoked
} from './resource-events.js'

/** What a member is to have. */
export interface MemberGrants {
  readonly memberId: string
  readonly grants: readonly PlannedGrant[]
}

interface Writing {
  readonly members: readonly MemberGrants[]
  /** Whether it takes the place of what they have; otherwise it is added. */
  readonly replaces: boolean
}

/** What members had and have: what is charged of it, by member. */
export type ChargedBy = ReadonlyMap<string, { readonly before: number; readonly after: number }>

/**
 * Gives members of a locked organization what was planned, in a fixed number of statements. Members
 * who are written in the same transaction had nothing. What somebody has already stays, without an
 * event; another mode is told as one.
 */
export async function writeGrants(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { members, replaces }: Writing
): Promise<ChargedBy> {
  const organizationId = organization.row.id
  const had = await findGrants(tx, organizationId, members)
  const hadOf = new Map<string, GrantRow[]>(members.map(({ memberId }) => [memberId, []]))
  for (const grant of had) hadOf.get(grant.memberId)?.push(grant)
  const changes = members.map((member) =>
    changesOf(member, hadOf.get(member.memberId) ?? [], replaces)
  )
  const taken = changes.flatMap(({ taken }) => taken)
  const given = changes.flatMap(({ given }) => given)
  await deleteGrants(tx, organizationId, taken)
  await turn(tx, organizationId, given)
  const made = given.filter(({ planned }) => planned.isNew).map(({ planned }) => planned.resource)
  tx.add(resources, made)
  tx.add(
    resourceGrants,
    given.map(({ memberId, planned }) => toRow(ctx, organizationId, memberId, planned))
  )
  const isGiven = new Set(
    given.map(({ memberId, planned }) => placeOfGrant(memberId, planned.resource.id))
  )
  const gone = taken.filter((one) => !isGiven.has(placeOfGrant(one.memberId, one.resourceId)))
  const told = await findNamed(
    tx,
    organizationId,
    gone.map(({ resourceId }) => resourceId)
  )
  appendEvents(tx, ctx, placeOf(organization), [
    ...gone.flatMap((grant) => revoked(grant, told.get(grant.resourceId))),
    ...given.flatMap((one) => eventsOf(one))
  ])
  const kept = new Set(given.map(({ planned }) => planned.resource.id))
  const left = gone.map(({ resourceId }) => resourceId).filter((id) => !kept.has(id))
  await dropUnwanted(tx, ctx, organization, left)
  return new Map(changes.map(({ memberId, before, after }) => [memberId, { before, after }]))
}

interface Given {
  readonly memberId: string
  readonly planned: PlannedGrant
  /** How they had it until now. */
  readonly before: GrantRow | undefined
}

const placeOfGrant = (memberId: string, resourceId: string) => `${memberId} ${resourceId}`

function changesOf(
  { memberId, grants }: MemberGrants,
  had: readonly GrantRow[],
  replaces: boolean
) {
  const before = new Map(had.map((grant) => [grant.resourceId, grant]))
  const wanted = new Set(grants.map(({ resource }) => resource.id))
  const given = grants
    .map((planned): Given => ({ memberId, planned, before: before.get(planned.resource.id) }))
    .filter((one) => one.before?.mode !== one.planned.mode.key)
  const turned = given.flatMap((one) => one.before ?? [])
  const taken = [...turned, ...(replaces ? had.filter((one) => !wanted.has(one.resourceId)) : [])]
  const charged = (rows: readonly { readonly charged: boolean }[]) =>
    rows.filter((row) => row.charged).length
  const countBefore = charged(had)
  const after = countBefore - charged(taken) + charged(given.map(({ planned }) => planned.mode))
  return { memberId, given, taken, before: countBefore, after }
}

async function findGrants(
  tx: Tx,
  organizationId: string,
  members: readonly MemberGrants[]
): Promise<GrantRow[]> {
  const ids = members.map(({ memberId }) => memberId)
  if (ids.length === 0) return []
  return tx
    .select()
    .from(resourceGrants)
    .where(
      and(eq(resourceGrants.organizationId, organizationId), inArray(resourceGrants.memberId, ids))
    )
}

async function deleteGrants(
  tx: Tx,
  organizationId: string,
  taken: readonly GrantRow[]
): Promise<void> {
  if (taken.length === 0) return
  const resourceIds = taken.map((grant) => idToUuid('res', grant.resourceId))
  const memberIds = taken.map((grant) => idToUuid('mem', grant.memberId))
  await tx.execute(sql`
    delete from resource_grants where organization_id = ${idToUuid('org', organizationId)}
      and (resource_id, member_id) in (
        select * from unnest(${sql.param(resourceIds)}::uuid[], ${sql.param(memberIds)}::uuid[]))`)
}

/** A resource whose holder has it alone, or no longer does, says so: every grant on it agrees. */
async function turn(tx: Tx, organizationId: string, given: readonly Given[]): Promise<void> {
  for (const exclusive of [true, false]) {
    const ids = given
      .filter(({ planned }) => !planned.isNew && planned.mode.exclusive === exclusive)
      .map(({ planned }) => planned.resource.id)
    if (ids.length === 0) continue
    await tx
      .update(resources)
      .set({ exclusive })
      .where(
        and(
          eq(resources.organizationId, organizationId),
          inArray(resources.id, ids),
          ne(resources.exclusive, exclusive)
        )
      )
  }
}

const toRow = (
  { now }: CallContext,
  organizationId: string,
  memberId: string,
  { resource, mode }: PlannedGrant
): GrantRow => ({
  organizationId,
  resourceId: resource.id,
  memberId,
  mode: mode.key,
  exclusive: mode.exclusive,
  charged: mode.charged,
  lastUsedAt: null,
  createdAt: now
})

const revoked = (grant: GrantRow, resource: ResourceRow | undefined): NewEvent[] =>
  resource ? [resourceRevoked(resource, { member_id: grant.memberId }, grant.mode)] : []

function eventsOf({ memberId, planned: { resource, mode, isNew }, before }: Given): NewEvent[] {
  const { key } = mode
  const made =
    resource.status === 'requested'
      ? resourceRequested(resource, memberId, key)
      : resourceCreated(resource)
  const granted = resourceGranted(
    resource,
    { member_id: memberId },
    { before: before?.mode ?? null, mode: key }
  )
  return [...(isNew ? [made] : []), granted]
}
