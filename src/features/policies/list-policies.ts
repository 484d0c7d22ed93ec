import { desc, gt, sql } from 'drizzle-orm'
import type { PageRequest, PageResult } from '../../db/page.js'
import { policies } from '../../db/tables/policies.js'
import type { Deps } from '../../deps.js'
import type { PolicyRow } from './queries.js'

/** A policy in a list, which is ordered by key. */
export type ListedPolicy = Omit<PolicyRow, 'document'> & { readonly id: string }

/** Each policy by its newest version, without the document: a hundred may be a hundred megabytes. */
export async function listPolicies(
  { db }: Deps,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<ListedPolicy>> {
  const { key, version, createdAt } = policies
  const rows = await db
    .selectDistinctOn([key], { id: key, key, version, createdAt })
    .from(policies)
    .where(after === undefined ? undefined : gt(key, after))
    .orderBy(key, desc(version))
    .limit(limit + 1)
  if (!includeTotal) return { rows, total: undefined }
  const [counted] = await db.select({ total: sql<number>`count(distinct key)::int` }).from(policies)
  return { rows, total: counted?.total ?? 0 }
}
