import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { findOrganization } from '../organizations/queries.js'
import { creditsOf } from './rules.js'
import { daysOf, type Span } from './usage-days.js'
import { USAGE_KEYS_MAX, type UsageBy, usageStatement } from './usage-statements.js'

interface UsageQuery extends Span {
  readonly by: UsageBy
  readonly memberId?: string | undefined
  /** Only what its members have used. */
  readonly groupId?: string | undefined
}

interface UsageSums {
  readonly credits: number
  /** How many spends and captures they are. */
  readonly requests: number
  /** Credits in the span before, which is as long. */
  readonly previous: number
}

/** Of one key: a day, a value of the metadata, the uuid of a member or group; null: without. */
export interface UsageRow extends UsageSums {
  readonly key: string | null
  readonly label: string | null
}

export interface Usage {
  readonly rows: readonly UsageRow[]
  readonly total: UsageSums
  /** There are more keys than are told. */
  readonly truncated: boolean
}

/** A bucket's number stands for its day. */
type Found = Omit<UsageRow, 'key'> & { readonly key: string | number | null }

/**
 * What was used, told apart by somebody or something, beside what was before (OUPI-71, OUPI-98). What
 * is given back counts when it is given back.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable
 */
export async function getCreditUsage(
  deps: Deps,
  ctx: OrgContext,
  query: UsageQuery
): Promise<Usage> {
  creditsOf(ctx.policy.policy)
  if (query.by !== 'day') return findUsage(deps, ctx, query, metadataKeyOf(query.by))
  // Time zones are those of the rest of Muster: the database knows some of them by other names.
  const { timeZone } = await findOrganization(deps.db, ctx.organizationId)
  const days = daysOf(query, timeZone)
  const starts = days.map(({ startsAt }) => startsAt)
  const usage = await findUsage(deps, ctx, query, [starts])
  const byNumber = new Map(usage.rows.map((row) => [row.key, row]))
  const rows = days.map(({ day }, index) => ({
    ...(byNumber.get(String(index + 1)) ?? NOTHING),
    key: day
  }))
  return { ...usage, rows }
}

const NOTHING = { label: null, credits: 0, requests: 0, previous: 0 }

const metadataKeyOf = (by: UsageBy): string[] =>
  by.startsWith('metadata.') ? [by.slice('metadata.'.length)] : []

async function findUsage(
  { db }: Deps,
  { organizationId }: OrgContext,
  { by, from, to, memberId, groupId }: UsageQuery,
  key: readonly unknown[]
): Promise<Usage> {
  const before = new Date(2 * from.getTime() - to.getTime())
  const [found] = await db.run<{ rows: Found[]; total: UsageSums }>(usageStatement(by), [
    idToUuid('org', organizationId),
    before,
    from,
    to,
    memberId === undefined ? null : idToUuid('mem', memberId),
    groupId === undefined ? null : idToUuid('grp', groupId),
    ...key
  ])
  if (!found) throw new Error('figures of nothing are a row, too')
  const rows = found.rows.slice(0, USAGE_KEYS_MAX).map((row) => ({
    ...row,
    key: row.key === null ? null : String(row.key)
  }))
  return { rows, total: found.total, truncated: found.rows.length > USAGE_KEYS_MAX }
}
