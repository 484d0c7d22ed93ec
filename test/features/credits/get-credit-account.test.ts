import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { teamWithCredits } from '../../helpers/credits.js'
import { countStatements } from '../../helpers/statements.js'

await t.test('GET {o}/credit-accounts/{member_id}', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, member, organization } = app
  const team = await teamWithCredits(app, { pool: 5_000 })
  const [ana, bo] = [await member(team.path), await member(team.path)]
  await team.allocate(ana.id, 300)
  await team.spend(100, { member_id: ana.id })
  const read = (id: string, options: { actor?: string } = {}) =>
    call('GET', `${team.path}/credit-accounts/${id}`, options)
  const codeOf = async (id: string, options = {}) => {
    const { status, body } = await read(id, options)
    return [status, body.code]
  }

  await t.test('is the member as it stands in the list', async (t) => {
    const { status, body } = await read(ana.id)
    t.equal(status, 200)
    t.match(body, { allocated: 300, used: 100, unused: 200, percent: 33, requests: 1 })
    const { body: list } = await team.get(`credit-accounts?q=${ana.email}`)
    t.same(list.data, [body])
    t.match((await read(bo.id)).body, { allocated: 0, used: 0, percent: null, quota: null })
  })

  await t.test('members read their own; others’ take credits.usage', async (t) => {
    t.equal((await read(ana.id, { actor: ana.as })).body.used, 100)
    t.same(await codeOf(ana.id, { actor: bo.as }), [403, 'not_permitted'])
    t.equal((await read(ana.id, { actor: team.as })).status, 200, 'the owner has it')
    const nobody = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
    t.same(await codeOf(nobody, { actor: bo.as }), [403, 'not_permitted'], 'whoever it is')
    t.same(await codeOf(nobody, { actor: team.as }), [404, 'not_found'])
    t.same(await codeOf(nobody), [404, 'not_found'])
  })

  await t.test('a role of today decides, not that of yesterday', async (t) => {
    const cy = await member(team.path, { role: 'admin' })
    t.equal((await read(ana.id, { actor: cy.as })).status, 200)
    await call('PATCH', `${team.path}/members/${cy.id}`, { body: { role: 'member' } })
    t.same(await codeOf(ana.id, { actor: cy.as }), [403, 'not_permitted'])
  })

  await t.test('a removed member’s stays, without what went back to the pool', async (t) => {
    const { id } = await member(team.path)
    await team.allocate(id, 50)
    await team.spend(20, { member_id: id })
    await call('DELETE', `${team.path}/members/${id}?confirm=true`)
    t.match((await read(id)).body, {
      member_id: id,
      status: 'removed',
      allocated: 20,
      used: 20,
      unused: 0,
      percent: 100,
      quota: null
    })
  })

  await t.test('a hold that has run out is over, though nobody has written it down', async (t) => {
    const until = new Date(START.getTime() + 60_000)
    await team.hold(80, { member_id: ana.id, expires_at: until.toISOString() })
    t.match((await read(ana.id)).body, { unused: 120, held: 80, used: 100 })
    clock.now = until
    t.match((await read(ana.id)).body, { unused: 200, held: 0, used: 100 })
    clock.now = START
  })

  await t.test('of another organization it is nobody’s', async (t) => {
    const other = await teamWithCredits(app)
    const foreign = await call('GET', `${other.path}/credit-accounts/${ana.id}`)
    t.match([foreign.status, foreign.body.code], [404, 'not_found'])
  })

  await t.test('there is none where the product has no credits', async (t) => {
    for (const [policy, code] of [
      ['respondio', 'credits_not_offered'],
      ['openphone', 'money_credits_not_transferable']
    ]) {
      const { path, as } = await organization({ policy })
      const { body } = await call('GET', `${path}/members`)
      const own = await call('GET', `${path}/credit-accounts/${body.data[0].id}`, { actor: as })
      t.match([own.status, own.body.code], [422, code])
    }
  })

  await t.test('is one statement, and one more on behalf of another member', async (t) => {
    const own = await countStatements(t, () => read(ana.id, { actor: ana.as }))
    const byOwner = await countStatements(t, () => read(ana.id, { actor: team.as }))
    t.same([own, byOwner], [3, 4], 'beside who asks and what is due')
  })
})
