import { eq } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import { notFound } from '../../errors.js'
import { apiKeyRevoked } from './errors.js'

/** @throws Problem not_found */
export async function getApiKey(db: Db, id: string): Promise<ApiKeyRow> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  if (!row) throw notFound()
  return row
}

/**
 * The same, locked, to be changed.
 *
 * @throws Problem not_found, api_key_revoked
 */
export async function lockApiKey(tx: Tx, id: string): Promise<ApiKeyRow> {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id)).for('no key update')
  if (!row) throw notFound()
  if (row.revokedAt !== null) throw apiKeyRevoked()
  return row
}
