import { sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { type CreditMode, POOL_HOLDER } from '../../db/tables/credits.js'
import { idToUuid } from '../../ids.js'
import { modeOf } from '../credit-settings/queries.js'
import { creditModeNotOffered } from '../credits/errors.js'
import type { LockedOrganization } from '../organizations/queries.js'

/**
 * How many credits can be handed out right now, the pool being locked until the commit: for commands
 * that plan a distribution before they move anything. What is due has been settled before.
 *
 * @throws Problem credit_mode_not_offered where everybody spends from the pool itself
 */
export async function lockPool(
  tx: Tx,
  { row, policy: { policy } }: LockedOrganization
): Promise<number> {
  const id = idToUuid('org', row.id)
  const { rows } = await tx.execute<{ mode: CreditMode | null; balance: string | null }>(sql`
    select (select mode from credit_settings where organization_id = ${id}) as mode,
      (select balance from credit_accounts where organization_id = ${id}
        and holder_id = ${idToUuid('mem', POOL_HOLDER)} for no key update) as balance`)
  const { mode = null, balance = null } = rows[0] ?? {}
  const used = modeOf({ mode }, policy)
  if (used === 'shared_pool') throw creditModeNotOffered({ mode: used })
  return Number(balance ?? 0)
}
