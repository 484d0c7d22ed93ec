import { and, eq, gte, lt, or } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import {
  type CreditTransferRow,
  creditTransfers,
  type TransferKind
} from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { creditsOf } from './rules.js'

interface TransferFilter {
  /** Whoever spends, gets or gives. */
  readonly memberId?: string | undefined
  readonly kind?: TransferKind | undefined
  /** The transfer to which they refer. */
  readonly ofId?: string | undefined
  readonly reference?: string | undefined
  readonly from?: Date | undefined
  /** Excluded. */
  readonly to?: Date | undefined
}

/**
 * Every movement of credits, newest first (OUPI-98).
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable
 */
export async function listCreditTransfers(
  { db }: Deps,
  { organizationId, policy }: OrgContext,
  { memberId, kind, ofId, reference, from, to }: TransferFilter,
  page: PageRequest
): Promise<PageResult<CreditTransferRow>> {
  creditsOf(policy.policy)
  const { createdAt } = creditTransfers
  const where = and(
    eq(creditTransfers.organizationId, organizationId),
    memberId === undefined ? undefined : isAbout(memberId),
    kind === undefined ? undefined : eq(creditTransfers.kind, kind),
    ofId === undefined ? undefined : eq(creditTransfers.ofId, ofId),
    reference === undefined ? undefined : eq(creditTransfers.reference, reference),
    from === undefined ? undefined : gte(createdAt, from),
    to === undefined ? undefined : lt(createdAt, to)
  )
  return selectPage(db, creditTransfers, { where, newestFirst: true }, page)
}

const isAbout = (memberId: string) =>
  or(
    eq(creditTransfers.memberId, memberId),
    // Of a move, who gets is its member.
    and(eq(creditTransfers.kind, 'move'), eq(creditTransfers.fromId, memberId))
  )
