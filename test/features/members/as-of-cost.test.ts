import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { statementsOf } from '../../helpers/event-log.js'
import { largeOrganization } from '../../helpers/tenants.js'

const MEMBERS = 10_000

await t.test('10,000 members with 50,000 events: a page is one statement', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  const org = await largeOrganization(app, MEMBERS)
  const uuid = idToUuid('org', org.id)
  // Since the third day of everybody's five all are members; before, every other one was admin.
  await deps.db.execute(sql`
    update members set created_at = ${START.toISOString()} where organization_id = ${uuid}`)
  await deps.db.execute(sql`
    with told as materialized (
      select gen_random_uuid() as id, m.id as member_id, day, 
        case when day = 3 and m.number % 2 = 0 then '{"role": ["admin", "member"]}'
          else '{"metadata": [1, 2]}' end::jsonb as changes
      from (select id, row_number() over (order by id) as number from members
        where organization_id = ${uuid} and email like '%@large.test') m,
      generate_series(1, 5) day),
    written as (
      insert into events (organization_id, id, keep_until, type, occurred_at, actor_type,
        subject_type, subject_id, data, changes)
      select ${uuid}, id, '9999-01-01Z', 'member.updated',
        ${START.toISOString()}::timestamptz + day * interval '1 day', 'system', 'member',
        type_id('mem', member_id), '{}', changes from told order by day)
    insert into event_personal (organization_id, event_id, keep_until, leaves)
    select ${uuid}, id, '9999-01-01Z', jsonb_build_object(
      'changes.name', jsonb_build_array(jsonb_build_array('Day ' || day, 'Day ' || day + 1), 'salt'))
    from told`)
  await deps.db.execute(sql`analyze members, events, event_personal`)
  const at = new Date(START.getTime() + 2.5 * 86_400_000).toISOString()
  clock.now = new Date(START.getTime() + 6 * 86_400_000)
  const ask = async (query: string) => {
    const started = performance.now()
    const { status, body } = await call('GET', `${org.path}/members?limit=100&as_of=${at}${query}`)
    t.equal(status, 200)
    t.comment(`${query || 'a page'}: ${(performance.now() - started).toFixed()} ms`)
    return body
  }
  await ask('')

  const statements = await statementsOf(t, async () => {
    const { data } = await ask('')
    t.match(data[5], { name: 'Day 3' })
  })
  const ofPage = statements.filter(({ text }) => text.includes('from members m'))
  t.equal(ofPage.length, 1)
  t.equal(statements.filter(({ text }) => /\bevents e\b/.test(text)).length, 1, 'and no other')

  const admins = await ask('&role=admin&include_total=true')
  t.equal(admins.total, MEMBERS / 2)
  t.same(new Set(admins.data.map(({ role }: { role: string }) => role)), new Set(['admin']))
  t.same((await ask('&status=suspended&include_total=true')).data, [])
})
