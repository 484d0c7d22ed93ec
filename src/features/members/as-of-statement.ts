import { and, type SQL, sql } from 'drizzle-orm'
import { instantSql } from '../../db/columns.js'
import type { MemberStatus } from '../../db/tables/members.js'
import { idToUuid } from '../../ids.js'

/** Who is meant, by what they were then. */
export interface AsOfFilter {
  readonly asOf: Date
  readonly status?: MemberStatus | undefined
  readonly role?: string | undefined
}

interface Asked extends AsOfFilter {
  readonly organizationId: string
}

/** As `m` the row of today, as `was` what was different. */
const COLUMNS = sql.raw(
  `m.id, was.user_id, was.email, was.name, was.role, was.status, was.joined_at`
)

interface PageAsOf extends Asked {
  readonly limit: number
  /** The uuid that the page before ended with. */
  readonly after: string | undefined
  readonly includeTotal: boolean
}

/**
 * One page of the members as they were, each with how the organization stood. A seat is never
 * deleted, so it is told from the row of today and from what of it has become different since: of
 * each field, what the first change after the instant says was before it.
 */
export function selectAsOf({ limit, after, includeTotal, ...asked }: PageAsOf): SQL {
  const status = sql`${organizationStatus(asked)} as organization_status`
  if (includeTotal) {
    // Each is looked at once, to be counted and to be told.
    const beyond = after === undefined ? sql`` : sql`where id > ${after}::uuid`
    return sql`with found as materialized (select ${COLUMNS} ${sourceOf(asked)})
      select found.*, ${status}, (select count(*)::int from found) as total
      from found ${beyond} order by id limit ${limit}`
  }
  const beyond = after === undefined ? sql`` : sql`and m.id > ${after}::uuid`
  return sql`select ${COLUMNS}, ${status} ${sourceOf(asked)} ${beyond} order by m.id limit ${limit}`
}

export const countAsOf = (asked: Asked): SQL =>
  sql`select count(*)::int as total ${sourceOf(asked)}`

/** From `from` on, and narrowed to who is meant; removed ones only when asked for, as of today. */
function sourceOf({ asOf, organizationId, status, role }: Asked): SQL {
  const at = instantSql(asOf)
  // A seat that has ended never comes back, so its row says by itself whether it had.
  const isThere =
    status === 'removed'
      ? sql`m.removed_at <= ${at}`
      : sql`(m.removed_at is null or m.removed_at > ${at})`
  const isMeant = and(
    sql`m.organization_id = ${idToUuid('org', organizationId)}`,
    sql`m.created_at <= ${at}`,
    isThere,
    status === undefined ? undefined : sql`was.status = ${status}`,
    role === undefined ? undefined : sql`was.role = ${role}`
  )
  return sql`from members m
    cross join lateral (select type_id('mem', m.id) as id offset 0) seat
    cross join lateral (${changesOf(at)}) log
    cross join lateral (select
      ${before('status', sql`member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, ${at})`)},
      ${before('role', sql`m.role`)},
      ${before('email', sql`m.email`)},
      ${before('user_id', sql`m.user_id`)},
      ${before('name', sql`m.name`)},
      case when log.before ? 'joined_at' then (log.before ->> 'joined_at')::timestamptz
        else m.joined_at end as joined_at) was
    where ${isMeant}`
}

const before = (field: string, today: SQL): SQL =>
  sql`case when log.before ? ${sql.raw(`'${field}'`)} then log.before ->> ${sql.raw(`'${field}'`)}
    else ${today} end as ${sql.raw(field)}`

/**
 * What the events after the instant say was before, by field: the earliest of them is written last
 * and stays. Of an invitation they say under a name of its own what became of the seat.
 */
const changesOf = (at: SQL): SQL => sql`
  select jsonb_object_agg(field, value order by position desc) as before from (
    select e.position, told.field, told.value
    from events e
    left join event_personal p on p.organization_id = e.organization_id and p.event_id = e.id
      and p.keep_until = e.keep_until
    cross join lateral (
      select key, jsonb_each.value -> 0 from jsonb_each(e.changes)
      union all
      select substr(key, length('changes.') + 1), jsonb_each.value #> '{0,0}'
      from jsonb_each(p.leaves) where starts_with(key, 'changes.')) as told(field, value)
    where e.organization_id = m.organization_id and e.subject_id = seat.id
      and e.subject_type = 'member' and ${isAfter(at)}
    union all
    select e.position, 'status', e.changes #> '{member_status,0}'
    from events e
    where e.organization_id = m.organization_id and e.data ->> 'member_id' = seat.id
      and e.changes ? 'member_status' and ${isAfter(at)}) change`

/** What time has done is told of later, with when it was. No event lies where it would be over. */
const isAfter = (at: SQL): SQL => sql`
  e.keep_until > ${at} and e.occurred_at > ${at} and case
    when e.type in ('invitation.expired', 'reassignment.timed_out')
      then coalesce((e.data ->> 'expires_at')::timestamptz, e.occurred_at)
    else e.occurred_at end > ${at}`

/** Time alone never makes one active that was not, nor the other way round. */
const organizationStatus = ({ organizationId, asOf }: Asked): SQL => sql`coalesce(
  (select e.changes #>> '{status,0}' from events e
  where e.organization_id = ${idToUuid('org', organizationId)} and e.subject_id = ${organizationId}
    and e.type in ('organization.canceled', 'organization.restored',
      'organization.flagged_for_deletion', 'organization.deleted')
    and e.keep_until > ${instantSql(asOf)} and e.occurred_at > ${instantSql(asOf)}
  order by e.position limit 1),
  (select o.status from organizations o where o.id = ${idToUuid('org', organizationId)}))`
