import { and, asc, desc, gt, or, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import { creditAccounts } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { idPattern } from '../../ids.js'
import { type MemberFilter, whereMembers } from '../members/member-filter.js'
import { type AccountRow, selectAccounts } from './account-queries.js'
import { creditsOf } from './rules.js'
import { settleCredits } from './settle-credits.js'

/** By what the list can begin with the most; else it is in the order in which people came. */
export const ACCOUNT_SORTS = ['used', 'unused', 'percent', 'last_used_at'] as const
export type AccountSort = (typeof ACCOUNT_SORTS)[number]

interface AccountFilter extends MemberFilter {
  readonly sort?: AccountSort | undefined
}

/** An account in a list; `id`: what a cursor says of it. */
export interface ListedAccount extends AccountRow {
  readonly id: string
}

const { balance, held, spent, used, lastUsedAt } = creditAccounts
const given = sql`(${balance} + ${held} + ${spent})`
/** Whole numbers, so that a cursor can hold them exactly; less than any of them: there is none. */
const PLACES: Readonly<Record<AccountSort, SQL<string>>> = {
  used: sql`coalesce(${used}, 0)`,
  unused: sql`coalesce(${balance}, 0)`,
  percent: sql`coalesce(div(200 * ${spent}::numeric + ${given}, 2 * nullif(${given}, 0)), -1)`,
  last_used_at: sql`coalesce((extract(epoch from ${lastUsedAt}) * 1000)::bigint, -1)`
}

/** What a cursor of the list is: a member or, in a list by figures, the figure before it. */
export const accountCursor = (sort: AccountSort | undefined): string =>
  sort === undefined
    ? idPattern('mem')
    : `^${sort}:-?\\d{1,16}:${idPattern('mem').replace(/^\^/, '')}`

/**
 * What everybody in the team has and has used, the invited included; removed ones only when asked for
 * (OUPI-71, OUPI-98).
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable
 */
export async function listCreditAccounts(
  deps: Deps,
  ctx: OrgContext,
  filter: AccountFilter,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<ListedAccount>> {
  creditsOf(ctx.policy.policy)
  await settleCredits(deps, ctx.organizationId, ctx.now)
  const { sort } = filter
  const place = sort === undefined ? undefined : PLACES[sort]
  const where = whereMembers(ctx, filter)
  const total = sql<number>`(select count(*)::int from ${members} where ${where})`
  const found = await selectAccounts(deps.db, ctx.policy.policy, {
    place: place ? sql<string>`${place}::text` : sql<string>`''`,
    total: includeTotal ? total : sql<number>`0`
  })
    .where(and(where, after === undefined ? undefined : isBeyond(after, place)))
    .orderBy(...(place ? [desc(place)] : []), asc(members.id))
    .limit(limit + 1)
  const rows = found.map((row) => {
    const { id } = row.member
    return { ...row, id: sort === undefined ? id : `${sort}:${row.place}:${id}` }
  })
  if (!includeTotal) return { rows, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  return { rows, total: found[0]?.total ?? (await deps.db.$count(members, where)) }
}

function isBeyond(after: string, place: SQL | undefined): SQL | undefined {
  if (!place) return gt(members.id, after)
  const [, figure = '', id = ''] = after.split(':')
  const last = sql`${figure}::bigint`
  return or(sql`${place} < ${last}`, and(sql`${place} = ${last}`, gt(members.id, id)))
}
