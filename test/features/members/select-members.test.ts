import pg from 'pg'
import t from 'tap'
import type { OrgContext } from '../../../src/context.js'
import { buildList, listMembers } from '../../../src/features/members/list-members.js'
import type { MemberFilter } from '../../../src/features/members/member-filter.js'
import { MEMBER_SORTS } from '../../../src/features/members/member-order.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { fillMembers } from '../../helpers/crowd.js'
import { countStatements } from '../../helpers/statements.js'

const COUNT = 20_000
const TABLES = ['members', 'group_members', 'resource_grants']

await t.test('the list of a large organization', async (t) => {
  const { deps, databaseUrl, organization, call } = await createTestApp(t)
  const org = await organization()
  await fillMembers(deps.db, org.id, COUNT, {
    name: `(array['Élodie', 'Søren', 'Ana', 'Bo'])[n % 4 + 1] || ' Nr' || n`,
    email: `'p' || n || '@plan.test'`,
    role: `case when n % 50 = 0 then 'admin' else 'member' end`,
    status: `case when n % 40 = 0 then 'suspended' when n % 30 = 0 then 'removed' else 'active' end`,
    lastActiveAt: `case when n % 9 > 0 then timestamptz '2029-12-01' + n * interval '1 second' end`
  })
  const group = (await call('POST', `${org.path}/groups`, { body: { name: 'Many' } })).body.id
  const groupUuid = idToUuid('grp', group)
  const client = new pg.Client(databaseUrl)
  await client.connect()
  t.teardown(() => client.end())
  await client.query(
    `insert into group_members (organization_id, group_id, member_id, created_at)
     select organization_id, $1, id, now() from members where status <> 'removed' and role = 'admin'`,
    [groupUuid]
  )
  const resource = 'res_01jd3v8k2ffb5t0m5r6w9x7y3z'
  const resourceUuid = idToUuid('res', resource)
  await client.query(
    `insert into resources (organization_id, id, kind, external_id, status, created_at, updated_at)
     values ($1, $2, 'number', 'num_1', 'active', now(), now())`,
    [idToUuid('org', org.id), resourceUuid]
  )
  await client.query(
    `insert into resource_grants
       (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
     select organization_id, $1, id, 'shared', false, false, now() from members
     where status = 'suspended'`,
    [resourceUuid]
  )
  await client.query(
    `insert into resource_group_grants values ($1, $2, $3, 'shared', false, now())`,
    [idToUuid('org', org.id), resourceUuid, groupUuid]
  )
  // As many others as there are in a database that is large enough to have statistics.
  for (const name of ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J']) {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name } })
    await client.query(
      `insert into group_members (organization_id, group_id, member_id, created_at)
       select organization_id, $1, id, now() from members where status <> 'removed'
       order by random() limit 2000`,
      [idToUuid('grp', body.id)]
    )
  }
  await client.query(
    `with made as (
       insert into resources (organization_id, id, kind, external_id, status, created_at, updated_at)
       select $1, gen_random_uuid(), 'number', 'more_' || n, 'active', now(), now()
       from generate_series(1, 400) n returning organization_id, id)
     insert into resource_grants
       (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
     select made.organization_id, made.id, m.id, 'shared', false, false, now()
     from made, lateral (select id from members where made.id is not null and status <> 'removed'
       order by random() limit 20) m`,
    [idToUuid('org', org.id)]
  )
  await client.query('vacuum analyze')

  const filters: readonly MemberFilter[] = [
    {},
    { status: 'active' },
    { status: 'suspended' },
    { status: 'invitation_expired' },
    { status: 'removed' },
    { role: 'member' },
    { role: 'admin' },
    { role: 'admin', status: 'suspended' },
    { role: 'member', status: 'active' },
    { groupId: group },
    { groupId: group, q: 'ana' },
    { resourceId: resource },
    { resourceId: resource, role: 'member' },
    { email: 'p7@plan.test' },
    { userId: 'u_7' },
    { externalId: 'none' },
    { lastActiveBefore: new Date('2029-12-01T00:00:10Z') },
    { lastActiveAfter: new Date('2029-12-01T05:30:00Z') },
    { q: 'e' },
    { q: 'zx' },
    { q: 'soren' },
    { q: 'p19999@' },
    { q: '@plan.test' },
    { q: 'o.b' },
    { q: '---' },
    { q: 'soren', status: 'suspended' },
    { q: 'ana', status: 'removed' }
  ]
  const ctx = {
    organizationId: org.id,
    now: START,
    actor: { type: 'system', id: null, name: null }
  } as OrgContext

  await t.test('reads no table from end to end, and its organization’s rows alone', async (t) => {
    for (const filter of filters) {
      for (const sort of MEMBER_SORTS) {
        for (const isDescending of [false, true]) {
          const order = { sort, isDescending }
          const page = { limit: 25, after: undefined, includeTotal: false }
          const { text, values } = buildList(ctx, { filter, order }, page)
          const { rows } = await client.query(`explain ${text}`, values)
          const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n')
          const scanned = [...plan.matchAll(/Seq Scan on (\w+)/g)].map(([, table]) => table)
          const named = `${JSON.stringify(filter)} by ${sort} ${String(isDescending)}`
          const tables = scanned.filter((table) => TABLES.includes(table ?? ''))
          t.same(tables, [], named)
        }
      }
    }
  })

  await t.test('is one statement, whatever is asked, the total included', async (t) => {
    for (const filter of filters) {
      for (const includeTotal of [false, true]) {
        const asked = { filter, order: { sort: 'name', isDescending: false } } as const
        const page = { limit: 100, after: undefined, includeTotal }
        const count = await countStatements(t, () => listMembers(deps, ctx, asked, page))
        t.equal(count, 1, JSON.stringify(filter))
      }
    }
  })

  await t.test('has what walking finds and what the index finds alike', async (t) => {
    const { rows: everybody } = await client.query<{ id: string; n: number; status: string }>(
      `select 'mem' as prefix, substr(email, 2, length(email) - 11)::int as n, status
       from members where email like 'p%@plan.test'`
    )
    const expected = (is: (n: number, status: string) => boolean) =>
      everybody.filter(({ n, status }) => is(n, status)).length
    const total = async (query: string) =>
      (await call('GET', `${org.path}/members?limit=1&include_total=true&${query}`)).body.total
    t.equal(
      await total('q=soren'),
      expected((n, status) => n % 4 === 1 && status !== 'removed')
    )
    t.equal(
      await total('q=soren&status=removed'),
      expected((n, status) => n % 4 === 1 && status === 'removed')
    )
    const inGroup = expected((n, status) => n % 50 === 0 && status !== 'removed')
    t.equal(await total(`group_id=${group}`), inGroup)
    const has = (n: number, status: string) =>
      status !== 'removed' && (n % 50 === 0 || status === 'suspended')
    t.equal(await total(`resource_id=${resource}`), expected(has))
    const ids = new Set<string>()
    for (let cursor = ''; ; ) {
      const query = `limit=100&resource_id=${resource}${cursor}`
      const { body } = await call('GET', `${org.path}/members?${query}`)
      for (const { id } of body.data) ids.add(id)
      if (!body.has_more) break
      cursor = `&cursor=${String(body.next_cursor)}`
    }
    t.equal(ids.size, expected(has), 'each once, had directly and through the group')
  })
})
