import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { creditsOf, secondInstance } from '../../helpers/credits.js'
import { createProducts, type Person, type Team } from '../products.js'

const HOUR_MS = DAY_MS / 24
const later = (ms: number) => new Date(START.getTime() + ms)

await t.test('OUPI: who has how many credits, and what becomes of them', async (t) => {
  const app = await createProducts(t)
  const { call, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team whose subscription feeds a pool of so many; who administers it hands them out. */
  async function funded(pool: number) {
    const team = await app.team('oupi')
    const host = creditsOf(call, team.path)
    await host.topUp(pool)
    const transfer = (by: string | Person, body: object) =>
      team.call(by, 'POST', '/credit-transfers', { body })
    const allocate = (to: Person, amount: number) =>
      transfer('admin', { kind: 'allocate', member_id: to.id, amount })
    const reclaim = (from: Person, amount: number) =>
      transfer('admin', { kind: 'reclaim', member_id: from.id, amount })
    const spend = (who: Person, amount: number, fields = {}) =>
      host.spend(amount, { member_id: who.id, ...fields })
    const pageOf = async (by = 'admin') => (await team.call(by, 'GET', '/credits')).body
    const cardOf = async (who: Person, by: string | Person = 'admin', headers = {}) =>
      (await team.call(by, 'GET', `/credit-accounts/${who.id}`, { headers })).body
    const usage = async (query: string) =>
      (await team.call('admin', 'GET', `/credit-usage?${query}`)).body
    return { ...team, host, transfer, allocate, reclaim, spend, pageOf, cardOf, usage }
  }
  const told = async (team: Team, type: string, who?: Person) =>
    (await team.events(type)).filter(({ subject }) => subject.id === (who?.id ?? team.id))

  await t.test(
    'OUPI-59: one pool, of which members get a part, spend no more, and give back the rest',
    async (t) => {
      const team = await funded(1_000)
      const [ana, bo] = [team.person('member'), await team.add('member')]
      t.equal((await team.spend(ana, 1)).body.code, 'insufficient_credits', 'nothing, so far')
      t.equal((await team.allocate(ana, 600)).status, 201)
      t.equal((await team.allocate(bo, 500)).body.code, 'insufficient_credits', 'of 400')
      t.equal((await team.spend(ana, 250)).status, 201)
      const beyond = await team.spend(ana, 351)
      t.match([beyond.status, beyond.body.code], [422, 'insufficient_credits'])
      t.match(beyond.body, { available: 350, needed: 351 })
      t.equal((await team.reclaim(ana, 351)).body.code, 'insufficient_credits')
      t.equal((await team.reclaim(ana, 300)).status, 201, 'what is unused')
      t.equal((await team.allocate(bo, 700)).status, 201)
      t.match(await team.cardOf(ana), { allocated: 300, used: 250, unused: 50, requests: 1 })
      t.match(await team.cardOf(bo), { allocated: 700, used: 0, unused: 700, requests: 0 })
      t.match(await team.pageOf(), { total: 1_000, unallocated: 0, allocated: 1_000, spent: 250 })
      const refused = await team.transfer(ana, { kind: 'allocate', member_id: ana.id, amount: 1 })
      t.equal(refused.body.code, 'not_permitted', 'members hand out nothing')
    }
  )

  await t.test('OUPI-66: what was allocated can be spent at once', async (t) => {
    const team = await funded(100)
    const ana = team.person('member')
    const { body } = await team.allocate(ana, 80)
    t.match(body, { kind: 'allocate', amount: 80, balance: 20, created_at: START.toISOString() })
    t.match(await team.cardOf(ana, ana), { unused: 80 }, 'the member sees it')
    const spent = await team.spend(ana, 80)
    t.match([spent.status, spent.body.balance], [201, 0], 'and has it')
  })

  await t.test(
    'OUPI-71 OUPI-135: what each has used and has left, requests, last use, models, trend',
    async (t) => {
      const team = await funded(10_000)
      const ana = team.person('member')
      await team.allocate(ana, 1_000)
      const by = (model: string) => ({ metadata: { model } })
      clock.now = later(3 * DAY_MS)
      await team.spend(ana, 100, by('small'))
      clock.now = later(10 * DAY_MS)
      await team.spend(ana, 120, by('large'))
      clock.now = later(12 * DAY_MS)
      await team.spend(ana, 30, by('small'))
      clock.now = later(14 * DAY_MS)
      t.match(await team.cardOf(ana), {
        used: 250,
        unused: 750,
        requests: 3,
        last_used_at: later(12 * DAY_MS).toISOString()
      })
      const week = `from=${later(7 * DAY_MS).toISOString()}&to=${later(14 * DAY_MS).toISOString()}`
      const trend = { credits: 150, requests: 2, previous_credits: 100, change_percent: 50 }
      t.match((await team.usage(`by=member&${week}`)).data, [{ key: ana.id, ...trend }])
      const models = await team.usage(`by=metadata.model&member_id=${ana.id}&${week}`)
      t.match(models.data, [
        { key: 'large', credits: 120, previous_credits: 0, change_percent: null },
        { key: 'small', credits: 30, previous_credits: 100, change_percent: -70 }
      ])
      const days = await team.usage(`by=day&member_id=${ana.id}&${week}`)
      t.same(
        days.data.map(({ credits }: { credits: number }) => credits),
        [0, 0, 0, 120, 0, 30, 0]
      )
    }
  )

  await t.test(
    'OUPI-72: a card has name, address, role, used of allocated in percent, last use',
    async (t) => {
      const team = await funded(5_000)
      const ana = team.person('member')
      await team.allocate(ana, 2_000)
      clock.now = later(HOUR_MS)
      await team.spend(ana, 1_247)
      clock.now = later(3 * HOUR_MS)
      const { name } = await team.read(ana)
      const card = await team.cardOf(ana, 'admin', { 'accept-language': 'fr' })
      t.match(card, {
        name,
        email: ana.email,
        role: 'member',
        role_label: 'Membre standard',
        used: 1_247,
        allocated: 2_000,
        percent: 62
      })
      const ago = Date.parse(card.last_used_at) - clock.now.getTime()
      const relative = new Intl.RelativeTimeFormat('fr').format(ago / HOUR_MS, 'hour')
      t.equal(relative, 'il y a 2 heures')
      await team.spend(ana, 3)
      t.equal((await team.cardOf(ana)).percent, 63, '1,250 of 2,000 is 62.5')
    }
  )

  await t.test('OUPI-98: members stand beside each other, and beside what they were', async (t) => {
    const team = await funded(10_000)
    const people = [team.person('member'), await team.add('member'), await team.add('readonly')]
    for (const [index, who] of people.entries()) {
      await team.allocate(who, 1_000)
      clock.now = later(index * DAY_MS)
      await team.spend(who, [300, 900, 10][index] ?? 0)
    }
    const [ana, bo, cy] = people.map(({ id }) => id)
    const listed = async (sort: string) => {
      const { body } = await team.call('admin', 'GET', `/credit-accounts?sort=${sort}&limit=3`)
      return body.data.map(({ member_id: id }: { member_id: string }) => id)
    }
    t.same(await listed('used'), [bo, ana, cy])
    t.same(await listed('percent'), [bo, ana, cy])
    t.same(await listed('unused'), [cy, ana, bo], 'who has too many')
    t.same(await listed('last_used_at'), [cy, bo, ana])
    clock.now = later(7 * DAY_MS)
    await team.spend(team.person('member'), 600)
    const week = `from=${clock.now.toISOString()}&to=${later(14 * DAY_MS).toISOString()}`
    const { data } = await team.usage(`by=member&${week}`)
    t.match(data[0], { key: ana, credits: 600, previous_credits: 300, change_percent: 100 })
  })

  await t.test('OUPI-98: that little is left is told once, and once that nothing is', async (t) => {
    const team = await funded(1_000)
    const ana = team.person('member')
    await team.allocate(ana, 100)
    await team.spend(ana, 79)
    t.same(await told(team, 'credits.low', ana), [])
    // All at once: of these one crosses the line.
    await Promise.all(Array.from({ length: 15 }, () => team.spend(ana, 1)))
    const [low, ...others] = await told(team, 'credits.low', ana)
    t.match(low.data, { account: 'member', member_id: ana.id, percent: 20, balance: 20 })
    t.same(others, [])
    t.same(await told(team, 'credits.exhausted', ana), [])
    await Promise.all(Array.from({ length: 9 }, () => team.spend(ana, 1)))
    const exhausted = await told(team, 'credits.exhausted', ana)
    t.match(exhausted, [{ data: { account: 'member', balance: 0 } }])
    t.equal(exhausted.length, 1, 'refused spends tell nothing')
    t.equal((await told(team, 'credits.low', ana)).length, 1)
    await team.allocate(ana, 100)
    await team.spend(ana, 65)
    t.equal((await told(team, 'credits.low', ana)).length, 2, 'again when it is crossed again')
  })

  await t.test('OUPI-98: the same of the pool, as it is handed out', async (t) => {
    const team = await funded(1_000)
    const [ana, bo] = [team.person('member'), await team.add('member')]
    await team.allocate(ana, 799)
    t.same(await told(team, 'credits.low'), [])
    await team.allocate(bo, 1)
    t.match(await told(team, 'credits.low'), [
      { data: { account: 'pool', member_id: null, percent: 20, balance: 200 } }
    ])
    await team.allocate(bo, 200)
    t.equal((await told(team, 'credits.low')).length, 1)
    t.equal((await told(team, 'credits.exhausted')).length, 1)
  })

  await t.test('OUPI-123: what was allocated is read at once, whoever is asked', async (t) => {
    const team = await funded(10_000)
    const ana = team.person('member')
    const other = await secondInstance(t, app)
    const wants = { kind: 'allocate', member_id: ana.id, amount: 10 }
    const instances = [
      { write: call, read: other.call },
      { write: other.call, read: call }
    ]
    for (let round = 1; round <= 10; round += 1) {
      for (const [index, { write, read }] of instances.entries()) {
        await write('POST', `${team.path}/credit-transfers`, { body: wants })
        const given = 10 * (2 * (round - 1) + index + 1)
        const account = await read('GET', `${team.path}/credit-accounts/${ana.id}`)
        t.match(account.body, { allocated: given, unused: given })
        const page = await read('GET', `${team.path}/credits`)
        t.match(page.body, { allocated: given, unallocated: 10_000 - given })
        const list = await read('GET', `${team.path}/credit-accounts?sort=unused&limit=1`)
        t.match(list.body.data, [{ member_id: ana.id, unused: given }])
        const log = await read('GET', `${team.path}/credit-transfers?limit=1`)
        t.match(log.body.data, [{ kind: 'allocate', balance: 10_000 - given }])
      }
    }
  })

  await t.test(
    'OUPI-131: the page tells what there is, is allocated, left, and used',
    async (t) => {
      const team = await funded(10_000)
      const ana = team.person('member')
      t.match(await team.pageOf(), { total: 10_000, allocated: 0, unallocated: 10_000, spent: 0 })
      await team.allocate(ana, 6_000)
      await team.spend(ana, 1_500)
      await call('POST', `${team.path}/invitations`, {
        body: { emails: 'new@oupi.test', credits: 500, send_email: false }
      })
      for (const by of ['owner', 'admin']) {
        t.match(
          await team.pageOf(by),
          { total: 10_000, allocated: 6_000, reserved: 500, unallocated: 3_500, spent: 1_500 },
          by
        )
      }
      t.equal((await team.pageOf('member')).code, 'not_permitted')
    }
  )
})
