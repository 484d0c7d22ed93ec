import { eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { apiKeys } from '../../db/tables/api-keys.js'

/**
 * First thing in a command on one key: locks it where the caller says what they have seen of it, as
 * nothing else needs the lock.
 *
 * @throws Problem precondition_failed, not_found
 */
export async function holdApiKey(tx: Tx, { precondition }: CallContext, id: string): Promise<void> {
  if (!precondition) return
  await tx.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.id, id)).for('no key update')
  await precondition.hold(tx)
}
