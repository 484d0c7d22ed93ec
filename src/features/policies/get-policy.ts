import type { Db } from '../../db/client.js'
import { notFound } from '../../errors.js'
import { findPolicy, type PolicyRow } from './queries.js'

/**
 * The newest version of a policy, or the one that is asked for.
 *
 * @throws Problem not_found
 */
export async function getPolicy(
  db: Db,
  key: string,
  version: number | undefined
): Promise<PolicyRow> {
  const row = await findPolicy(db, key, version)
  if (!row) throw notFound()
  return row
}
