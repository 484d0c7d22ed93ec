import { and, asc, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm'
import { selectPage } from '../../db/page.js'
import {
  creditAccounts,
  creditQuotas,
  creditRequests,
  creditTransfers,
  POOL_HOLDER
} from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import { uuidToId } from '../../ids.js'
import { toCreditRequest } from '../credit-requests/schemas.js'
import { findCreditSettings } from '../credit-settings/queries.js'
import { toCreditSettings } from '../credit-settings/schemas.js'
import { type AccountRow, selectAccounts } from '../credits/account-queries.js'
import { toCreditAccount, toCredits } from '../credits/account-schemas.js'
import { sumCredits } from '../credits/get-credits.js'
import { toCreditTransfer } from '../credits/schemas.js'
import { byId, type ExportSource, type Line, type Lines, PAGE_ROWS_MAX, pagesOf } from './lines.js'

/**
 * What the organization has of credits, and all that led to it, which is told by the transfers: also
 * what is held, and which of it expires.
 */
export async function* tellCredits(source: ExportSource): Lines {
  yield [...(await tellSums(source)), ...(await tellSettings(source))]
  yield* tellQuotas(source)
  yield* tellAccounts(source)
  yield* tellTransfers(source)
  yield* tellRequests(source)
}

/** Of whom no credit ever was there is nothing to tell. */
async function tellSums({ db, organization, policy, now }: ExportSource): Promise<Line[]> {
  const { organizationId, holderId } = creditAccounts
  const isPool = and(eq(organizationId, organization.id), eq(holderId, POOL_HOLDER))
  if ((await db.$count(creditAccounts, isPool)) === 0) return []
  const sums = await sumCredits(db, organization.id, now)
  return [{ type: 'credits', data: toCredits(sums, { organizationId: organization.id, policy }) }]
}

async function tellSettings({ db, organization, policy }: ExportSource): Promise<Line[]> {
  const settings = await findCreditSettings(db, organization.id)
  if (!settings) return []
  const told = { organizationId: organization.id, policy: policy.policy, settings }
  return [{ type: 'credit_settings', data: toCreditSettings(told) }]
}

type Quota = typeof creditQuotas.$inferSelect

/** Each as it was said, also those of roles that are no more. */
async function* tellQuotas({ db, organization }: ExportSource): Lines {
  const { organizationId, scope, key } = creditQuotas
  const beyond = (after: Quota | undefined): SQL | undefined =>
    after && sql`(${scope}, ${key}) > (${after.scope}, ${after.key})`
  const read = (after: Quota | undefined) =>
    db
      .select()
      .from(creditQuotas)
      .where(and(eq(organizationId, organization.id), beyond(after)))
      .orderBy(asc(scope), asc(key))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({
    type: 'credit_quota',
    data: {
      scope: row.scope,
      role: row.scope === 'role' ? row.key : null,
      member_id: row.scope === 'member' ? uuidToId('mem', row.key) : null,
      amount: row.amount
    }
  }))
}

async function* tellAccounts({ db, organization, policy, now }: ExportSource): Lines {
  const reader = { now, locale: organization.locale, policy }
  const read = (after: AccountRow | undefined) =>
    selectAccounts(db, policy.policy, {})
      .where(
        and(
          eq(members.organizationId, organization.id),
          isNotNull(creditAccounts.holderId),
          after && gt(members.id, after.member.id)
        )
      )
      .orderBy(asc(members.id))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({ type: 'credit_account', data: toCreditAccount(row, reader) }))
}

async function* tellTransfers({ db, organization }: ExportSource): Lines {
  const where = eq(creditTransfers.organizationId, organization.id)
  const read = byId((page) => selectPage(db, creditTransfers, { where, newestFirst: false }, page))
  yield* pagesOf(read, (row) => ({ type: 'credit_transfer', data: toCreditTransfer(row) }))
}

async function* tellRequests({ db, organization }: ExportSource): Lines {
  const where = eq(creditRequests.organizationId, organization.id)
  const read = byId((page) => selectPage(db, creditRequests, { where, newestFirst: false }, page))
  yield* pagesOf(read, (row) => ({ type: 'credit_request', data: toCreditRequest(row) }))
}
