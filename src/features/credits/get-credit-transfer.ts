import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type CreditTransferRow, creditTransfers } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { creditsOf } from './rules.js'

/** @throws Problem not_found, credits_not_offered, money_credits_not_transferable */
export async function getCreditTransfer(
  { db }: Deps,
  { organizationId, policy }: OrgContext,
  id: string
): Promise<CreditTransferRow> {
  const [row] = await db
    .select()
    .from(creditTransfers)
    .where(and(eq(creditTransfers.organizationId, organizationId), eq(creditTransfers.id, id)))
  if (!row) throw notFound()
  creditsOf(policy.policy)
  return row
}
