import { runMigrations } from 'bullmq'
import type pg from 'pg'

export const QUEUE_SCHEMA = 'bullmq'

/**
 * Creates or updates the tables of the PostgreSQL queue. Done on every database, so that a
 * deployment can move between Redis and PostgreSQL by changing one variable.
 */
export async function migrateQueueSchema(client: pg.Client): Promise<void> {
  await runMigrations(client, QUEUE_SCHEMA)
}
