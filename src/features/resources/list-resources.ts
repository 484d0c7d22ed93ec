import { and, eq, ilike, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { containsText, type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type ResourceStatus, resources } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { type CountedResource, holdersCount } from './queries.js'
import { heldBy, isOneOf, isWithin, ownedBy, seesAllSql, sharedWith, visibleTo } from './sight.js'

export interface ResourceFilter {
  readonly kind?: string | undefined
  readonly status?: ResourceStatus | undefined
  readonly externalId?: string | undefined
  /** A fragment of the name. */
  readonly q?: string | undefined
  readonly ownerId?: string | undefined
  /** Who has it, by a group too. */
  readonly memberId?: string | undefined
  readonly groupId?: string | undefined
  /** Nobody has it. */
  readonly unassigned?: boolean | undefined
}

/** Resources of an organization, in the order in which they were registered: all that are seen. */
export async function listResources(
  { db }: Deps,
  ctx: OrgContext,
  filter: ResourceFilter,
  page: PageRequest
): Promise<PageResult<CountedResource>> {
  const { kind, status, externalId, q } = filter
  const where = and(
    eq(resources.organizationId, ctx.organizationId),
    visibleTo(ctx),
    kind === undefined ? undefined : eq(resources.kind, kind),
    status === undefined ? undefined : eq(resources.status, status),
    externalId === undefined ? undefined : eq(resources.externalId, externalId),
    q === undefined ? undefined : ilike(resources.name, containsText(q)),
    ...holdersOf(ctx, filter)
  )
  return selectPage(db, resources, { where, newestFirst: false, counts: { holdersCount } }, page)
}

/** Who has what is told of everybody only to whoever sees everything. */
function holdersOf(
  ctx: OrgContext,
  { ownerId, memberId, groupId, unassigned = false }: ResourceFilter
): (SQL | undefined)[] {
  const { organizationId, actor } = ctx
  const all = seesAllSql(ctx)
  const isOwn = (id: string) => actor.type !== 'member' || actor.id === id
  const isTold = (groupId: string) =>
    actor.type === 'member'
      ? sql`(${all} or ${isWithin(organizationId, actor.id, groupId)})`
      : undefined
  return [
    ownerId === undefined ? undefined : isOneOf(ownedBy(organizationId, ownerId)),
    memberId === undefined ? undefined : isOneOf(heldBy(organizationId, memberId)),
    memberId === undefined || isOwn(memberId) ? undefined : all,
    groupId === undefined ? undefined : isOneOf(sharedWith(organizationId, groupId)),
    groupId === undefined ? undefined : isTold(groupId),
    unassigned ? IS_UNASSIGNED : undefined
  ]
}

const IS_UNASSIGNED = sql`not exists (select from resource_grants held
    where held.organization_id = resources.organization_id and held.resource_id = resources.id)
  and not exists (select from resource_group_grants shared
    where shared.organization_id = resources.organization_id and shared.resource_id = resources.id)`
