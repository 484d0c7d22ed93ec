import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createHost } from '../billing.js'
import { createProducts, type Team } from '../products.js'

/** The three members that a team begins with, and two seats that nobody uses. */
const PAID = { plan: 'premier', entitlements: ['team'], seats: 5 }
/** When an invitation that was sent at the start has run out. */
const EXPIRED = new Date(START.getTime() + 30 * DAY_MS)

await t.test('SurveyMonkey teams: seats', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept } = products
  const { push, entries, summary } = createHost(products)
  const create = (billing: object = PAID) => products.team('surveymonkey', { billing })
  const invite = (team: Team, emails = `${unique('new')}@sm.test`) =>
    team.call('admin', 'POST', '/invitations', { body: { emails, send_email: false } })
  async function open(team: Team) {
    const { body } = await invite(team)
    const [{ invitation, link }] = body.data
    const user = { id: unique('u'), email: String(invitation.email) }
    return { invitation, token: String(link).split('/').at(-1) ?? '', user }
  }
  const cancel = (team: Team, id: string) =>
    team.call('admin', 'DELETE', `/invitations/${id}?confirm=true`)
  const resend = (team: Team, id: string) =>
    team.call('admin', 'POST', `/invitations/${id}/resend`, { body: { via: 'email' } })
  const reassign = (team: Team, email: string) =>
    team.call('admin', 'POST', `/members/${team.person('user').id}/reassign`, { body: { email } })
  /** Seats used, seats available, team size. */
  const seatsOf = async (team: Team) => {
    const { used, available, size } = (await summary(team)).seats
    return [Number(used), Number(available), Number(size)] as const
  }
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('SM-07: the summary has the six terms, for administrators', async (t) => {
    const team = await create({ ...PAID, account_owner: 'Acme SAS' })
    for (const by of ['primary_admin', 'admin']) {
      const { body } = await team.call(by, 'GET', '/summary')
      t.match(body, {
        seats: { used: 3, available: 2, size: 5 },
        name: 'Acme',
        primary_administrator: { member_id: team.creator.id, email: team.creator.email },
        account_owner: 'Acme SAS'
      })
    }
    t.equal((await team.call('user', 'GET', '/summary')).body.code, 'not_permitted')
  })

  await t.test(
    'SM-08 SM-18: used by ACTIVE, INVITED and REASSIGNMENT PENDING, and nobody else',
    async (t) => {
      const team = await create()
      t.same(await seatsOf(team), [3, 2, 5])
      const { token, user } = await open(team)
      t.same(await seatsOf(team), [4, 1, 5], 'an invitation takes one')
      await accept(token, user)
      t.same(await seatsOf(team), [4, 1, 5], 'which becomes the member’s')
      t.equal((await reassign(team, `${unique('heir')}@sm.test`)).status, 200)
      const { members, seats } = await summary(team)
      t.match(members, { active: 3, reassignment_pending: 1 })
      t.match(seats, { used: 4, available: 1 })
    }
  )

  await t.test('SM-09: an EXPIRED INVITATION uses no seat', async (t) => {
    const team = await create()
    await open(team)
    clock.now = new Date(EXPIRED.getTime() - 1)
    t.same(await seatsOf(team), [4, 1, 5])
    clock.now = EXPIRED
    t.equal((await summary(team)).members.invitation_expired, 1)
    t.same(await seatsOf(team), [3, 2, 5])
  })

  await t.test('SM-10: so many can be invited before there are extra fees', async (t) => {
    const team = await create()
    const [, available] = await seatsOf(team)
    for (let sent = 0; sent < available; sent += 1) await invite(team)
    t.same(await entries(team), [], `${available} cost nothing`)
    t.same(await seatsOf(team), [5, 0, 5])
    await invite(team)
    t.equal((await entries(team)).length, 1, 'the next one does')
  })

  await t.test('SM-11: team size is used and available, whatever happens', async (t) => {
    const team = await create()
    const isSum = async () => {
      const [used, available, size] = await seatsOf(team)
      return size === used + available
    }
    const steps = [
      () => invite(team),
      () => invite(team, Array.from({ length: 3 }, () => `${unique('n')}@sm.test`).join()),
      () => reassign(team, `${unique('heir')}@sm.test`),
      () => push(team, { ...PAID, seats: 9 }),
      async () => cancel(team, (await open(team)).invitation.id)
    ]
    for (const step of steps) {
      await step()
      t.ok(await isSum())
    }
    clock.now = EXPIRED
    t.ok(await isSum())
  })

  await t.test('SM-17 SM-19: seats are what is paid; free: neither used nor offered', async (t) => {
    const team = await create({ ...PAID, seats: 3 })
    t.same(await seatsOf(team), [3, 0, 3])
    await push(team, { ...PAID, seats: 4 })
    t.same(await seatsOf(team), [3, 1, 4], 'paid, and nobody’s')
    const { invitation } = await open(team)
    t.same(await seatsOf(team), [4, 0, 4], 'offered')
    await cancel(team, invitation.id)
    t.same(await seatsOf(team), [3, 1, 4], 'not any more')
  })

  await t.test('SM-37: an address entered twice is invited once, and counts once', async (t) => {
    const team = await create({ ...PAID, seats: 3 })
    const email = `${unique('twice')}@sm.test`
    const { body } = await invite(team, `${email}, ${email.toUpperCase()}\n${email}`)
    t.same(
      body.data.map(({ problem }: { problem?: { code: string } }) => problem?.code),
      [undefined, 'duplicate_address', 'duplicate_address']
    )
    t.equal((await invite(team, email)).body.code, 'already_invited')
    const { body: list } = await team.call('admin', 'GET', `/invitations?email=${email}`)
    t.equal(list.data.length, 1)
    t.same(await seatsOf(team), [4, 0, 4])
    t.equal((await entries(team)).length, 1)
  })

  await t.test('SM-45: sending again costs nothing, before and after it expires', async (t) => {
    const team = await create({ ...PAID, seats: 3 })
    const { invitation } = await open(team)
    t.equal((await entries(team)).length, 1, 'the first one was charged')
    t.equal((await resend(team, invitation.id)).status, 200)
    clock.now = new Date(EXPIRED.getTime() + DAY_MS)
    t.same(await seatsOf(team), [3, 1, 4])
    t.equal((await resend(team, invitation.id)).body.invitation.status, 'pending')
    t.same(await seatsOf(team), [4, 0, 4])
    t.equal((await entries(team)).length, 1)
  })

  await t.test('SM-54 SM-55: canceling keeps the paid seat, and refunds nothing', async (t) => {
    const team = await create({ ...PAID, seats: 3, currency: 'EUR', prices: { seat: 30_000 } })
    const { invitation } = await open(team)
    const before = await entries(team)
    t.match(before, [{ kind: 'overage', amount_due: 30_000 }])
    await cancel(team, invitation.id)
    t.same(await seatsOf(team), [3, 1, 4], 'the size is what it was')
    t.same(await entries(team), before, 'and so is the fee')
    t.equal((await team.call('primary_admin', 'GET', '/billing')).body.credit_balance, 0)
    t.same(await team.events('billing.credit_due'), [])
    t.equal((await invite(team)).status, 201)
    t.same(await entries(team), before, 'another one in its place is free')
    t.same(await seatsOf(team), [4, 0, 4])
  })

  await t.test('SM-83: who is removed leaves a paid seat for the next', async (t) => {
    const team = await create({ ...PAID, seats: 3 })
    const gone = await team.call(
      'admin',
      'DELETE',
      `/members/${team.person('user').id}?confirm=true`
    )
    t.equal(gone.status, 200)
    t.same(await seatsOf(team), [2, 1, 3], 'not taken from the team')
    t.equal((await invite(team)).status, 201)
    t.same(await seatsOf(team), [3, 0, 3])
    t.same(await entries(team), [], 'free of charge')
  })
})
