import { and, type SQL, sql } from 'drizzle-orm'
import { columnsOf } from '../../db/rows.js'
import { members } from '../../db/tables/members.js'
import { type MemberFilter, type Place, whereMembers } from './member-filter.js'
import { beyond, type MemberOrder, type MemberPlace, orderOf } from './member-order.js'
import { findWalks, selectHolders, type Walk } from './member-walks.js'

/**
 * So many members are looked at one by one before an index is asked: where many match, a page is full
 * long before; where few do, that index knows them.
 */
const LOOKED_AT = 5_000

/** What a page has of each: its columns, and what it is sorted by. */
const COLUMNS = sql.raw(`${columnsOf(members, '"members"')}, "members"."name_key"`)

export interface PageOfMembers extends Place {
  readonly filter: MemberFilter
  readonly order: MemberOrder
  /** Where the page before ended. */
  readonly after: MemberPlace | undefined
  readonly limit: number
}

/** A select of the first `members` that match, in no order. */
export function selectMembers(asked: PageOfMembers): SQL {
  const { filter, limit } = asked
  const { walks, covers } = findWalks(asked)
  const open = Object.entries(filter).filter(
    ([name, value]) => value !== undefined && !covers.some((covered) => covered === name)
  )
  if (walks.length === 0 || isOfOne(filter)) return seek(asked, undefined)
  if (open.length === 0)
    return joined(walks.map(({ rows }) => sql`(select ${COLUMNS} from (${rows(limit)}) members)`))
  return walkThenSeek(asked, walks)
}

/** What at most a few have: nobody walks to them. */
const isOfOne = ({ email, userId, externalId }: MemberFilter) =>
  [email, userId, externalId].some((value) => value !== undefined)

const joined = (selects: readonly SQL[]) => sql.join([...selects], sql` union all `)

/**
 * Everybody who matches, found as the planner thinks best, and the first of them; only where `needed`.
 * `offset 0` keeps it from walking through all in the order of the page, hoping to find them soon.
 */
function seek(asked: PageOfMembers, needed: SQL | undefined): SQL {
  const { filter, order, after, limit } = asked
  // A fragment leaves fewer than a large group has.
  const holders = filter.q === undefined ? selectHolders(asked) : undefined
  const open = holders ? { ...filter, [holders.covers]: undefined } : filter
  const source = holders ? sql`(${holders.rows}) members` : sql`${members}`
  const where = and(whereMembers(asked, open), beyond(order, after))
  return sql`select ${COLUMNS} from (select ${members}.* from ${source} where ${where} offset 0) members
    where ${needed ?? sql`true`} order by ${orderOf(order)} limit ${limit}`
}

/** Whatever the planner believes of how many match: both ways are bounded where the other is not. */
function walkThenSeek(asked: PageOfMembers, walks: readonly Walk[]): SQL {
  const { filter, limit } = asked
  const where = whereMembers(asked, filter)
  const names = walks.map((_, index) => sql.raw(`walked_${index}`))
  const walked = walks.map(({ rows, order: inOrder }, index) => {
    const before = names.slice(0, index)
    const wanted = before.length === 0 ? sql`true` : sql`${countOf(before)} < ${limit}`
    return sql`walked_${sql.raw(String(index))} as materialized (
      select ${COLUMNS} from (${rows(LOOKED_AT)}) members where ${where} and ${wanted}
      order by ${inOrder} limit ${limit})`
  })
  const isCut = sql.join(
    walks.map(({ ids }) => sql`(select count(*) from (${ids(LOOKED_AT)}) walk) = ${LOOKED_AT}`),
    sql` or `
  )
  const isShort = sql`(select short from looked)`
  const every = joined(names.map((name) => sql`select * from ${name}`))
  return sql`with ${sql.join(walked, sql`, `)}, looked as materialized (
      select case when ${countOf(names)} < ${limit} then ${isCut} else false end as short)
    select * from (${every}) members where not ${isShort}
    union all (${seek(asked, isShort)})`
}

const countOf = (names: readonly SQL[]) =>
  sql`(${sql.join(
    names.map((name) => sql`(select count(*) from ${name})`),
    sql` + `
  )})`
