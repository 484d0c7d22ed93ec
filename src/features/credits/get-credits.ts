import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import type { CreditMode } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { creditsOf } from './rules.js'
import { settleCredits } from './settle-credits.js'

/** A top-up of which something is left that will expire, with whomever it is. */
export interface ExpiringTopUp {
  /** A uuid. */
  readonly top_up_id: string
  readonly remaining: number
  readonly priority: number
  readonly expires_at: string
}

/** What an organization has of credits, and with whom; sums as the driver tells them. */
export interface CreditSums {
  readonly mode: CreditMode | null
  readonly total: string
  readonly unallocated: string
  readonly reserved: string
  readonly allocated: string
  readonly used_from_pool: string
  readonly used_by_former: string
  readonly held: string
  readonly spent: string
  readonly expiring: readonly ExpiringTopUp[]
}

const EXPIRING_MAX = 20

const SUMS: Statement = {
  name: 'sum_credits',
  text: `
    select (select mode from credit_settings where organization_id = $1) as mode,
      coalesce(sum(a.issued), 0) as total,
      coalesce(sum(a.balance) filter (where s.whose = 'pool'), 0) as unallocated,
      coalesce(sum(s.given) filter (where s.whose = 'invited'), 0) as reserved,
      coalesce(sum(s.given) filter (where s.whose not in ('pool', 'invited', 'removed')), 0)
        as allocated,
      coalesce(sum(a.held + a.spent) filter (where s.whose = 'pool'), 0) as used_from_pool,
      coalesce(sum(s.given) filter (where s.whose = 'removed'), 0) as used_by_former,
      coalesce(sum(a.held), 0) as held,
      coalesce(sum(a.spent), 0) as spent,
      (select coalesce(json_agg(e), '[]') from (
        select top_up_id, sum(remaining) as remaining, priority, expires_at from credit_lots
        where organization_id = $1 and expires_at is not null
        group by top_up_id, priority, expires_at
        order by expires_at, priority, top_up_id limit ${EXPIRING_MAX}) e) as expiring
    from credit_accounts a
    left join members m on m.organization_id = a.organization_id and m.id = a.member_id
    cross join lateral (
      select a.balance + a.held + a.spent as given,
        case when a.member_id is null then 'pool'
          else member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, $2) end as whose) s
    where a.organization_id = $1`
}

/**
 * What there is, what of it is with whom, and what is left to hand out (OUPI-131).
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable
 */
export async function getCredits(deps: Deps, ctx: OrgContext): Promise<CreditSums> {
  const { organizationId, now } = ctx
  creditsOf(ctx.policy.policy)
  await settleCredits(deps, organizationId, now)
  return sumCredits(deps.db, organizationId, now)
}

/** The same as it is written down. */
export async function sumCredits(db: Db, organizationId: string, now: Date): Promise<CreditSums> {
  const values = [idToUuid('org', organizationId), now]
  const [sums] = await db.run<CreditSums>(SUMS, values)
  if (!sums) throw new Error('sums of nothing are a row, too')
  return sums
}
