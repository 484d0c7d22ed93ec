import { sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import type { Deps } from '../../deps.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { runQuery } from '../events/queries.js'
import { findResource } from './queries.js'
import type { ToldGrant } from './schemas.js'
import { ownedBy, seesAllSql } from './sight.js'

/** `id`: whose grant it is, a group’s or a member’s, which is the order of the list. */
export type ListedGrant = ToldGrant & { readonly id: string }

interface Raw extends Record<string, unknown> {
  readonly member_id: string | null
  readonly group_id: string | null
  readonly mode: string
  readonly last_used_at: Date | null
  readonly created_at: Date
  readonly total: number | null
}

/**
 * Which groups and members have a resource, groups first. Whoever only has it is told of themselves
 * and of their groups; of everybody, who sees everything or owns it.
 *
 * @throws Problem not_found, also where whoever asks may not see it
 */
export async function listGrants(
  { db }: Deps,
  ctx: OrgContext,
  resourceId: string,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<ListedGrant>> {
  const { kind } = await findResource(db, ctx, resourceId)
  const [group, member] = [afterOf('grp', after), afterOf('mem', after)]
  const grants = sql`
    select null::uuid as member_id, group_id, mode, null::timestamptz as last_used_at, created_at
    from resource_group_grants where ${isTold(ctx, resourceId, 'group')}
    union all
    select member_id, null, mode, last_used_at, created_at
    from resource_grants where ${isTold(ctx, resourceId, 'member')}`
  const total = sql`(select count(*)::int from (${grants}) counted) as total`
  const rows = await runQuery<Raw>(
    db,
    sql`with grants as (${grants})
      select grants.*, ${includeTotal ? total : sql`null as total`} from grants
      where ${member === undefined ? sql`true` : sql`member_id > ${member}`}
        and ${group === undefined ? sql`true` : sql`(group_id > ${group} or group_id is null)`}
      order by group_id nulls last, member_id limit ${limit + 1}`
  )
  const listed = rows.map((row) => readGrant(row, { resourceId, kind }))
  if (!includeTotal) return { rows: listed, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  const [counted] = rows.length > 0 ? rows : await runQuery<Raw>(db, sql`select ${total}`)
  return { rows: listed, total: counted?.total ?? 0 }
}

const afterOf = (prefix: 'grp' | 'mem', after: string | undefined) =>
  after?.startsWith(prefix) ? idToUuid(prefix, after) : undefined

function isTold(ctx: OrgContext, resourceId: string, of: 'group' | 'member') {
  const { organizationId, actor } = ctx
  const uuid = idToUuid('res', resourceId)
  const here = sql`organization_id = ${idToUuid('org', organizationId)} and resource_id = ${uuid}`
  if (actor.type !== 'member') return here
  const me = idToUuid('mem', actor.id)
  const mine =
    of === 'member'
      ? sql`member_id = ${me}`
      : sql`group_id in (select within.group_id from group_members within
          where within.organization_id = ${idToUuid('org', organizationId)}
            and within.member_id = ${me})`
  return sql`${here} and (${mine} or ${seesAllSql(ctx)}
    or ${uuid} in (${ownedBy(organizationId, actor.id)}))`
}

function readGrant(
  raw: Raw,
  of: { readonly resourceId: string; readonly kind: string }
): ListedGrant {
  const rest = { ...of, mode: raw.mode, createdAt: raw.created_at }
  if (raw.member_id !== null) {
    const memberId = uuidToId('mem', raw.member_id)
    return { ...rest, id: memberId, memberId, lastUsedAt: raw.last_used_at }
  }
  const groupId = uuidToId('grp', raw.group_id ?? '')
  return { ...rest, id: groupId, groupId }
}
