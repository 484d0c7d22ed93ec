import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { members } from '../../db/tables/members.js'
import { resources } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { runQuery } from '../events/queries.js'
import { isMember } from '../invitations/queries.js'
import { type CountedResource, holdersCount } from './queries.js'
import type { HeldResource, ToldGrant } from './schemas.js'
import { heldBy, isOneOf, ownedBy, seesAllSql } from './sight.js'

/**
 * What a member has or owns, by a group too. Of others only whoever sees every resource is told.
 *
 * @throws Problem not_found, also where whoever asks may not see it
 */
export async function listMemberResources(
  { db }: Deps,
  ctx: OrgContext,
  memberId: string,
  page: PageRequest
): Promise<PageResult<HeldResource>> {
  await findSeen(db, ctx, memberId)
  const { organizationId } = ctx
  const reached = sql`${heldBy(organizationId, memberId)} union all ${ownedBy(organizationId, memberId)}`
  const where = and(eq(resources.organizationId, organizationId), isOneOf(reached))
  const filter = { where, newestFirst: false, counts: { holdersCount } }
  const { rows, total } = await selectPage(db, resources, filter, page)
  const ways = await findWays(db, ctx, memberId, rows)
  return {
    rows: rows.map((resource) => {
      const own = ways.filter(({ resource_id: id }) => uuidToId('res', id) === resource.id)
      return {
        id: resource.id,
        resource,
        grants: own.filter(({ mode }) => mode !== null).map((way) => readWay(way, resource.kind)),
        isOwned: own.some(({ mode }) => mode === null)
      }
    }),
    total
  }
}

/** Members are told of themselves. */
async function findSeen(db: Db, ctx: OrgContext, memberId: string): Promise<void> {
  const { organizationId, actor } = ctx
  const isSeen = actor.type === 'member' && actor.id === memberId ? sql`true` : seesAllSql(ctx)
  const [row] = await db
    .select({ id: members.id })
    .from(members)
    .where(and(isMember(organizationId, memberId), isSeen))
  if (!row) throw notFound()
}

/** A grant, by a group or not; without a mode: it is owned. */
interface Way extends Record<string, unknown> {
  readonly resource_id: string
  readonly group_id: string | null
  readonly member_id: string
  readonly mode: string | null
  readonly last_used_at: Date | null
  readonly created_at: Date
}

async function findWays(
  db: Db,
  { organizationId }: OrgContext,
  memberId: string,
  rows: readonly CountedResource[]
): Promise<Way[]> {
  const ids = rows.map(({ id }) => idToUuid('res', id))
  const [org, member] = [idToUuid('org', organizationId), idToUuid('mem', memberId)]
  const these = sql`any(${sql.param(ids)}::uuid[])`
  return runQuery<Way>(
    db,
    sql`select resource_id, null::uuid as group_id, member_id, mode, last_used_at, created_at
      from resource_grants
      where organization_id = ${org} and member_id = ${member} and resource_id = ${these}
      union all
      select g.resource_id, g.group_id, m.member_id, g.mode, null, g.created_at
      from group_members m join resource_group_grants g
        on g.organization_id = m.organization_id and g.group_id = m.group_id
      where m.organization_id = ${org} and m.member_id = ${member} and g.resource_id = ${these}
      union all
      select resource_id, null, member_id, null, null, created_at from resource_owners
      where organization_id = ${org} and member_id = ${member} and resource_id = ${these}
      order by group_id nulls first`
  )
}

function readWay(way: Way, kind: string): ToldGrant {
  const { mode, created_at: createdAt, last_used_at: lastUsedAt } = way
  const rest = { resourceId: uuidToId('res', way.resource_id), kind, mode: mode ?? '', createdAt }
  return way.group_id === null
    ? { ...rest, memberId: uuidToId('mem', way.member_id), lastUsedAt }
    : { ...rest, groupId: uuidToId('grp', way.group_id) }
}
