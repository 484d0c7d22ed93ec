import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { conservation, creditsOf } from '../../helpers/credits.js'
import { createProducts, type Team } from '../products.js'

const SHORT = { status: 422, body: { code: 'insufficient_credits' } }
const FROZEN = { status: 409, body: { code: 'credits_frozen' } }

await t.test('OUPI: credits of an invitation', async (t) => {
  const products = await createProducts(t)
  const { accept, clock, deps, unique } = products
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team with so many credits in its pool. */
  async function begin(pool: number) {
    const team = await products.team('oupi')
    const credits = creditsOf(products.call, team.path)
    await credits.topUp(pool)
    const sums = async () => (await credits.get('credits')).body
    return { team, ...credits, sums }
  }

  /** What an administrator fills into the form, and what comes of it. */
  async function invite(team: Team, fields: object = {}, by = 'admin') {
    const email = `${unique('new')}@oupi.test`
    const answer = await team.call(by, 'POST', '/invitations', {
      body: { invitations: [{ email, ...fields }], send_email: false }
    })
    const [{ invitation = {}, link = '' } = {}] = answer.body.data ?? []
    const token = String(link).split('/').at(-1) ?? ''
    const user = { id: unique('u'), email }
    return {
      answer,
      id: String(invitation.id),
      memberId: String(invitation.member_id),
      credits: invitation.credits as unknown,
      accept: () => accept(token, user),
      decline: () =>
        products.call('POST', '/v1/invitations/decline', { key: null, body: { token } })
    }
  }

  await t.test('OUPI-26: initial credits are optional', async (t) => {
    const { team, sums, get } = await begin(100)
    const { answer, memberId, credits } = await invite(team)
    t.match([answer.status, credits], [201, null])
    t.match(await sums(), { unallocated: 100, reserved: 0 })
    t.match((await get(`credit-accounts/${memberId}`)).body, { allocated: 0, unused: 0 })
  })

  await t.test('OUPI-63: they are set in the form of the invitation', async (t) => {
    const { team, get } = await begin(1_000)
    const { answer, id, memberId, credits } = await invite(team, { credits: 300 })
    t.match([answer.status, credits], [201, 300])
    t.equal((await team.call('admin', 'GET', `/invitations/${id}`)).body.credits, 300)
    t.match((await get(`credit-accounts/${memberId}`)).body, {
      status: 'invited',
      allocated: 300,
      unused: 300
    })
    const [told] = await team.events('member.invited')
    t.match(told, { subject: { id: memberId }, data: { credits: 300 } })
    t.match(await team.events('credits.allocated'), [
      { actor: { id: team.person('admin').id }, data: { member_id: memberId, amount: 300 } }
    ])
  })

  await t.test('OUPI-63: by whoever may hand out credits', async (t) => {
    const { team } = await begin(1_000)
    for (const role of ['owner', 'admin']) {
      t.equal((await invite(team, { credits: 1 }, role)).answer.status, 201, role)
    }
    for (const role of ['member', 'readonly']) {
      t.equal((await invite(team, { credits: 1 }, role)).answer.status, 403, role)
    }
  })

  await t.test('OUPI-64: they are reserved: nobody else gets them meanwhile', async (t) => {
    const { team, sums, allocate, spend } = await begin(1_000)
    const { memberId } = await invite(team, { credits: 700 })
    t.match(await sums(), { total: 1_000, unallocated: 300, reserved: 700, allocated: 0 })
    t.match(await allocate(team.person('member').id, 301), SHORT)
    t.match((await invite(team, { credits: 301 })).answer, {
      status: 422,
      body: { code: 'insufficient_credits', available: 300, needed: 301 }
    })
    t.equal((await allocate(team.person('member').id, 300)).status, 201)
    t.match(await spend(1, { member_id: memberId }), FROZEN)
    t.same(await conservation(deps.db, team.id), [])
  })

  await t.test('OUPI-64: they can be used once the person has accepted', async (t) => {
    const { team, sums, spend, hold } = await begin(1_000)
    const { memberId, accept } = await invite(team, { credits: 700 })
    const member_id = memberId
    t.match(await spend(1, { member_id }), FROZEN)
    t.match(await hold(1, { member_id }), FROZEN)
    t.equal((await accept()).status, 200)
    t.match(await spend(200, { member_id }), { status: 201, body: { balance: 500 } })
    t.match(await sums(), { unallocated: 300, reserved: 0, allocated: 700, spent: 200 })
  })

  await t.test(
    'OUPI-64: a pool that has less refuses the invitation, and no seat is taken',
    async (t) => {
      const { team, sums } = await begin(100)
      const { body: before } = await team.call('owner', 'GET', '/summary')
      t.match((await invite(team, { credits: 101 })).answer, SHORT)
      const { body: after } = await team.call('owner', 'GET', '/summary')
      t.same(after.seats, before.seats)
      t.match(await sums(), { unallocated: 100, reserved: 0 })
      t.equal((await team.events('member.invited')).length, 0)
    }
  )

  for (const { how, end } of [
    {
      how: 'canceled',
      end: (team: Team, { id }: { id: string }) =>
        team.call('admin', 'DELETE', `/invitations/${id}`)
    },
    {
      how: 'declined',
      end: (_: Team, { decline }: { decline: () => Promise<{ status: number }> }) => decline()
    }
  ]) {
    await t.test(`OUPI-94: one that is ${how} returns them to the pool`, async (t) => {
      const { team, sums, allocate } = await begin(500)
      const invited = await invite(team, { credits: 500 })
      t.match(await allocate(team.person('member').id, 500), SHORT)
      t.ok((await end(team, invited)).status < 300)
      t.match(await sums(), { unallocated: 500, reserved: 0 })
      t.equal((await allocate(team.person('member').id, 500)).status, 201)
      t.match(await team.events('credits.reclaimed'), [
        { data: { member_id: invited.memberId, amount: 500, reason: `invitation_${how}` } }
      ])
      t.same(await conservation(deps.db, team.id), [])
    })
  }

  for (const { what, ask } of [
    {
      what: 'the pool is told',
      ask: async (org: Awaited<ReturnType<typeof begin>>) => {
        t.match(await org.sums(), { unallocated: 500, reserved: 0, total: 500 })
      }
    },
    {
      what: 'all of it is allocated',
      ask: async (org: Awaited<ReturnType<typeof begin>>) => {
        const { status } = await org.allocate(org.team.person('member').id, 500)
        t.equal(status, 201)
      }
    },
    {
      what: 'all of it is promised to somebody else',
      ask: async (org: Awaited<ReturnType<typeof begin>>) => {
        t.equal((await invite(org.team, { credits: 500 })).answer.status, 201)
      }
    },
    {
      what: 'all of it is spent',
      ask: async (org: Awaited<ReturnType<typeof begin>>) => {
        t.equal((await org.spend(500)).status, 201)
      }
    }
  ]) {
    await t.test(`OUPI-94: one that has expired returns them before ${what}`, async (t) => {
      const org = await begin(500)
      const { memberId } = await invite(org.team, { credits: 500 })
      clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
      t.match(await org.sums(), { unallocated: 0, reserved: 500 })
      t.match(await org.spend(1), SHORT)
      clock.now = new Date(START.getTime() + 7 * DAY_MS)
      await ask(org)
      t.match(await org.team.events('credits.reclaimed'), [
        { data: { member_id: memberId, amount: 500, reason: 'invitation_expired' } }
      ])
      t.equal((await org.team.events('invitation.expired')).length, 1)
      t.same(await conservation(deps.db, org.team.id), [])
    })
  }
})
