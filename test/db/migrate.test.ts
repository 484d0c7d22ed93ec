import pg from 'pg'
import t, { type Test } from 'tap'
import { migrateDatabase } from '../../src/db/migrate.js'
import { createTestDatabase, until } from '../helpers/database.js'

async function connect(t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => client.end())
  return client
}

await t.test(
  'a migration that a long transaction keeps from its table lets others by',
  async (t) => {
    const url = await createTestDatabase(t)
    const [holder, reader] = [await connect(t, url), await connect(t, url)]
    // As if the newest were not applied yet.
    await holder.query(`
    delete from schema_migrations where name = '0014_api_key_upkeep.sql';
    alter table api_keys drop column previous_secret_hash, drop column previous_secret_ends_at,
      drop column rate_limit, drop column last_used_at, drop column last_used_ip`)
    await holder.query('begin')
    await holder.query('select from api_keys')

    const migrated = migrateDatabase(url)
    await until(async () => {
      const { rows } = await reader.query(
        `select from pg_stat_activity where application_name = 'muster migrate'
        and datname = current_database() and wait_event_type = 'Lock'`
      )
      return rows.length > 0
    })
    // Behind the migration in line, and served before it.
    await reader.query('select from api_keys')
    await holder.query('commit')
    await migrated
    const { rows } = await reader.query('select last_used_at from api_keys')
    t.same(rows, [])
  }
)
