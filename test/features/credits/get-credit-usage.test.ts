import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { setMode, teamWithCredits } from '../../helpers/credits.js'
import { countStatements } from '../../helpers/statements.js'

interface Row {
  readonly key: string | null
  readonly label: string | null
  readonly credits: number
  readonly requests: number
  readonly previous_credits: number
  readonly change_percent: number | null
}

await t.test('GET {o}/credit-usage', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, member } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const after = (days: number, hours = 0) =>
    new Date(START.getTime() + days * DAY_MS + hours * 3_600_000)
  const span = (from: Date, to: Date) => `from=${from.toISOString()}&to=${to.toISOString()}`

  async function withUsage(fields: { policy?: string } = {}) {
    const team = await teamWithCredits(app, { members: 2, pool: 100_000, ...fields })
    const [ana = '', bo = ''] = team.members
    for (const id of [ana, bo]) await team.allocate(id, 10_000)
    const usage = async (query: string) => (await team.get(`credit-usage?${query}`)).body
    /** As `key credits requests previous change`. */
    const rows = async (query: string) =>
      (await usage(query)).data.map((row: Row) => [
        row.key,
        row.credits,
        row.requests,
        row.previous_credits,
        row.change_percent
      ])
    return { ...team, ana, bo, usage, rows }
  }

  await t.test('by member: who used what, and whether it was more before', async (t) => {
    const team = await withUsage()
    const { ana, bo } = team
    clock.now = after(1)
    await team.spend(100, { member_id: ana })
    await team.spend(80, { member_id: bo })
    clock.now = after(11)
    await team.spend(50, { member_id: ana })
    await team.spend(75, { member_id: ana })
    await team.spend(60, { member_id: bo })
    await team.spend(5)
    clock.now = after(20)
    const { body } = await team.get(`credit-usage?by=member&${span(after(10), after(20))}`)
    t.match(body, {
      by: 'member',
      from: after(10).toISOString(),
      to: after(20).toISOString(),
      truncated: false
    })
    const figures = { credits: 190, requests: 4, previous_credits: 180, change_percent: 6 }
    t.same(body.total, figures)
    t.match(body.data[0], { key: ana, label: /^u_.*@acme\.test$/ })
    t.same(await team.rows(`by=member&${span(after(10), after(20))}`), [
      [ana, 125, 2, 100, 25],
      [bo, 60, 1, 80, -25],
      [null, 5, 1, 0, null]
    ])
    t.same(await team.rows(`by=member&member_id=${bo}&${span(after(10), after(20))}`), [
      [bo, 60, 1, 80, -25]
    ])
    t.same(await team.rows(`by=member&${span(after(2), after(11))}`), [
      [ana, 0, 0, 100, -100],
      [bo, 0, 0, 80, -100]
    ])
  })

  await t.test('left out, the span is the 30 days until now', async (t) => {
    const team = await withUsage()
    await team.spend(1, { member_id: team.ana })
    clock.now = after(30)
    const body = await team.usage('by=member')
    t.match(body, { from: START.toISOString(), to: after(30).toISOString() })
    t.equal(body.total.credits, 1)
    clock.now = after(30, 1)
    t.match((await team.usage('by=member')).total, { credits: 0, previous_credits: 1 })
    const { from } = await team.usage(`by=day&to=${after(31).toISOString()}`)
    t.equal(from, after(1).toISOString())
  })

  await t.test('what is held is not used, and a refund counts when it is made', async (t) => {
    const team = await withUsage()
    const { ana } = team
    const { body: hold } = await team.hold(50, { member_id: ana })
    const { body: spend } = await team.spend(40, { member_id: ana })
    t.same(await team.rows(`by=member&${span(START, after(1))}`), [[ana, 40, 1, 0, null]])
    clock.now = new Date(START.getTime() + 60_000)
    const { body: capture } = await team.capture(hold.id, { amount: 30 })
    t.same(await team.rows(`by=member&${span(START, after(1))}`), [[ana, 70, 2, 0, null]])
    clock.now = after(1)
    await team.refund(spend.id, { amount: 15 })
    clock.now = after(2)
    await team.refund(capture.id)
    t.same(await team.rows(`by=day&${span(START, after(3))}`), [
      ['2030-01-01', 70, 2, 0, null],
      ['2030-01-02', -15, 0, 0, null],
      ['2030-01-03', -30, 0, 0, null]
    ])
    t.same(await team.rows(`by=member&${span(START, after(3))}`), [[ana, 25, 2, 0, null]])
    t.same(
      await team.rows(`by=member&${span(after(2), after(3))}`),
      [[ana, -30, 0, -15, null]],
      'less than nothing is nothing to compare with'
    )
  })

  await t.test('by what the spends say: a refund and a capture say what they are of', async (t) => {
    const team = await withUsage()
    const { ana, bo } = team
    const of = (model: string, fields = {}) => ({ metadata: { model, ...fields } })
    const { body: spend } = await team.spend(100, { member_id: ana, ...of('large') })
    await team.spend(30, { member_id: bo, ...of('small', { 'app.v-1': 'x' }) })
    await team.spend(7, { member_id: bo })
    const { body: hold } = await team.hold(20, { member_id: ana, ...of('large') })
    const { body: told } = await team.hold(9, { member_id: ana, ...of('large') })
    const { body: capture } = await team.capture(hold.id, { metadata: { other: 'x' } })
    await team.capture(told.id, of('tiny'))
    await team.refund(spend.id, { amount: 10, ...of('wrong') })
    await team.refund(capture.id, { amount: 5 })
    const day = span(START, after(1))
    t.same(await team.rows(`by=metadata.model&${day}`), [
      ['large', 105, 2, 0, null],
      ['small', 30, 1, 0, null],
      ['tiny', 9, 1, 0, null],
      [null, 7, 1, 0, null]
    ])
    t.same(await team.rows(`by=metadata.app.v-1&member_id=${bo}&${day}`), [
      ['x', 30, 1, 0, null],
      [null, 7, 1, 0, null]
    ])
  })

  await t.test('by group: who is in several counts in each, the total counts once', async (t) => {
    const team = await withUsage()
    const { ana, bo } = team
    const create = async (name: string, ids: string[]) => {
      const { body } = await call('POST', `${team.path}/groups`, { body: { name } })
      for (const id of ids) await call('PUT', `${team.path}/groups/${body.id}/members/${id}`)
      return body.id as string
    }
    const [design, paris] = [await create('Design', [ana]), await create('Paris', [ana, bo])]
    const { id: cy } = await member(team.path)
    await team.allocate(cy, 10)
    await team.spend(100, { member_id: ana })
    await team.spend(20, { member_id: bo })
    await team.spend(3, { member_id: cy })
    await team.spend(1)
    const day = span(START, after(1))
    const body = await team.usage(`by=group&${day}`)
    t.match(body.data, [
      { key: paris, label: 'Paris', credits: 120, requests: 2 },
      { key: design, label: 'Design', credits: 100, requests: 1 },
      { key: null, label: null, credits: 4, requests: 2 }
    ])
    t.match(body.total, { credits: 124, requests: 4 })
    const ofParis = await team.usage(`by=member&group_id=${paris}&${day}`)
    t.match(ofParis.data, [{ key: ana }, { key: bo }])
    t.equal(ofParis.total.credits, 120)
    t.same((await team.usage(`by=member&group_id=${design}&member_id=${bo}&${day}`)).data, [])
  })

  await t.test('by day of the organization’s time zone, each of them', async (t) => {
    const team = await withUsage()
    await call('PATCH', team.path, { body: { time_zone: 'America/New_York' } })
    clock.now = after(1, 4.99)
    await team.spend(1)
    clock.now = after(1, 5)
    await team.spend(10)
    clock.now = after(3, 12)
    await team.spend(100)
    const week = `by=day&${span(after(1), after(5))}`
    t.same(await team.rows(week), [
      ['2030-01-01', 1, 1, 0, null],
      ['2030-01-02', 10, 1, 0, null],
      ['2030-01-03', 0, 0, 0, null],
      ['2030-01-04', 100, 1, 0, null],
      ['2030-01-05', 0, 0, 0, null]
    ])
    clock.now = after(10)
    t.same(
      await team.rows(`by=day&${span(after(3, 5), after(5, 5))}`),
      [
        ['2030-01-04', 100, 1, 10, 900],
        ['2030-01-05', 0, 0, 0, null]
      ],
      'each day beside the one that had its place before'
    )
    await call('PATCH', team.path, { body: { time_zone: 'SystemV/PST8PDT' } })
    const elsewhere = await team.rows(week)
    t.same(elsewhere[0], ['2030-01-01', 11, 2, 0, null], 'a zone that the database does not know')
  })

  await t.test('has a year and more of days, and refuses longer spans', async (t) => {
    const team = await withUsage()
    const most = await team.usage(`by=day&${span(START, after(400))}`)
    t.equal(most.data.length, 400)
    t.equal(most.truncated, false)
    for (const [from, to] of [
      [START, new Date(after(400).getTime() + 1)],
      [START, START],
      [after(1), START]
    ] as const) {
      const { status, body } = await team.get(`credit-usage?by=day&${span(from, to)}`)
      t.match([status, body.code], [400, 'invalid_request'])
      t.same(body.errors[0].pointer, 'querystring:/from')
    }
    const wrong = ['by=year', 'by=metadata.', 'by=metadata.a%20b', 'by=member%0A', 'from=2030']
    for (const query of ['', ...wrong, 'by=day&from=0000-01-01T00:00:00Z']) {
      t.equal((await team.get(`credit-usage?${query}`)).status, 400, query)
    }
    const early = 'from=1970-01-01T00:00:00%2B14:00&to=1970-02-01T00:00:00Z'
    t.equal((await team.usage(`by=day&${early}`)).data.length, 32)
  })

  await t.test('tells 1,000 keys, those with the most, and the total of all', async (t) => {
    const team = await withUsage()
    const spends = Array.from({ length: 1_001 }, (_, n) => ({
      kind: 'spend',
      amount: n + 1,
      metadata: { run: `r${n}` }
    }))
    await team.topUp(1_000_000)
    await team.batch(spends.slice(0, 1_000))
    const query = `by=metadata.run&${span(START, after(1))}`
    const thousand = await team.usage(query)
    t.match([thousand.data.length, thousand.truncated], [1_000, false])
    t.equal(thousand.data[999].key, 'r0')
    await team.batch(spends.slice(1_000))
    const more = await team.usage(query)
    t.match([more.data.length, more.truncated], [1_000, true])
    t.match(more.data[0], { key: 'r1000', credits: 1_001 })
    t.notOk(
      more.data.some(({ key }: Row) => key === 'r0'),
      'the least is left out'
    )
    t.match(more.total, { credits: (1_001 * 1_002) / 2, requests: 1_001 })
  })

  await t.test('in a shared pool it is told who has used it', async (t) => {
    const team = await withUsage()
    await setMode(deps.db, team.id, 'shared_pool')
    await team.spend(40, { member_id: team.bo })
    const { body: hold } = await team.hold(9, { member_id: team.ana })
    await team.capture(hold.id)
    t.same(await team.rows(`by=member&${span(START, after(1))}`), [
      [team.bo, 40, 1, 0, null],
      [team.ana, 9, 1, 0, null]
    ])
  })

  await t.test('is one statement, for days one more', async (t) => {
    const team = await withUsage()
    await team.spend(40, { member_id: team.bo })
    const counted: number[] = []
    for (const by of ['member', 'group', 'metadata.model', 'day']) {
      counted.push(await countStatements(t, () => team.usage(`by=${by}`)))
    }
    t.same(counted, [2, 2, 2, 3], 'beside the proof of who asks')
  })

  await t.test('is for whoever may see usage, in products that have credits', async (t) => {
    const team = await withUsage()
    const person = await member(team.path)
    const ask = (actor: string) => call('GET', `${team.path}/credit-usage?by=day`, { actor })
    const refused = await ask(person.as)
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    t.equal((await ask(team.as)).status, 200)
    const { path } = await app.organization({ policy: 'ampliphi' })
    const { body } = await call('GET', `${path}/credit-usage?by=member`)
    t.equal(body.code, 'credits_not_offered')
    await team.spend(1, { member_id: team.ana })
    const other = await teamWithCredits(app)
    const { data, total } = (await other.get(`credit-usage?by=member`)).body
    t.same([data, total.credits], [[], 0], 'nor does anybody see that of others')
  })
})
