import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import type { Database } from '../../../src/db/client.js'
import { deletedOrganizations } from '../../../src/db/tables/deleted-organizations.js'
import { jobs } from '../../../src/db/tables/jobs.js'
import { members } from '../../../src/db/tables/members.js'
import { purgeOrganization } from '../../../src/features/organizations/purge-organization.js'
import { purgeOrganizations } from '../../../src/features/organizations/purge-organizations.sweep.js'
import { TENANT_TABLES } from '../../../src/features/organizations/tenant-rows.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { lockOrganization } from '../../helpers/locks.js'
import { countRows, fullOrganization, rowsNaming, tenantTables } from '../../helpers/tenants.js'

await t.test('purgeOrganizations takes everything of a deleted organization', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, clock, invite, organization } = app
  const purge = () => purgeOrganizations.run(deps)
  const sum = (counts: Record<string, number>) =>
    Object.values(counts).reduce((all, count) => all + count, 0)
  async function deletedOrganization() {
    const org = await fullOrganization(app)
    await call('DELETE', org.path)
    return org
  }
  const recordOf = async (id: string) => {
    const isIt = eq(deletedOrganizations.organizationId, id)
    const [row] = await deps.db.select().from(deletedOrganizations).where(isIt)
    return row
  }

  await t.test('knows every table that the database has for organizations', async (t) => {
    t.same([...TENANT_TABLES].sort(), await tenantTables(deps.db))
    const { id } = await fullOrganization(app)
    for (const [table, count] of Object.entries(await countRows(deps.db, id))) {
      t.ok(count > 0, `the test has rows in ${table}`)
    }
  })

  await t.test('no row names it afterwards but the record of its end', async (t) => {
    const [gone, stays] = [await deletedOrganization(), await fullOrganization(app)]
    const kept = await rowsNaming(deps.db, stays.id)
    const before = await countRows(deps.db, gone.id)
    clock.now = new Date(START.getTime() + 60_000)
    t.ok((await purge()) > sum(before), 'each row, and the organization')
    t.equal(await purge(), 0)
    const left = await rowsNaming(deps.db, gone.id)
    t.same(Object.keys(left), ['public.deleted_organizations'])
    t.match(await recordOf(gone.id), { deletedAt: START, purgedAt: clock.now })
    t.same(await rowsNaming(deps.db, stays.id), kept, 'nothing of another is touched')
    t.equal((await call('GET', `${stays.path}/members`)).body.data.length, 4)
    const { body } = await call('POST', '/v1/invitations/lookup', { body: { token: gone.token } })
    t.equal(body.code, 'invitation_link_invalid')
    clock.now = START
  })

  await t.test('leaves alone what is canceled, or active', async (t) => {
    const org = await fullOrganization(app)
    await call('POST', `${org.path}/cancel`)
    const before = await countRows(deps.db, org.id)
    t.equal(await purge(), 0)
    t.equal(await purgeOrganization(deps, org.id, 1_000), 0, 'even when it is asked to')
    t.same(await countRows(deps.db, org.id), before)
  })

  await t.test('waits until nothing of it is still to be done for others', async (t) => {
    const org = await fullOrganization(app)
    await call('POST', `${org.path}/invitations`, { body: { emails: 'queued@purge.test' } })
    await call('DELETE', org.path)
    const before = await countRows(deps.db, org.id)
    t.equal(await purge(), 0)
    t.same(await countRows(deps.db, org.id), before)
    t.equal((await recordOf(org.id))?.purgedAt, null)
    await runAllJobs(deps)
    t.match(await countRows(deps.db, org.id), { jobs: 1 }, 'one has been given up')
    t.ok((await purge()) > 0)
    t.same(Object.keys(await rowsNaming(deps.db, org.id)), ['public.deleted_organizations'])
  })

  await t.test('and until every endpoint has been told what it is to be told', async (t) => {
    const { id: endpoint } = (
      await call('POST', '/v1/webhook-endpoints', {
        body: { url: 'https://consumer.test/hook', event_types: ['organization.deleted'] }
      })
    ).body
    const org = await deletedOrganization()
    const before = await countRows(deps.db, org.id)
    t.equal(await purge(), 0)
    t.same(await countRows(deps.db, org.id), before)
    await deps.db.execute(sql`
      update webhook_deliveries set status = 'delivered', next_attempt_at = null, ended_at = now()
      where status = 'pending' and organization_id = ${idToUuid('org', org.id)}`)
    t.ok((await purge()) > 0, 'one that has been told is gone with it')
    t.ok((await recordOf(org.id))?.purgedAt)
    await call('DELETE', `/v1/webhook-endpoints/${String(endpoint)}`)
  })

  await t.test(
    'a job that an operator runs again in the middle keeps the organization',
    async (t) => {
      const org = await deletedOrganization()
      await purgeOrganization(deps, org.id, 5)
      const isOwn = eq(jobs.organizationId, org.id)
      await deps.db.update(jobs).set({ failedAt: null }).where(isOwn)
      t.equal(await purge(), 0)
      await purgeOrganization(deps, org.id, 1_000)
      t.equal((await recordOf(org.id))?.purgedAt, null)
      await deps.db.delete(jobs).where(isOwn)
      t.equal(await purge(), 1, 'the organization itself')
      t.ok((await recordOf(org.id))?.purgedAt)
    }
  )

  await t.test('goes on where it was stopped, however little it did', async (t) => {
    const org = await deletedOrganization()
    let left = sum(await countRows(deps.db, org.id))
    let rounds = 0
    for (; left > 0; rounds += 1) {
      const count = await purgeOrganization(deps, org.id, 3)
      t.ok(count > 0 && count <= 3)
      const now = sum(await countRows(deps.db, org.id))
      t.ok(now >= left - 3 && now <= left)
      left = now
    }
    t.ok(rounds > 5)
    await purge()
    t.ok((await recordOf(org.id))?.purgedAt)
  })

  await t.test('nothing is lost or done twice when it dies at any statement', async (t) => {
    const org = await deletedOrganization()
    for (let statements = 0; ; statements += 1) {
      const done = await purgeOrganization(dying(statements), org.id, 1_000).catch(() => undefined)
      if (done !== undefined) break
      t.ok(statements < 40)
    }
    t.same(Object.keys(await rowsNaming(deps.db, org.id)), ['public.deleted_organizations'])
  })

  /** Whose database goes away after so many statements. */
  function dying(statements: number) {
    let left = statements
    const run: Database['run'] = (statement, values) => {
      if (left === 0) throw new Error('the process was killed')
      left -= 1
      return deps.db.run(statement, values)
    }
    return { ...deps, db: Object.assign(Object.create(deps.db) as Database, { run }) }
  }

  await t.test('two of them at once get everything done', async (t) => {
    const orgs = [await deletedOrganization(), await deletedOrganization()]
    await Promise.all([purge(), purge(), purge()])
    await purge()
    for (const { id } of orgs) t.ok((await recordOf(id))?.purgedAt)
  })

  await t.test('one that somebody else is at is left to them, and the next is taken', async (t) => {
    const [held, free] = [await deletedOrganization(), await deletedOrganization()]
    await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, held.id)
      t.ok((await purge()) > 0)
    })
    t.equal((await recordOf(held.id))?.purgedAt, null)
    t.ok((await recordOf(free.id))?.purgedAt)
    t.ok((await purge()) > 0)
    t.ok((await recordOf(held.id))?.purgedAt)
  })

  await t.test('holds nobody up, even while it is held up itself', async (t) => {
    const [gone, other] = [await deletedOrganization(), await organization()]
    const { purging } = await deps.db.transaction(async (tx) => {
      await tx.select().from(members).where(eq(members.organizationId, gone.id)).for('update')
      const purging = purge()
      await untilBlocked(deps.db)
      const { answer } = await invite(other.path, 'meanwhile@purge.test')
      t.equal(answer.status, 201)
      return { purging }
    })
    t.ok((await purging) > 0)
    t.ok((await recordOf(gone.id))?.purgedAt)
  })
})
