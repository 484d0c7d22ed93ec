import { sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import { columnsOf } from '../../db/rows.js'
import { statementOf } from '../../db/statement.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import {
  type DetailedMember,
  detailColumns,
  type RawDetails,
  readDetails
} from './member-details.js'
import { type MemberFilter, whereMembers } from './member-filter.js'
import { keyOf, type MemberOrder, orderOf, readPlace, writePlace } from './member-order.js'
import { selectMembers } from './select-members.js'

/** A member in a list; `id`: what a cursor says of it. */
export interface ListedMember extends DetailedMember {
  readonly id: string
}

interface Asked {
  readonly filter: MemberFilter
  readonly order: MemberOrder
}

/**
 * Everybody who belongs to the organization, also the invited, with what lies on their seats; removed
 * ones only when asked for. One statement, whatever is asked.
 */
export async function listMembers(
  deps: Deps,
  ctx: OrgContext,
  asked: Asked,
  page: PageRequest
): Promise<PageResult<ListedMember>> {
  const { text, values, isUsual } = buildList(ctx, asked, page)
  // Of a filter the planner is to know the value: it is planned anew each time.
  const statement = isUsual ? statementOf(text) : { name: undefined, text }
  const found = await deps.db.run<RawListed>(statement, values)
  const rows = found.filter(({ id }) => id !== null).map((raw) => readListed(raw, asked.order))
  return { rows, total: page.includeTotal ? (found[0]?.total ?? 0) : undefined }
}

interface RawListed extends RawDetails {
  readonly id: string | null
  readonly key: string | null
  readonly total?: number
}

function readListed(raw: RawListed, order: MemberOrder): ListedMember {
  const row = readDetails(raw)
  return { ...row, id: writePlace(order, { id: row.member.id, key: raw.key }) }
}

const dialect = new PgDialect()
const COLUMNS = sql.raw(columnsOf(members, '"members"'))

/** The statement of a page, of one row more than fit. */
export function buildList(
  ctx: Pick<OrgContext, 'organizationId' | 'now' | 'actor'>,
  { filter, order }: Asked,
  { limit, after, includeTotal }: PageRequest
) {
  const { actor } = ctx
  const place = after === undefined ? undefined : readPlace(order, after)
  const page = selectMembers({ ...ctx, filter, order, after: place, limit: limit + 1 })
  const total = sql`(select count(*)::int as total from ${members}
    where ${whereMembers(ctx, filter)}) counted`
  // Also of a page behind the last row there is a total.
  const source = includeTotal
    ? sql`${total} left join (${page}) members on true`
    : sql`(${page}) members`
  const columns = [
    COLUMNS,
    detailColumns(actor.type === 'member' ? actor.id : undefined),
    sql`${keyOf(order)?.text ?? sql`null`} as key`,
    ...(includeTotal ? [sql`counted.total`] : [])
  ]
  const { sql: text, params } = dialect.sqlToQuery(sql`select ${sql.join(columns, sql`, `)}
    from ${source} order by ${orderOf(order)} limit ${limit + 1}`)
  const isUsual = Object.values(filter).every((value) => value === undefined)
  return { text, values: params, isUsual: isUsual && order.sort === 'created_at' }
}
