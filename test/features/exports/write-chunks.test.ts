import { sql } from 'drizzle-orm'
import t from 'tap'
import { CHUNK_BYTES_MAX } from '../../../src/features/exports/write-chunks.js'
import { createTestApp } from '../../helpers/app.js'
import {
  chunksOf,
  dataOf,
  exportAll,
  inTheMiddle,
  linesOf,
  startExport
} from '../../helpers/exports.js'
import { largeOrganization } from '../../helpers/tenants.js'

const MEMBERS = 5_000

/** Of how many things lines tell, which no order of pages may lose or double. */
const idsOf = (file: string, type: string) => {
  const ids = dataOf(linesOf(file), type).map(({ id }) => id as string)
  return { all: ids.length, different: new Set(ids).size }
}

await t.test('a large export', async (t) => {
  const app = await createTestApp(t)
  const org = await largeOrganization(app, MEMBERS)
  const group = (await app.call('POST', `${org.path}/groups`, { body: { name: 'All' } })).body
  await app.deps.db.execute(sql`
    insert into group_members select organization_id, (select id from groups), id, created_at
    from members`)
  const { id, file, finished } = await exportAll(app, org.path)

  await t.test('has every row once, however many pages it takes', async (t) => {
    t.same(idsOf(file, 'member'), { all: MEMBERS + 1, different: MEMBERS + 1 })
    t.same(idsOf(file, 'invitation'), { all: MEMBERS, different: MEMBERS })
    t.same(idsOf(file, 'event').all, 3 * MEMBERS + 4)
    const pairs = dataOf(linesOf(file), 'group_member')
    t.equal(new Set(pairs.map(({ member_id: member }) => member)).size, MEMBERS + 1)
    t.equal(pairs.length, MEMBERS + 1)
    t.match(dataOf(linesOf(file), 'group'), [{ id: group.id, members_count: MEMBERS + 1 }])
  })

  await t.test('is kept in chunks of whole lines, none larger than the most', async (t) => {
    const chunks = await chunksOf(app, id)
    t.ok(chunks.length > 5, `${chunks.length} chunks`)
    t.same(
      chunks.map(({ number }) => number),
      chunks.map((_, index) => index + 1)
    )
    for (const { content } of chunks) {
      t.ok(content.length <= CHUNK_BYTES_MAX)
      t.ok(content.toString().endsWith('}\n'))
    }
    const [last] = chunks.slice(-1)
    for (const { content } of chunks) {
      t.ok(content.length > CHUNK_BYTES_MAX - 10_000 || content === last?.content, 'nor small')
    }
    t.equal(Buffer.concat(chunks.map(({ content }) => content)).toString(), file)
    t.equal(finished.bytes, Buffer.byteLength(file))
  })

  await t.test('is of one moment, whatever happens while it is built', async (t) => {
    const { body: some } = await app.call('GET', `${org.path}/members?role=member&limit=1`)
    const [member] = some.data
    const one = await startExport(app, org)
    await inTheMiddle(app, one.run, async () => {
      t.equal((await one.read()).status, 'running')
      t.match((await one.read()).started_at, /^2030/)
      t.match(await one.download(), { status: 409, body: { code: 'export_not_finished' } })
      t.equal((await app.call('POST', `${org.path}/exports`)).body.code, 'export_running')
      await app.call('DELETE', `${org.path}/members/${String(member.id)}`)
      const { body } = await app.call('GET', `${org.path}/members/${String(member.id)}`)
      t.equal(body.status, 'removed')
    })
    const lines = linesOf((await one.download()).body)
    const told = dataOf(lines, 'member').find(({ id }) => id === member.id)
    t.equal(told.status, 'active')
    const events = dataOf(lines, 'event').map(({ type }) => type)
    t.notOk(events.includes('member.removed'))
  })

  await t.test('that is killed in the middle leaves nothing, and is built again', async (t) => {
    const one = await startExport(app, org)
    await t.rejects(
      inTheMiddle(app, one.run, () =>
        app.deps.db.execute(sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`)
      )
    )
    t.equal((await one.read()).status, 'running')
    t.same(await chunksOf(app, one.id), [])
    await one.run()
    const { status, lines } = await one.read()
    t.equal(status, 'finished')
    t.equal(linesOf((await one.download()).body).length, lines)
  })
})
