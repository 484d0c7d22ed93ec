import { and, eq, type SQL } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import {
  type CreditAccountRow,
  type CreditMode,
  creditAccounts,
  creditSettings
} from '../../db/tables/credits.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import { quotaOf, roleAmountsOf } from '../credit-quotas/quota.js'

/** A member with what it has of credits. */
export interface AccountRow {
  readonly member: MemberRow
  /** Null: it never had any. */
  readonly account: CreditAccountRow | null
  /** Null: the organization has not chosen. */
  readonly mode: CreditMode | null
  /** What it gets each month, in that mode; the driver tells it as text. */
  readonly quota: number | string
}

/** Members with their accounts, and what is asked `beside`: to be narrowed to those that are meant. */
export function selectAccounts<Beside extends Readonly<Record<string, SQL>>>(
  db: Db,
  policy: Policy,
  beside: Beside
) {
  return db
    .select({
      member: members,
      account: creditAccounts,
      mode: creditSettings.mode,
      quota: quotaOf(roleAmountsOf(policy)),
      ...beside
    })
    .from(members)
    .leftJoin(
      creditAccounts,
      and(
        eq(creditAccounts.organizationId, members.organizationId),
        eq(creditAccounts.holderId, members.id)
      )
    )
    .leftJoin(creditSettings, eq(creditSettings.organizationId, members.organizationId))
    .$dynamic()
}
