import { eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type BrandingRow, brandings } from '../../db/tables/brandings.js'

/** How an organization's pages look; undefined: it has never said. */
export async function findBranding(
  db: Db,
  organizationId: string
): Promise<BrandingRow | undefined> {
  const [row] = await db
    .select()
    .from(brandings)
    .where(eq(brandings.organizationId, organizationId))
  return row
}
