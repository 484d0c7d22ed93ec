import { eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import { notFound } from '../../errors.js'

/** @throws Problem not_found */
export async function getApiKey(db: Db, id: string): Promise<ApiKeyRow> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  if (!row) throw notFound()
  return row
}
