import { type SQL, sql } from 'drizzle-orm'
import { members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'

/** What the policy gives by role, for `quotaOf`. */
export const roleAmountsOf = ({ credits }: Policy): SQL =>
  sql`${JSON.stringify(credits.role_amounts)}::jsonb`

/**
 * What a row of `members` has to spend each month (OUPI-99): its own quota, else its role's, else what
 * the policy says of the role, else everybody's; 0: nothing. For a statement that selects from it.
 */
export const quotaOf = (roleAmounts: SQL): SQL<number> => sql<number>`coalesce(
  (select q.amount from credit_quotas q
    where q.organization_id = ${members.organizationId} and q.scope = 'member'
      and q.key = ${members.id}::text),
  (select q.amount from credit_quotas q
    where q.organization_id = ${members.organizationId} and q.scope = 'role'
      and q.key = ${members.role}),
  (select (given ->> 'amount')::bigint from jsonb_array_elements(${roleAmounts}) given
    where given ->> 'role' = ${members.role}),
  (select q.amount from credit_quotas q
    where q.organization_id = ${members.organizationId} and q.scope = 'everybody' and q.key = ''),
  0)`

/** What a holder can spend, without what has run out and nobody has written down yet. */
export const usableBalance = (now: Date): SQL<number> => sql<number>`(
  coalesce(credit_accounts.balance, 0) - (
    select coalesce(sum(lot.remaining), 0) from credit_lots lot
    where lot.organization_id = credit_accounts.organization_id
      and lot.holder_id = credit_accounts.holder_id
      and lot.expires_at <= ${now.toISOString()}))`
