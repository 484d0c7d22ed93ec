import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createHost } from '../billing.js'
import { createProducts, type Person, type Team } from '../products.js'

const FRENCH = { 'accept-language': 'fr' }
const PRO = { plan: 'pro', entitlements: ['team'], seats: 10 }
/** The owner, and one of every other role. */
const BEGINS_WITH = 4

await t.test('OUPI: seats', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept, call } = products
  const { push, entries, summary } = createHost(products)
  const create = (billing: object = PRO) => products.team('oupi', { billing })
  t.beforeEach(() => {
    clock.now = START
  })

  const invite = (team: Team, by: string | Person = 'admin', headers = {}) =>
    team.call(by, 'POST', '/invitations', {
      headers,
      body: { emails: `${unique('new')}@oupi.test`, send_email: false }
    })
  async function open(team: Team) {
    const { body } = await invite(team)
    const [{ invitation, link }] = body.data
    const user = { id: unique('u'), email: String(invitation.email) }
    return { invitation, token: String(link).split('/').at(-1) ?? '', user }
  }
  const remove = (team: Team, { id }: Person) =>
    team.call('admin', 'DELETE', `/members/${id}?confirm=true`)
  const suspend = (team: Team, { id }: Person) =>
    team.call('admin', 'POST', `/members/${id}/suspend`)
  const cancel = (team: Team, id: string) => team.call('admin', 'DELETE', `/invitations/${id}`)
  const resend = (team: Team, id: string) =>
    team.call('admin', 'POST', `/invitations/${id}/resend`, { body: {} })
  const usedOf = async (team: Team) => (await summary(team)).seats.used as number

  await t.test('OUPI-05: inviting is for plans that have a team', async (t) => {
    const team = await create()
    await push(team, { plan: 'solo' })
    for (const by of ['owner', 'admin']) {
      const refused = await invite(team, by)
      t.match([refused.status, refused.body.code], [402, 'not_entitled'], by)
      t.equal(refused.body.entitlement, 'team')
    }
    const host = await call('POST', `${team.path}/invitations`, { body: { emails: 'x@oupi.test' } })
    t.equal(host.body.code, 'not_entitled', 'nor does the product itself')
    const imported = await team.call('owner', 'POST', '/members', {
      body: { members: [{ user_id: 'u_x', email: 'x@oupi.test' }] }
    })
    t.equal(imported.body.data[0].problem.code, 'not_entitled')
    t.equal(await usedOf(team), BEGINS_WITH)
    await push(team, PRO)
    t.equal((await invite(team)).status, 201)
  })

  await t.test(
    'OUPI-08: without a team in the plan nobody is offered it, and told so by its own name',
    async (t) => {
      const team = await create({ ...PRO, seats: BEGINS_WITH })
      const asked = (by: string) => team.authorize(by, 'member.invite')
      t.match(await asked('admin'), { allowed: true })
      const full = await invite(team)
      await push(team, { plan: 'solo', seats: BEGINS_WITH })
      t.match(await asked('admin'), { allowed: false, code: 'not_entitled', entitlement: 'team' })
      t.match(await asked('member'), { allowed: false, code: 'not_permitted' })
      const { blocked } = await summary(team)
      t.match(
        blocked.find(({ action }: { action: string }) => action === 'invitation'),
        { code: 'not_entitled', ways_out: [{ code: 'change_plan', text: /plan/ }] }
      )
      const answers = [await invite(team), await invite(team, 'member'), full]
      t.same(
        answers.map(({ status, body }) => [status, body.code]),
        [
          [402, 'not_entitled'],
          [403, 'not_permitted'],
          [409, 'seats_exhausted']
        ]
      )
      t.equal(new Set(answers.map(({ body }) => body.title)).size, answers.length)
    }
  )

  await t.test('OUPI-06: the plan and the free seats can be read before inviting', async (t) => {
    const team = await create()
    for (const by of ['owner', 'admin']) {
      const { body } = await team.call(by, 'GET', '/summary')
      t.match(body, { plan: 'pro', entitlements: ['team'], seats: { available: 6 } }, by)
    }
    t.equal((await team.call('member', 'GET', '/summary')).body.code, 'not_permitted')
  })

  await t.test(
    'OUPI-07: some plans have a team, each has a most, upgrading raises it',
    async (t) => {
      const team = await create()
      const seats = async () => (await summary(team)).seats
      t.match(await seats(), { mode: 'hard_cap', used: 4, available: 6, size: 10 })
      await push(team, { ...PRO, plan: 'enterprise', seats: 25 })
      t.match(await seats(), { used: 4, available: 21, size: 25 })
      await push(team, { plan: 'solo', seats: 1 })
      const individual = await summary(team)
      t.match(individual, { plan: 'solo', entitlements: [], seats: { available: 0, size: 1 } })
      t.equal((await invite(team)).body.code, 'not_entitled')
    }
  )

  await t.test('OUPI-14 OUPI-15 OUPI-16: the dashboard has a block of seats', async (t) => {
    const team = await create()
    await remove(team, team.person('readonly'))
    const english = await summary(team)
    t.match(english, {
      name: 'Acme',
      status: 'active',
      primary_administrator: { member_id: team.creator.id, name: 'Olga' },
      members: { active: 3, invited: 0, invitation_expired: 0, suspended: 0 },
      blocked: []
    })
    t.match(english.seats, { title: 'Allowed seats', text: '3 of 10 seats used' })
    const french = await summary(team, 'fr')
    t.match(french.seats, { title: 'Nombre de membres autorisés', text: 'Membres : 3 / 10' })
  })

  await t.test('OUPI-17: used are members and pending ones, of what the plan allows', async (t) => {
    const team = await create()
    await open(team)
    await suspend(team, team.person('readonly'))
    const { seats, members } = await summary(team)
    t.match(members, { active: 3, suspended: 1, invited: 1 })
    t.match(seats, { used: 5, size: 10, available: 5, text: '5 of 10 seats used' })
  })

  await t.test('OUPI-18: nobody invites more people than there are seats', async (t) => {
    const team = await create()
    const asked = Array.from({ length: 12 }, () => invite(team))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    t.same(statuses.sort(), [...Array(6).fill(201), ...Array(6).fill(409)], 'not even at once')
    t.match((await summary(team)).seats, { used: 10, available: 0 })
    t.equal((await invite(team, 'owner')).body.code, 'seats_exhausted')
    const { body } = await call('POST', `${team.path}/members`, {
      body: { members: [{ user_id: 'u_x', email: 'x@oupi.test' }] }
    })
    t.equal(body.data[0].problem.code, 'seats_exhausted', 'nor by the other door')
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.equal(await usedOf(team), BEGINS_WITH, 'what has expired is free again')
  })

  await t.test('OUPI-20: a pending invitation holds a seat until it is accepted', async (t) => {
    const team = await create({ ...PRO, seats: 5 })
    const { token, user } = await open(team)
    t.equal(await usedOf(team), 5)
    t.equal((await invite(team)).body.code, 'seats_exhausted')
    await push(team, { ...PRO, seats: BEGINS_WITH })
    const joined = await accept(token, user)
    t.match([joined.status, joined.body.status], [200, 'active'], 'the seat was reserved')
    t.equal(await usedOf(team), 5, 'and no second one is taken')
  })

  await t.test('OUPI-80: a suspended member keeps its seat', async (t) => {
    const team = await create({ ...PRO, seats: BEGINS_WITH })
    const person = team.person('member')
    t.equal((await suspend(team, person)).body.status, 'suspended')
    t.match((await summary(team)).seats, { used: 4, available: 0 })
    t.equal((await invite(team)).body.code, 'seats_exhausted')
    const back = await team.call('admin', 'POST', `/members/${person.id}/reactivate`)
    t.match([back.status, back.body.status], [200, 'active'], 'which is there for its return')
  })

  await t.test('OUPI-90: sent again, it takes no second seat and has seven new days', async (t) => {
    const team = await create({ ...PRO, seats: 5 })
    const { invitation } = await open(team)
    clock.now = new Date(START.getTime() + 6 * DAY_MS)
    const again = await resend(team, invitation.id)
    t.equal(again.status, 200, 'although the team is full')
    t.match((await summary(team)).seats, { used: 5, available: 0 })
    const expires = new Date(START.getTime() + 13 * DAY_MS)
    t.equal(again.body.invitation.expires_at, expires.toISOString())
    clock.now = new Date(expires.getTime() - 1)
    t.equal(await usedOf(team), 5)
    clock.now = expires
    t.equal(await usedOf(team), BEGINS_WITH)
  })

  await t.test('OUPI-93: canceling an invitation frees its seat', async (t) => {
    const team = await create({ ...PRO, seats: 5 })
    const { invitation } = await open(team)
    t.equal((await invite(team)).status, 409)
    t.equal((await cancel(team, invitation.id)).status, 200)
    t.match((await summary(team)).seats, { used: 4, available: 1 })
    const [released] = await team.events('seats.released')
    t.match(released?.data, { quantity: 1 })
    t.equal((await invite(team)).status, 201)
  })

  await t.test('OUPI-109: without a free seat it says so, in these words', async (t) => {
    const team = await create({ ...PRO, seats: BEGINS_WITH })
    const french = await invite(team, 'admin', FRENCH)
    t.match([french.status, french.body.code], [409, 'seats_exhausted'])
    t.match(french.body, { title: 'Quota de sièges atteint', detail: 'Quota de sièges atteint' })
    const english = await invite(team, 'admin', { 'accept-language': 'en' })
    t.match(english.body, { title: 'No available seats', limit: 4, used: 4 })
    t.match((await summary(team, 'fr')).blocked[0], { detail: 'Quota de sièges atteint' })
  })

  await t.test('OUPI-110: what holds the seats can be told apart', async (t) => {
    const team = await create({ ...PRO, seats: 5 })
    await open(team)
    await suspend(team, team.person('readonly'))
    const { body } = await invite(team)
    t.same(body.members, { active: 3, invited: 1, suspended: 1 })
    t.match((await summary(team)).members, body.members)
    await push(team, { plan: 'solo', seats: 5 })
    const { code, members } = (await invite(team)).body
    t.match([code, members], ['not_entitled', undefined], 'the plan is another cause')
  })

  await t.test('OUPI-111: count, free a seat, or ask for more: each way leads out', async (t) => {
    const team = await create({ ...PRO, seats: 5 })
    const { invitation } = await open(team)
    await suspend(team, team.person('readonly'))
    const ways = ['cancel_invitation', 'remove_suspended', 'remove_member', 'raise_limit']
    const { body } = await invite(team)
    t.same(body.ways_out, ways)
    const [block] = (await summary(team, 'fr')).blocked
    t.same(
      block.ways_out.map(({ code }: { code: string }) => code),
      ways
    )
    t.match(block.ways_out[3].text, /contactez le support/)
    const frees = [
      () => cancel(team, invitation.id),
      () => remove(team, team.person('readonly')),
      () => remove(team, team.person('member')),
      () => push(team, { ...PRO, seats: 6 })
    ]
    for (const free of frees) {
      t.equal((await invite(team)).status, 409)
      t.equal((await free()).status, 200)
      t.equal((await invite(team)).status, 201)
    }
  })

  await t.test('OUPI-124: the plan says how many; another one says another number', async (t) => {
    const team = await create({ ...PRO, seats: BEGINS_WITH })
    t.equal((await invite(team)).status, 409)
    await push(team, { ...PRO, plan: 'business', seats: 6 })
    t.match((await summary(team)).seats, { title: 'Allowed seats', size: 6, available: 2 })
    t.same([(await invite(team)).status, (await invite(team)).status], [201, 201])
    t.equal((await invite(team)).body.limit, 6)
    await push(team, { ...PRO, seats: BEGINS_WITH })
    t.match((await summary(team)).seats, { used: 6, available: 0, size: 4 }, 'nobody is evicted')
  })

  await t.test(
    'OUPI-126: whoever is invited costs nothing, and is covered while here',
    async (t) => {
      const month = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
      const price = { period: month, currency: 'EUR', prices: { seat: 2000, resource: 500 } }
      const team = await create({ ...PRO, ...price })
      const { invitation, token, user } = await open(team)
      await resend(team, (await open(team)).invitation.id)
      const person = { ...team.creator, id: invitation.member_id, userId: user.id }
      t.match(await team.authorize(person, 'app:models.use'), { allowed: false })
      t.equal((await accept(token, user)).status, 200)
      t.match(await team.authorize(person, 'app:models.use'), { allowed: true })
      await suspend(team, person)
      await remove(team, person)
      t.match(await team.authorize(person, 'app:models.use'), { code: 'not_a_member' })
      t.same(await entries(team), [])
      t.same(await team.events('billing.charge_due'), [])
    }
  )
})
