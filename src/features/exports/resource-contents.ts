import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { selectPage } from '../../db/page.js'
import {
  type OwnerRow,
  resourceGrants,
  resourceGroupGrants,
  resourceOwners,
  resources
} from '../../db/tables/resources.js'
import { idToUuid } from '../../ids.js'
import { holdersCount } from '../resources/queries.js'
import { toGrant, toOwner, toResource } from '../resources/schemas.js'
import { byId, type ExportSource, type Lines, PAGE_ROWS_MAX, pagesOf } from './lines.js'

/** What of the host's the organization's members have: each resource, its owners, who has it. */
export async function* tellResources(source: ExportSource): Lines {
  const { db, organization } = source
  const where = eq(resources.organizationId, organization.id)
  const filter = { where, newestFirst: false, counts: { holdersCount } }
  const read = byId((page) => selectPage(db, resources, filter, page))
  const reader = readerOf(source)
  yield* pagesOf(read, (row) => ({ type: 'resource', data: toResource(row, reader) }))
  yield* tellOwners(source)
  yield* tellGrants(source)
  yield* tellGroupGrants(source)
}

const readerOf = ({ organization, policy }: ExportSource) => ({
  locale: organization.locale,
  policy
})

async function* tellOwners({ db, organization }: ExportSource): Lines {
  const { organizationId, resourceId, memberId } = resourceOwners
  const beyond = (after: OwnerRow | undefined): SQL | undefined =>
    after &&
    sql`(${resourceId}, ${memberId}) > (${idToUuid('res', after.resourceId)}::uuid,
      ${idToUuid('mem', after.memberId)}::uuid)`
  const read = (after: OwnerRow | undefined) =>
    db
      .select()
      .from(resourceOwners)
      .where(and(eq(organizationId, organization.id), beyond(after)))
      .orderBy(asc(resourceId), asc(memberId))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({ type: 'resource_owner', data: toOwner(row) }))
}

async function* tellGrants(source: ExportSource): Lines {
  const { db, organization } = source
  const { organizationId, resourceId, memberId } = resourceGrants
  const beyond = (after: { readonly resourceId: string; readonly memberId: string }): SQL =>
    sql`(${resourceId}, ${memberId}) > (${idToUuid('res', after.resourceId)}::uuid,
      ${idToUuid('mem', after.memberId)}::uuid)`
  const read = (after: Parameters<typeof beyond>[0] | undefined) =>
    db
      .select({ ...getTableColumns(resourceGrants), kind: resources.kind })
      .from(resourceGrants)
      .innerJoin(resources, isOf(resourceGrants))
      .where(and(eq(organizationId, organization.id), after && beyond(after)))
      .orderBy(asc(resourceId), asc(memberId))
      .limit(PAGE_ROWS_MAX)
  const reader = readerOf(source)
  yield* pagesOf(
    (after: Awaited<ReturnType<typeof read>>[number] | undefined) => read(after),
    (row) => ({ type: 'resource_grant', data: toGrant(row, reader) })
  )
}

async function* tellGroupGrants(source: ExportSource): Lines {
  const { db, organization } = source
  const { organizationId, resourceId, groupId } = resourceGroupGrants
  const beyond = (after: { readonly resourceId: string; readonly groupId: string }): SQL =>
    sql`(${resourceId}, ${groupId}) > (${idToUuid('res', after.resourceId)}::uuid,
      ${idToUuid('grp', after.groupId)}::uuid)`
  const read = (after: Parameters<typeof beyond>[0] | undefined) =>
    db
      .select({ ...getTableColumns(resourceGroupGrants), kind: resources.kind })
      .from(resourceGroupGrants)
      .innerJoin(resources, isOf(resourceGroupGrants))
      .where(and(eq(organizationId, organization.id), after && beyond(after)))
      .orderBy(asc(resourceId), asc(groupId))
      .limit(PAGE_ROWS_MAX)
  const reader = readerOf(source)
  yield* pagesOf(
    (after: Awaited<ReturnType<typeof read>>[number] | undefined) => read(after),
    (row) => ({ type: 'resource_group_grant', data: toGrant(row, reader) })
  )
}

const isOf = (table: typeof resourceGrants | typeof resourceGroupGrants) =>
  and(eq(resources.organizationId, table.organizationId), eq(resources.id, table.resourceId))
