import { and, asc, eq, gt } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import { type BillingEntryRow, billingEntries } from '../../db/tables/billing-entries.js'
import type { Deps } from '../../deps.js'

interface EntryFilter {
  readonly kind?: BillingEntryRow['kind'] | undefined
  readonly subjectId?: string | undefined
}

/** An entry in a list, which is ordered by number. */
interface ListedEntry {
  readonly id: string
  readonly entry: BillingEntryRow
}

/** What a cursor of the list is: a number that an entry can have. */
export const ENTRY_NUMBER = /^[1-9]\d{0,8}$/

/**
 * What became due, oldest first: by number, as ids of several processes need not be in the order of
 * the commits, and whoever reads on from a cursor must not miss an entry.
 */
export async function listBillingEntries(
  { db }: Deps,
  { organizationId }: OrgContext,
  { kind, subjectId }: EntryFilter,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<ListedEntry>> {
  const where = and(
    eq(billingEntries.organizationId, organizationId),
    kind === undefined ? undefined : eq(billingEntries.kind, kind),
    subjectId === undefined ? undefined : eq(billingEntries.subjectId, subjectId)
  )
  const found = await db
    .select()
    .from(billingEntries)
    .where(and(where, after === undefined ? undefined : gt(billingEntries.number, Number(after))))
    .orderBy(asc(billingEntries.number))
    .limit(limit + 1)
  const rows = found.map((entry) => ({ id: String(entry.number), entry }))
  return { rows, total: includeTotal ? await db.$count(billingEntries, where) : undefined }
}
