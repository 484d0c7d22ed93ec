import { and, asc, desc, gt, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { members } from '../../db/tables/members.js'
import { idPattern } from '../../ids.js'

/** What a list of members can be sorted by. As ids are made in their order, so is what has no key. */
export const MEMBER_SORTS = ['created_at', 'name', 'email', 'last_active_at'] as const
export type MemberSort = (typeof MEMBER_SORTS)[number]

export interface MemberOrder {
  readonly sort: MemberSort
  readonly isDescending: boolean
}

/** Where a page ended; of one that has no key, the key is null. */
export interface MemberPlace {
  readonly id: string
  readonly key: string | null
}

interface SortKey {
  readonly value: SQL
  readonly isNullable: boolean
  /** As a cursor tells it, what that looks like, and back. */
  readonly text: SQL
  readonly pattern: string
  readonly read: (text: string) => SQL
}

// A year beyond 2286 has one digit more, which no clock of ours tells.
const INSTANT = '-?\\d{1,16}'
const TEXT = '[^\\u0000]{0,640}'

const textKey = (value: SQL, isNullable: boolean): SortKey => ({
  value,
  isNullable,
  text: value,
  pattern: TEXT,
  read: (text) => sql`${text}::text`
})

/** In microseconds, as the database keeps them. */
const instantKey = (value: SQL): SortKey => ({
  value,
  isNullable: true,
  text: sql`(extract(epoch from ${value}) * 1000000)::bigint::text`,
  pattern: INSTANT,
  read: (text) => sql`(timestamptz 'epoch' + ${text}::bigint * interval '1 microsecond')`
})

const KEYS: Readonly<Record<Exclude<MemberSort, 'created_at'>, SortKey>> = {
  name: textKey(sql`${members}."name_key"`, true),
  email: textKey(sql`${members.emailKey}`, false),
  last_active_at: instantKey(sql`${members.lastActiveAt}`)
}

/** What beside the id the list is in the order of; undefined: nothing. */
export const keyOf = ({ sort }: MemberOrder): SortKey | undefined =>
  sort === 'created_at' ? undefined : KEYS[sort]

/** Of a select from `members`: in the order of the key, without one last; else of the ids. */
export function orderOf(order: MemberOrder): SQL {
  const key = keyOf(order)
  const id = directed(order, sql`${members.id}`)
  if (!key) return id
  const nullsLast = key.isNullable ? sql`(${key.value} is null), ` : sql``
  return sql`${nullsLast}${directed(order, key.value)}, ${id}`
}

/** Among those that all have a key, or all have none: an index has them so. */
export function indexOrderOf(order: MemberOrder): SQL {
  const key = keyOf(order)
  const id = directed(order, sql`${members.id}`)
  return key ? sql`${directed(order, key.value)}, ${id}` : id
}

export const directed = ({ isDescending }: MemberOrder, value: SQL): SQL =>
  (isDescending ? desc : asc)(value)

/** Ids behind the one where the page before ended. */
export const beyondId = (
  { isDescending }: MemberOrder,
  column: SQL,
  after: MemberPlace | undefined
): SQL | undefined =>
  after && (isDescending ? lt : gt)(column, sql`${sql.param(after.id, members.id)}`)

/** Of those that have a key, what stands behind that place; false: nothing does. */
export function beyondKey(
  order: MemberOrder,
  { value, read }: SortKey,
  after: MemberPlace | undefined
): SQL | undefined {
  if (!after) return undefined
  if (after.key === null) return sql`false`
  const sign = sql.raw(order.isDescending ? '<' : '>')
  return sql`(${value}, ${members.id}) ${sign}
    (${read(after.key)}, ${sql.param(after.id, members.id)})`
}

/** Everybody behind that place, whether or not it has a key. */
export function beyond(order: MemberOrder, after: MemberPlace | undefined): SQL | undefined {
  const key = keyOf(order)
  if (!after) return undefined
  const behindId = beyondId(order, sql`${members.id}`, after)
  if (!key) return behindId
  const behindKey = beyondKey(order, key, after)
  if (!key.isNullable) return behindKey
  if (after.key === null) return and(isNull(key.value), behindId)
  return sql`((${and(isNotNull(key.value), behindKey)}) or ${isNull(key.value)})`
}

/** Whether it is the order that nobody asked for. */
const isUsual = ({ sort, isDescending }: MemberOrder) => sort === 'created_at' && !isDescending

/** What a cursor of this order is, so that one of another is refused. */
export function memberCursor(order: MemberOrder): string {
  if (isUsual(order)) return idPattern('mem')
  const id = idPattern('mem').slice(1, -1)
  const key = keyOf(order)
  return `^${nameOf(order)}:${id}${key ? `(?::${key.pattern})?` : ''}$`
}

export const writePlace = (order: MemberOrder, { id, key }: MemberPlace): string =>
  isUsual(order) ? id : `${nameOf(order)}:${id}${key === null ? '' : `:${key}`}`

/** Of what `memberCursor` describes. */
export function readPlace(order: MemberOrder, place: string): MemberPlace {
  if (isUsual(order)) return { id: place, key: null }
  const [, id = '', ...key] = place.split(':')
  return { id, key: key.length === 0 ? null : key.join(':') }
}

const nameOf = ({ sort, isDescending }: MemberOrder) => `${sort}.${isDescending ? 'desc' : 'asc'}`
