import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { setMode, teamWithCredits } from '../../helpers/credits.js'
import { countStatements } from '../../helpers/statements.js'

await t.test('GET {o}/credits', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, invite, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('is zeros where nothing was put in', async (t) => {
    const team = await teamWithCredits(app)
    const { status, body } = await team.get('credits')
    t.equal(status, 200)
    t.same(body, {
      organization_id: team.id,
      mode: 'allocated',
      modes: ['allocated', 'shared_pool', 'monthly_quota', 'on_demand'],
      total: 0,
      allocated: 0,
      unallocated: 0,
      reserved: 0,
      used_from_pool: 0,
      used_by_former: 0,
      held: 0,
      spent: 0,
      expiring: []
    })
  })

  await t.test('every credit is in one place, whatever became of whom', async (t) => {
    const team = await teamWithCredits(app, { members: 4, pool: 10_000 })
    const [ana = '', bo = '', cy = '', dee = ''] = team.members
    for (const id of team.members) await team.allocate(id, 1_000)
    await team.spend(400, { member_id: ana })
    await team.hold(100, { member_id: ana })
    await team.spend(250, { member_id: bo })
    await team.spend(30, { member_id: cy })
    await team.hold(20, { member_id: cy })
    await call('DELETE', `${team.path}/members/${bo}?confirm=true`)
    await call('DELETE', `${team.path}/members/${cy}?confirm=true`)
    await call('POST', `${team.path}/members/${dee}/suspend`)
    await invite(team.path, 'new@acme.test', { credits: 500 })
    await team.spend(70)
    await team.hold(5)
    const { body } = await team.get('credits')
    t.match(body, {
      total: 10_000,
      // Ana’s and Dee’s, who is suspended and keeps hers.
      allocated: 2_000,
      reserved: 500,
      unallocated: 10_000 - 2_000 - 500 - 75 - 250 - 50,
      used_from_pool: 75,
      used_by_former: 250 + 50,
      held: 100 + 20 + 5,
      spent: 400 + 250 + 30 + 70
    })
    const parts = ['allocated', 'unallocated', 'reserved', 'used_from_pool', 'used_by_former']
    t.equal(
      parts.reduce((sum, part) => sum + Number(body[part]), 0),
      body.total
    )
  })

  await t.test('of a shared pool it tells what the pool has paid', async (t) => {
    const team = await teamWithCredits(app, { members: 1, pool: 1_000 })
    await setMode(deps.db, team.id, 'shared_pool')
    await team.spend(300, { member_id: team.members[0] })
    t.match((await team.get('credits')).body, {
      mode: 'shared_pool',
      total: 1_000,
      allocated: 0,
      unallocated: 700,
      used_from_pool: 300,
      spent: 300
    })
  })

  await t.test('what an invitation has reserved is back once it has expired', async (t) => {
    const team = await teamWithCredits(app, { pool: 1_000 })
    await invite(team.path, 'late@acme.test', { credits: 400 })
    clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
    t.match((await team.get('credits')).body, { unallocated: 600, reserved: 400 })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.match((await team.get('credits')).body, { unallocated: 1_000, reserved: 0, allocated: 0 })
  })

  await t.test('tells what will expire, the soonest first, and no longer what has', async (t) => {
    const team = await teamWithCredits(app, { members: 1, pool: 100 })
    const on = (day: number) => new Date(START.getTime() + day * DAY_MS).toISOString()
    const later = (await team.topUp(300, { expires_at: on(20) })).body
    const soon = (await team.topUp(200, { expires_at: on(10), priority: 60 })).body
    await team.topUp(50, { priority: 70 })
    await team.allocate(String(team.members[0]), 350)
    await team.spend(120, { member_id: team.members[0] })
    const expiring = async () => {
      const { body } = await team.get('credits')
      return [body.total, body.expiring]
    }
    const theSoon = { transfer_id: soon.id, remaining: 200, priority: 60, expires_at: on(10) }
    const theLater = { transfer_id: later.id, remaining: 180, priority: 50, expires_at: on(20) }
    t.same(await expiring(), [650, [theSoon, theLater]], 'with whomever it is')
    clock.now = new Date(on(10))
    t.same(await expiring(), [450, [theLater]])
    clock.now = new Date(on(20))
    t.same(await expiring(), [270, []])
  })

  await t.test('at most 20 top-ups are told', async (t) => {
    const team = await teamWithCredits(app)
    const expiresAt = (n: number) => new Date(START.getTime() + (25 - n) * DAY_MS).toISOString()
    await team.batch(
      Array.from({ length: 21 }, (_, n) => ({
        kind: 'top_up',
        amount: n + 1,
        expires_at: expiresAt(n)
      }))
    )
    const { expiring } = (await team.get('credits')).body
    t.same(
      expiring.map(({ remaining }: { remaining: number }) => remaining),
      Array.from({ length: 20 }, (_, n) => 21 - n)
    )
  })

  await t.test('is for whoever may see usage, in products that have credits', async (t) => {
    const team = await teamWithCredits(app)
    const member = await app.member(team.path)
    const ofMember = await call('GET', `${team.path}/credits`, { actor: member.as })
    t.match([ofMember.status, ofMember.body.code], [403, 'not_permitted'])
    const ofOwner = await call('GET', `${team.path}/credits`, { actor: team.as })
    t.equal(ofOwner.status, 200)
    const codeOf = async (policy: string) => {
      const { path } = await organization({ policy })
      const { status, body } = await call('GET', `${path}/credits`)
      return [status, body.code]
    }
    t.same(await codeOf('standard'), [422, 'credits_not_offered'])
    t.same(await codeOf('openphone'), [422, 'money_credits_not_transferable'])
  })

  await t.test('is one statement, after that which asks what is due', async (t) => {
    const team = await teamWithCredits(app, { members: 3, pool: 900 })
    for (const id of team.members) await team.allocate(id, 100)
    t.equal(await countStatements(t, () => team.get('credits')), 3, 'and the proof of who asks')
  })
})
