import { type AnyColumn, and, eq, gte, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { instantSql } from '../../db/columns.js'
import { groupMembers } from '../../db/tables/groups.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { resourceGrants, resourceGroupGrants } from '../../db/tables/resources.js'
import { parseEmail } from '../../email.js'
import { hasLapsedTo, hasNotLapsed } from './effective-status.js'

/** Whom a list of members is narrowed to. */
export interface MemberFilter {
  readonly status?: MemberStatus | undefined
  readonly role?: string | undefined
  readonly groupId?: string | undefined
  /** Had directly, or by way of a group. */
  readonly resourceId?: string | undefined
  readonly email?: string | undefined
  readonly userId?: string | undefined
  readonly externalId?: string | undefined
  /** Also who never was. */
  readonly lastActiveBefore?: Date | undefined
  readonly lastActiveAfter?: Date | undefined
  /** A fragment of name or address; of one or two letters: how a word begins. */
  readonly q?: string | undefined
}

/** Where and when members are looked for. */
export type Place = Pick<OrgContext, 'organizationId' | 'now'>

/**
 * The rows of `members` that are meant: removed ones only when asked for. Whoever looks for all of them
 * has found that they are few; so the planner is told of no value, and takes them for few.
 */
export function whereMembers(place: Place, filter: MemberFilter): SQL | undefined {
  const { organizationId, role } = members
  return and(
    is(organizationId, place.organizationId, filter.q !== undefined && !hasTrigram(filter.q)),
    isInStatus(place.now, filter),
    filter.role === undefined ? undefined : is(role, filter.role, leads(filter) === 'role'),
    filter.groupId === undefined ? undefined : isInGroup(place.organizationId, filter.groupId),
    filter.resourceId === undefined
      ? undefined
      : hasResource(place.organizationId, filter.resourceId),
    isSomebody(filter),
    wasActive(filter),
    filter.q === undefined ? undefined : matchesText(filter.q)
  )
}

/** A value that the planner does not see. */
const told = (value: string, column: AnyColumn) =>
  sql`(select ${sql.param(value, column)}::${sql.raw(column.getSQLType())})`

/** The same either way; of what lies between two values that it does not see, it expects very little. */
const is = (column: AnyColumn, value: string, isRare: boolean): SQL =>
  isRare
    ? sql`${column} between ${told(value, column)} and ${told(value, column)}`
    : sql`${column} = ${told(value, column)}`

/** Which of both has the index that is to be asked: of a role, most are active. */
function leads({ q, status, role }: MemberFilter): 'status' | 'role' | undefined {
  if (status === 'removed') return 'status'
  if (q !== undefined) return undefined
  return status === undefined || (status === 'active' && role !== undefined) ? 'role' : 'status'
}

/** In the words of the indexes: what is stored, or what time has made of it since. */
function isInStatus(now: Date, filter: MemberFilter): SQL | undefined {
  const { status } = filter
  const isMember = ne(members.status, 'removed')
  if (status === undefined) return isMember
  const isThat = is(members.status, status, leads(filter) === 'status')
  if (status === 'removed') return isThat
  const isStored = and(isThat, hasNotLapsed(now, status))
  return and(isMember, or(isStored, hasLapsedTo(now, status)))
}

function isInGroup(organizationId: string, groupId: string): SQL {
  return sql`${members.id} in (select ${groupMembers.memberId} from ${groupMembers}
    where ${groupMembers.organizationId} = ${told(organizationId, groupMembers.organizationId)}
      and ${is(groupMembers.groupId, groupId, true)})`
}

function hasResource(organizationId: string, resourceId: string): SQL {
  const isThat = (table: typeof resourceGrants | typeof resourceGroupGrants) => sql`
    ${table.organizationId} = ${told(organizationId, table.organizationId)}
      and ${is(table.resourceId, resourceId, true)}`
  return sql`${members.id} in (
    select ${resourceGrants.memberId} from ${resourceGrants} where ${isThat(resourceGrants)}
    union all
    select ${groupMembers.memberId} from ${resourceGroupGrants} join ${groupMembers}
      on ${groupMembers.organizationId} = ${resourceGroupGrants.organizationId}
        and ${groupMembers.groupId} = ${resourceGroupGrants.groupId}
    where ${isThat(resourceGroupGrants)})`
}

function isSomebody({ email, userId, externalId }: MemberFilter): SQL | undefined {
  return and(
    email === undefined ? undefined : eq(members.emailKey, parseEmail(email)?.key ?? email),
    userId === undefined ? undefined : eq(members.userId, userId),
    externalId === undefined ? undefined : eq(members.externalId, externalId)
  )
}

/** Whoever never was active was not so before any instant, and is what a search for the idle means. */
function wasActive(filter: MemberFilter): SQL | undefined {
  const { lastActiveBefore, lastActiveAfter } = filter
  if (lastActiveBefore === undefined || lastActiveAfter !== undefined) return wasActiveIn(filter)
  return or(wasActiveIn(filter), isNull(members.lastActiveAt))
}

/** Of those who ever were. */
export function wasActiveIn({ lastActiveBefore, lastActiveAfter }: MemberFilter): SQL | undefined {
  const { lastActiveAt } = members
  return and(
    lastActiveBefore && lt(lastActiveAt, instantSql(lastActiveBefore)),
    lastActiveAfter && gte(lastActiveAt, instantSql(lastActiveAfter))
  )
}

const SIGN = '[^\\p{L}\\p{N}]'
const LETTER = '[\\p{L}\\p{N}]'
/** What the index of fragments can be asked for; of anything else it would answer with everybody. */
const HAS_TRIGRAM = new RegExp(
  `^${LETTER}{1,2}$|${LETTER}{3}|${SIGN}${LETTER}|${LETTER}{2}${SIGN}`,
  'u'
)

/** Both sides are folded by the database, so that they agree. */
function matchesText(q: string): SQL {
  const text = sql`${members}."search_text"`
  const searched = hasTrigram(q) ? text : sql`(${text} || '')`
  return sql`${searched} like (select member_search_pattern(${q}::text))`
}

const hasTrigram = (q: string): boolean =>
  HAS_TRIGRAM.test(q.normalize('NFKD').replace(/\p{M}/gu, '').trim())
