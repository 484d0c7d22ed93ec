import { and, desc, eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { policies } from '../../db/tables/policies.js'

export type PolicyRow = typeof policies.$inferSelect

/** A version as it was written, whatever Muster makes of it today; undefined: there is none. */
export async function findPolicy(
  db: Db,
  key: string,
  version?: number
): Promise<PolicyRow | undefined> {
  const [row] = await db
    .select()
    .from(policies)
    .where(
      and(eq(policies.key, key), version === undefined ? undefined : eq(policies.version, version))
    )
    .orderBy(desc(policies.version))
    .limit(1)
  return row
}
