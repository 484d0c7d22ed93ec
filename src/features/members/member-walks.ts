import { and, eq, isNotNull, isNull, ne, type SQL, sql } from 'drizzle-orm'
import { groupMembers } from '../../db/tables/groups.js'
import { members } from '../../db/tables/members.js'
import { resourceGrants, resourceGroupGrants } from '../../db/tables/resources.js'
import { hasLapsedTo, hasNotLapsed } from './effective-status.js'
import { type MemberFilter, type Place, wasActiveIn } from './member-filter.js'
import {
  beyondId,
  beyondKey,
  directed,
  indexOrderOf,
  keyOf,
  type MemberOrder,
  type MemberPlace
} from './member-order.js'

/** Members as an index has them, in the order of the list: the first so many of them. */
export interface Walk {
  /** A select of whole rows of `members`. */
  readonly rows: (limit: number) => SQL
  /** By which a select from those rows knows that they are in order already. */
  readonly order: SQL
  /** The same of nothing but their ids: to count how many there are. */
  readonly ids: (limit: number) => SQL
}

interface Asked extends Place {
  readonly filter: MemberFilter
  readonly order: MemberOrder
  readonly after: MemberPlace | undefined
}

/** Which of the filters a walk sees to by itself. */
type Covered = keyof MemberFilter

interface Walks {
  /** One after the other: everybody in the first stands before everybody in the second. */
  readonly walks: readonly Walk[]
  readonly covers: readonly Covered[]
}

/**
 * The narrowest way through the members that keeps the order of the list. None where there is no index
 * in that order: of the removed there is one by id only.
 */
export function findWalks(asked: Asked): Walks {
  const key = keyOf(asked.order)
  if (key) return asked.filter.status === 'removed' ? NONE : walkByKey(asked, key)
  const { resourceId, groupId, role, status } = asked.filter
  if (status === 'removed') return only(walkMembers(asked, eq(members.status, status)), ['status'])
  if (resourceId !== undefined) return only(walkHolders(asked, resourceId), ['resourceId'])
  if (groupId !== undefined) return only(walkGroup(asked, groupId), ['groupId'])
  const isMember = ne(members.status, 'removed')
  if (role !== undefined) {
    return only(walkMembers(asked, and(isMember, eq(members.role, role))), ['role'])
  }
  // Only where nothing else is asked: it reads twice what it gives.
  const isAlone = Object.values(asked.filter).filter((value) => value !== undefined).length === 1
  if (status !== undefined && isAlone) return only(walkStatus(asked, status), ['status'])
  return only(walkMembers(asked, isMember), [])
}

/** Whoever is in the group, or has the resource, that is asked for: all of them; undefined: none is. */
export function selectHolders(asked: Asked): { rows: SQL; covers: Covered } | undefined {
  const { resourceId, groupId } = asked.filter
  const whole = { ...asked, after: undefined }
  if (resourceId !== undefined) {
    return { rows: walkHolders(whole, resourceId).rows(EVERYBODY), covers: 'resourceId' }
  }
  if (groupId === undefined) return undefined
  return { rows: walkGroup(whole, groupId).rows(EVERYBODY), covers: 'groupId' }
}

const EVERYBODY = 2 ** 31 - 1
const NONE: Walks = { walks: [], covers: [] }
const only = (walk: Walk, covers: readonly Covered[]): Walks => ({ walks: [walk], covers })

function walkMembers({ organizationId, order, after }: Asked, where: SQL | undefined): Walk {
  const behind = beyondId(order, sql`${members.id}`, after)
  return selectInOrder(and(eq(members.organizationId, organizationId), where, behind), order)
}

function selectInOrder(where: SQL | undefined, order: MemberOrder): Walk {
  const select = (columns: SQL) => (limit: number) =>
    sql`select ${columns} from ${members} where ${where} order by ${indexOrderOf(order)}
      limit ${limit}`
  const inOrder = indexOrderOf(order)
  return { rows: select(sql`${members}.*`), ids: select(sql`${members.id}`), order: inOrder }
}

/** Those who have the key, in its order, and behind them those who have none. */
function walkByKey(
  { organizationId, filter, order, after }: Asked,
  key: NonNullable<ReturnType<typeof keyOf>>
): Walks {
  const isMember = and(eq(members.organizationId, organizationId), ne(members.status, 'removed'))
  const isByActivity = order.sort === 'last_active_at'
  const active = isByActivity ? wasActiveIn(filter) : undefined
  const covers: readonly Covered[] = isByActivity ? ['lastActiveBefore', 'lastActiveAfter'] : []
  const behind = beyondKey(order, key, after)
  if (!key.isNullable) return only(selectInOrder(and(isMember, behind), order), covers)
  const keyed = selectInOrder(and(isMember, isNotNull(key.value), active, behind), order)
  if (isByActivity && filter.lastActiveAfter !== undefined) return only(keyed, covers)
  const behindId = after?.key === null ? beyondId(order, sql`${members.id}`, after) : undefined
  const unkeyed = selectInOrder(and(isMember, isNull(key.value), behindId), order)
  return { walks: [keyed, unkeyed], covers }
}

/** Stored ones, and those that time has brought there, which are few: a sweep writes them. */
function walkStatus(asked: Asked, status: NonNullable<MemberFilter['status']>): Walk {
  const isMember = ne(members.status, 'removed')
  const isStored = and(isMember, eq(members.status, status), hasNotLapsed(asked.now, status))
  const hasLapsed = hasLapsedTo(asked.now, status)
  const stored = walkMembers(asked, isStored)
  if (!hasLapsed) return stored
  const lapsed = walkMembers(asked, and(isMember, hasLapsed))
  const order = indexOrderOf(asked.order)
  const merge = (columns: SQL, of: 'rows' | 'ids') => (limit: number) =>
    sql`select ${columns} from ((${stored[of](limit)}) union all (${lapsed[of](limit)})) members
      order by ${order} limit ${limit}`
  return { rows: merge(sql`${members}.*`, 'rows'), ids: merge(sql`${members.id}`, 'ids'), order }
}

function walkGroup(asked: Asked, groupId: string): Walk {
  const { memberId } = groupMembers
  return walkIds(asked, (limit) => {
    const where = and(
      eq(groupMembers.organizationId, asked.organizationId),
      eq(groupMembers.groupId, groupId),
      beyondId(asked.order, sql`${memberId}`, asked.after)
    )
    return sql`select ${memberId} as id from ${groupMembers} where ${where}
      order by ${directed(asked.order, sql`${memberId}`)} limit ${limit}`
  })
}

/** Those who have it themselves and those whose groups have it, each group in order. */
function walkHolders(asked: Asked, resourceId: string): Walk {
  const { organizationId, order, after } = asked
  const first = (column: SQL, limit: number) =>
    sql`order by ${directed(order, column)} limit ${limit}`
  const [holder, groupMember] = [sql`${resourceGrants.memberId}`, sql`${groupMembers.memberId}`]
  return walkIds(asked, (limit) => {
    const isGranted = and(
      eq(resourceGrants.organizationId, organizationId),
      eq(resourceGrants.resourceId, resourceId),
      beyondId(order, holder, after)
    )
    const isGrantedToGroup = and(
      eq(resourceGroupGrants.organizationId, organizationId),
      eq(resourceGroupGrants.resourceId, resourceId)
    )
    const isInIt = and(
      eq(groupMembers.organizationId, organizationId),
      eq(groupMembers.groupId, sql`${resourceGroupGrants.groupId}`),
      beyondId(order, groupMember, after)
    )
    return sql`select had.id from (
        (select ${holder} as id from ${resourceGrants} where ${isGranted} ${first(holder, limit)})
        union
        select granted.id from ${resourceGroupGrants} cross join lateral (
          select ${groupMember} as id from ${groupMembers} where ${isInIt}
          ${first(groupMember, limit)}) granted
        where ${isGrantedToGroup}) had
      ${first(sql`had.id`, limit)}`
  })
}

/** From ids in order to their rows, one after the other: whoever has ended is in no group any more. */
function walkIds({ organizationId, order }: Asked, ids: Walk['ids']): Walk {
  const isThat = and(eq(members.organizationId, organizationId), sql`${members.id} = walked.id`)
  const rows = (limit: number) => sql`select ${members}.*, walked.id as walked_id
    from (${ids(limit)}) walked
    cross join lateral (select * from ${members} where ${isThat} offset 0) members
    order by ${directed(order, sql`walked.id`)}`
  return { ids, rows, order: directed(order, sql`walked_id`) }
}
