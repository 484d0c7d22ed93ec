import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { setMode, teamWithCredits } from '../../helpers/credits.js'
import { countStatements } from '../../helpers/statements.js'

interface Account {
  readonly member_id: string
  readonly allocated: number
  readonly used: number
  readonly unused: number
}

const NOTHING = {
  allocated: 0,
  used: 0,
  unused: 0,
  held: 0,
  percent: null,
  requests: 0,
  last_used_at: null,
  quota: null
}

await t.test('GET {o}/credit-accounts', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, invite, member } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const hoursLater = (hours: number) => new Date(START.getTime() + (hours * DAY_MS) / 24)

  /** Ana has used the most, Bo of the least, Cy nothing of what it has, and Dee has nothing. */
  async function fourMembers() {
    const team = await teamWithCredits(app, { pool: 20_000 })
    const people = []
    for (const role of ['member', 'member', 'admin', 'readonly']) {
      people.push(await member(team.path, { role }))
    }
    const [ana = '', bo = '', cy = '', dee = ''] = people.map(({ id }) => id)
    await team.allocate(ana, 2_000)
    await team.allocate(bo, 100)
    await team.allocate(cy, 5_000)
    clock.now = hoursLater(1)
    await team.spend(90, { member_id: bo })
    clock.now = hoursLater(2)
    await team.spend(1_000, { member_id: ana })
    await team.spend(247, { member_id: ana })
    await team.hold(3, { member_id: ana })
    const list = async (query: string) =>
      (await team.get(`credit-accounts${query}`)).body.data as Account[]
    const ids = async (query: string) => (await list(query)).map(({ member_id: id }) => id)
    const { body } = await call('GET', `${team.path}/members`)
    const owner = String(body.data[0].id)
    return { ...team, people, owner, ana, bo, cy, dee, list, ids }
  }

  await t.test('tells of everybody who is in the team what it has and has used', async (t) => {
    const team = await fourMembers()
    const all = await team.list('')
    t.equal(all.length, 5)
    const [owner, ana, bo, cy, dee] = all
    t.same(ana, {
      member_id: team.ana,
      name: null,
      email: team.people[0]?.email,
      role: 'member',
      role_label: 'Standard member',
      status: 'active',
      status_label: 'Active',
      allocated: 2_000,
      used: 1_247,
      unused: 750,
      held: 3,
      percent: 62,
      requests: 2,
      last_used_at: hoursLater(2).toISOString(),
      quota: null
    })
    t.match(bo, { member_id: team.bo, allocated: 100, used: 90, unused: 10, percent: 90 })
    t.match(cy, { ...NOTHING, member_id: team.cy, allocated: 5_000, unused: 5_000, percent: 0 })
    t.match(dee, { ...NOTHING, member_id: team.dee })
    t.match(owner, { ...NOTHING, name: 'Olga' })
  })

  await t.test('begins with the most of what it is sorted by, also page by page', async (t) => {
    const team = await fourMembers()
    const { owner, ana, bo, cy, dee } = team
    const orders: Record<string, string[]> = {
      used: [ana, bo, owner, cy, dee],
      unused: [cy, ana, bo, owner, dee],
      percent: [bo, ana, cy, owner, dee],
      last_used_at: [ana, bo, owner, cy, dee]
    }
    for (const [sort, order] of Object.entries(orders)) {
      t.same(await team.ids(`?sort=${sort}`), order, sort)
      const found: string[] = []
      let query = `?limit=2&sort=${sort}`
      do {
        const { body } = await team.get(`credit-accounts${query}&include_total=true`)
        t.equal(body.total, 5)
        found.push(...body.data.map(({ member_id: id }: Account) => id))
        query = body.has_more ? `?limit=2&sort=${sort}&cursor=${body.next_cursor}` : ''
      } while (query !== '')
      t.same(found, order, `${sort}, in pages`)
    }
  })

  await t.test('a cursor is of the list that it was given for', async (t) => {
    const team = await fourMembers()
    const { body } = await team.get('credit-accounts?limit=2&sort=used')
    const wrong = ['', '&sort=unused']
    for (const sort of wrong) {
      const answer = await team.get(`credit-accounts?limit=2&cursor=${body.next_cursor}${sort}`)
      t.match([answer.status, answer.body.code], [400, 'invalid_request'], sort)
    }
    const plain = await team.get('credit-accounts?limit=2')
    const next = await team.ids(`?limit=2&cursor=${plain.body.next_cursor}`)
    t.same(next, [team.bo, team.cy])
    const past = await team.get(
      `credit-accounts?cursor=${Buffer.from(team.dee).toString('base64url')}&include_total=true`
    )
    t.match(past.body, { data: [], has_more: false, total: 5 })
  })

  await t.test('finds them by role, group, status and a fragment of the name', async (t) => {
    const team = await fourMembers()
    const { ana, cy, dee } = team
    const { body: group } = await call('POST', `${team.path}/groups`, { body: { name: 'A' } })
    for (const id of [ana, dee]) await call('PUT', `${team.path}/groups/${group.id}/members/${id}`)
    t.same(await team.ids('?role=admin'), [cy])
    t.same(await team.ids(`?group_id=${group.id}`), [ana, dee])
    t.same(await team.ids(`?group_id=${group.id}&role=readonly`), [dee])
    t.same(await team.ids('?q=OLGA'), [team.owner])
    t.same(await team.ids(`?q=${team.people[0]?.email}`), [ana])
    t.same(await team.ids('?q=%25'), [], 'signs of the pattern are taken as they are')
    await call('POST', `${team.path}/members/${cy}/suspend`)
    t.same(await team.ids('?status=suspended'), [cy])
    const { body } = await team.get('credit-accounts?role=member&include_total=true&limit=1')
    t.match(body, { total: 2, has_more: true })
  })

  await t.test('has the invited with what is reserved, the removed only when asked', async (t) => {
    const team = await fourMembers()
    const { invitation } = await invite(team.path, 'new@acme.test', { credits: 40 })
    await call('DELETE', `${team.path}/members/${team.ana}?confirm=true`)
    const all = await team.list('')
    t.notOk(all.some(({ member_id: id }) => id === team.ana))
    t.match(all.at(-1), {
      member_id: invitation.member_id,
      status: 'invited',
      status_label: 'Pending',
      allocated: 40,
      unused: 40
    })
    t.match(await team.list('?status=removed'), [
      { member_id: team.ana, status: 'removed', used: 1_247, unused: 0, held: 3 }
    ])
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    const lapsed = { status: 'invitation_expired', allocated: 0, unused: 0 }
    t.match((await team.list('')).at(-1), lapsed, 'it is back in the pool')
    const removed = await team.list('?status=removed')
    t.match(removed, [{ used: 1_247, unused: 0, held: 0 }], 'and what was held, too')
  })

  await t.test('in monthly_quota each has its own, its role’s, or everybody’s', async (t) => {
    const team = await fourMembers()
    await setMode(deps.db, team.id, 'monthly_quota')
    const quotas = async () =>
      Object.fromEntries(
        (await team.get('credit-accounts')).body.data.map(
          ({ member_id: id, quota }: { member_id: string; quota: number }) => [id, quota]
        )
      )
    const { owner, ana, bo, cy, dee } = team
    t.same(await quotas(), { [owner]: 0, [ana]: 0, [bo]: 0, [cy]: 0, [dee]: 0 })
    const { status } = await call('PUT', `${team.path}/credit-quotas`, {
      body: {
        everybody: 10,
        roles: [{ role: 'member', amount: 20 }],
        members: [{ member_id: ana, amount: 30 }]
      }
    })
    t.equal(status, 200)
    t.same(await quotas(), { [owner]: 10, [ana]: 30, [bo]: 20, [cy]: 10, [dee]: 10 })
    await setMode(deps.db, team.id, 'allocated')
    t.same(new Set(Object.values(await quotas())), new Set([null]))
  })

  await t.test('in shared_pool it tells who has used what the pool has paid', async (t) => {
    const team = await teamWithCredits(app, { members: 2, pool: 1_000 })
    await setMode(deps.db, team.id, 'shared_pool')
    const [ana = '', bo = ''] = team.members
    await team.spend(100, { member_id: bo })
    await team.spend(300, { member_id: ana })
    const { body } = await team.get('credit-accounts?sort=used')
    t.match(body.data, [
      { ...NOTHING, member_id: ana, used: 300, requests: 1, last_used_at: START.toISOString() },
      { ...NOTHING, member_id: bo, used: 100, requests: 1, last_used_at: START.toISOString() },
      NOTHING
    ])
  })

  await t.test('exact up to what JSON can hold', async (t) => {
    const most = Number.MAX_SAFE_INTEGER
    const team = await teamWithCredits(app, { members: 1, pool: most })
    await team.allocate(String(team.members[0]), most)
    await team.spend((most - 1) / 2, { member_id: team.members[0] })
    for (const sort of ['used', 'unused', 'percent']) {
      const { body } = await team.get(`credit-accounts?sort=${sort}&limit=1`)
      t.match(body.data, [{ allocated: most, used: (most - 1) / 2, percent: 50 }])
      const next = await team.get(`credit-accounts?sort=${sort}&cursor=${body.next_cursor}`)
      t.match(next.body.data, [NOTHING])
    }
  })

  await t.test('is one statement, however many there are', async (t) => {
    const team = await fourMembers()
    const few = await countStatements(t, () => team.list('?limit=1&include_total=true'))
    const all = await countStatements(t, () => team.list('?limit=100&sort=used'))
    t.same([few, all], [3, 3], 'beside who asks and what is due')
  })

  await t.test('is for whoever may see usage, in products that have credits', async (t) => {
    const team = await fourMembers()
    const [ana] = team.people
    const refused = await call('GET', `${team.path}/credit-accounts`, { actor: String(ana?.as) })
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    const { path } = await app.organization({ policy: 'surveymonkey' })
    const { body } = await call('GET', `${path}/credit-accounts`)
    t.equal(body.code, 'credits_not_offered')
    const { rows } = await deps.db.execute(sql`select count(*)::int as n from credit_accounts`)
    t.ok(Number(rows[0]?.['n']) > 0, 'of others there are some')
    const other = await teamWithCredits(app)
    t.match((await other.get('credit-accounts')).body.data, [NOTHING])
  })
})
