import { sql } from 'drizzle-orm'
import t from 'tap'
import { listenForWake } from '../../src/jobs/wake.js'
import { createTestApp } from '../helpers/app.js'
import { until } from '../helpers/database.js'

await t.test(
  'a commit wakes the relays of all processes, also after a lost connection',
  async (t) => {
    const { deps, databaseUrl } = await createTestApp(t)
    const woken = [0, 0]
    const listeners = woken.map((_, index) =>
      listenForWake(databaseUrl, () => {
        woken[index] = (woken[index] ?? 0) + 1
      })
    )
    t.teardown(() => Promise.all(listeners.map((listener) => listener.close())))
    /** Pokes until both have heard one: a poke before they listen is lost. */
    const untilWoken = () => {
      woken.fill(0)
      return until(async () => {
        deps.wakeRelay()
        return woken.every((count) => count > 0)
      })
    }
    await untilWoken()
    const { rows } = await deps.db.execute(sql`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where application_name = 'muster relay' and datname = current_database()`)
    t.equal(rows.length, 2)
    await untilWoken()
    t.pass('both have come back')
  }
)

await t.test('a database that is away is waited for, and a close does not wait', async (t) => {
  const listener = listenForWake('postgres://muster@127.0.0.1:1/muster', () => undefined)
  await t.resolves(listener.close())
})
