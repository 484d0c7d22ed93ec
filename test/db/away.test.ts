import { sql } from 'drizzle-orm'
import t from 'tap'
import { isAway } from '../../src/db/away.js'
import { createTestApp } from '../helpers/app.js'

await t.test('a statement that fails as the database is not to be had', async (t) => {
  const { deps } = await createTestApp(t)
  const failureOf = async (setting: string, ...statements: string[]): Promise<unknown> => {
    try {
      await deps.db.transaction(async (tx) => {
        await tx.execute(setting)
        for (const statement of statements) await tx.execute(statement)
      })
      return undefined
    } catch (error) {
      return error
    }
  }
  const AWAY: Record<string, readonly [string, ...string[]]> = {
    'takes longer than it may': ['set local statement_timeout = 1', 'select pg_sleep(60)'],
    'is asked of a standby': ['set transaction read only', 'create table away ()'],
    'loses its connection': ['select 1', 'select pg_terminate_backend(pg_backend_pid())']
  }
  for (const [name, statements] of Object.entries(AWAY)) {
    t.equal(isAway(await failureOf(...statements)), true, name)
  }
  const failed = await failureOf('select 1', 'select from nothing')
  t.ok(failed)
  t.equal(isAway(failed), false, 'not one that is wrong')
  t.equal(isAway(undefined), false)
})

await t.test('a transaction in which nothing is asked any more is ended', async (t) => {
  const { deps } = await createTestApp(t)
  const asked = await deps.db.execute<{ setting: string }>(
    sql`select current_setting('idle_in_transaction_session_timeout') as setting`
  )
  t.match(asked.rows, [{ setting: '1min' }])

  const work = deps.db.transaction(async (idle) => {
    await idle.execute('set local idle_in_transaction_session_timeout = 50')
    await idle.execute('lock table jobs in access exclusive mode')
    // It ends once who is idle has been ended, and with it the lock.
    await deps.db.execute('select count(*) from jobs')
    await idle.execute('select 1')
  })
  const error: unknown = await work.catch((failed: unknown) => failed)
  t.equal(isAway(error), true, String(error))
})
