import { sql } from 'drizzle-orm'
import t from 'tap'
import type { Database } from '../../../src/db/client.js'
import { purgeOrganizations } from '../../../src/features/organizations/purge-organizations.sweep.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { countRows, largeOrganization, tenantTables } from '../../helpers/tenants.js'

const MEMBERS = 20_000
/** Of a member: the seat twice, its offer and its events. */
const ROWS_EACH = 6

await t.test('a large organization goes in small statements, and holds nobody up', async (t) => {
  const app = await createTestApp(t)
  const { deps, call, organization, invite } = app
  const [large, other] = [await largeOrganization(app, MEMBERS), await organization()]
  await watchDeletions(app)
  await call('DELETE', large.path)
  let statements = 0
  let invited = 0
  const run: Database['run'] = async (statement, values) => {
    statements += 1
    if (statements % 10 === 0) {
      const { answer } = await invite(other.path, `meanwhile_${statements}@large.test`)
      if (answer.status === 201) invited += 1
    }
    return deps.db.run(statement, values)
  }
  const watched = { ...deps, db: Object.assign(Object.create(deps.db) as Database, { run }) }

  let runs = 0
  while ((await purgeOrganizations.run(watched)) > 0) runs += 1
  t.ok(runs > 2, 'one run does not take a worker for as long as that takes')
  t.same(
    Object.values(await countRows(deps.db, large.id)).filter((count) => count > 0),
    []
  )
  t.ok(statements > (MEMBERS * ROWS_EACH) / 1_000)
  t.equal(invited, Math.floor(statements / 10), 'another organization invites all the while')

  const { rows } = await deps.db.execute<{ name: string; most: number; all: number }>(sql`
    select name, max(count)::int as most, sum(count)::int as all from deletions group by 1`)
  t.match(rows.find(({ name }) => name === 'events')?.all, MEMBERS * 3 + 3)
  for (const { name, most } of rows) t.ok(most <= 1_000, `${name}: ${most} at once`)
})

/** Keeps how many rows each statement takes out of a tenant table. */
async function watchDeletions({ deps: { db } }: TestApp): Promise<void> {
  await db.execute(sql`
    create table deletions (name text not null, count bigint not null);
    create function watch_deletion() returns trigger language plpgsql as $$
    begin
      insert into deletions select tg_table_name, count(*) from gone having count(*) > 0;
      return null;
    end $$`)
  for (const name of await tenantTables(db)) {
    await db.execute(sql`
      create trigger watch after delete on ${sql.identifier(name)}
      referencing old table as gone for each statement execute function watch_deletion()`)
  }
}
