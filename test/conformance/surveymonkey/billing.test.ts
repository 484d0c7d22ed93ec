import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createHost } from '../billing.js'
import { createProducts, type Team } from '../products.js'

const MONTH = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
/** A seat for each of the three members that a team begins with, and none more. */
const PAID = {
  plan: 'premier',
  entitlements: ['team'],
  seats: 3,
  period: MONTH,
  currency: 'EUR',
  prices: { seat: 30_000 }
}

await t.test('SurveyMonkey teams: fees and invoices', async (t) => {
  const products = await createProducts(t)
  const { call, clock, unique, accept } = products
  const { push, entries, summary } = createHost(products)
  const create = (billing: object = PAID) => products.team('surveymonkey', { billing })
  const addresses = (count: number) =>
    Array.from({ length: count }, () => `${unique('new')}@sm.test`).join()
  const invite = (team: Team, count = 1) =>
    team.call('admin', 'POST', '/invitations', {
      body: { emails: addresses(count), send_email: false }
    })
  async function open(team: Team) {
    const { body } = await invite(team)
    const [{ invitation, link }] = body.data
    const user = { id: unique('u'), email: String(invitation.email) }
    return { invitation, token: String(link).split('/').at(-1) ?? '', user }
  }
  const blockedIn = async (team: Team) =>
    (await summary(team)).blocked.map(({ action }: { action: string }) => action)
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test(
    'SM-15: billing is the primary administrator’s, not an administrator’s',
    async (t) => {
      const team = await create()
      for (const permission of ['billing.view', 'billing.edit']) {
        t.match(await team.authorize('primary_admin', permission), { allowed: true })
        for (const role of ['admin', 'user']) {
          t.match(await team.authorize(role, permission), { code: 'not_permitted' }, role)
        }
      }
      for (const path of ['/billing', '/billing-entries']) {
        t.equal((await team.call('primary_admin', 'GET', path)).status, 200)
        for (const role of ['admin', 'user']) {
          const refused = await team.call(role, 'GET', path)
          t.match([refused.status, refused.body.code], [403, 'not_permitted'], `${role} ${path}`)
        }
      }
      const { status } = await team.call('admin', 'PUT', '/billing', { body: PAID })
      t.equal(status, 403)
    }
  )

  await t.test(
    'SM-16: the account’s owner is whom the vendor says, apart from roles',
    async (t) => {
      const team = await create()
      t.equal((await summary(team)).account_owner, null)
      await push(team, { ...PAID, account_owner: 'Procurement of Acme SAS' })
      const { account_owner: owner, primary_administrator: primary } = await summary(team)
      t.equal(owner, 'Procurement of Acme SAS')
      t.equal(primary.member_id, team.creator.id)
      const swap = { body: { member_id: team.person('admin').id } }
      const swapped = await team.call('primary_admin', 'POST', '/transfer-ownership', swap)
      t.equal(swapped.status, 200)
      t.match(await summary(team), {
        account_owner: 'Procurement of Acme SAS',
        primary_administrator: { member_id: team.person('admin').id }
      })
    }
  )

  await t.test('SM-22 SM-23: beyond the free seats it is charged when it is sent', async (t) => {
    const team = await create()
    clock.now = new Date(START.getTime() + 14 * DAY_MS)
    const sent = await invite(team)
    t.equal(sent.status, 201, 'not refused')
    const [{ invitation, link }] = sent.body.data
    const charge = {
      kind: 'overage',
      subject: { type: 'invitation', id: invitation.id },
      quantity: 1,
      unit_price: 30_000,
      amount: 30_000,
      currency: 'EUR',
      occurred_at: clock.now.toISOString()
    }
    t.match(await entries(team), [charge])
    const [told] = await team.events('billing.charge_due')
    t.match(told?.data, { kind: 'overage', quantity: 1, amount_due: 30_000 })
    clock.now = new Date(START.getTime() + 20 * DAY_MS)
    const user = { id: unique('u'), email: invitation.email }
    t.equal((await accept(String(link).split('/').at(-1) ?? '', user)).status, 200)
    t.equal((await entries(team)).length, 1, 'not again when it is accepted')
  })

  await t.test('SM-24: what was charged for is a seat of the team from then on', async (t) => {
    const team = await create()
    t.match((await summary(team)).seats, { used: 3, available: 0, size: 3 })
    const { invitation } = await open(team)
    t.match((await summary(team)).seats, { used: 4, available: 0, size: 4 })
    const [bought] = await team.events('seats.purchased')
    t.match(bought?.data, { by: 'overage', quantity: 1, size: 4 })
    await team.call('admin', 'DELETE', `/invitations/${invitation.id}?confirm=true`)
    t.match((await summary(team)).seats, { used: 3, available: 1, size: 4 })
  })

  await t.test(
    'SM-25: of a larger batch only those beyond the free seats are charged',
    async (t) => {
      const team = await create({ ...PAID, seats: 5 })
      const { body } = await invite(team, 5)
      const ids = body.data.map(({ invitation }: { invitation: { id: string } }) => invitation.id)
      const charged = await entries(team)
      t.same(
        charged.map(({ kind, subject, amount }) => [kind, subject.id, amount]),
        ids.slice(2).map((id: string) => ['overage', id, 30_000])
      )
      t.match((await summary(team)).seats, { used: 8, available: 0, size: 8 })
    }
  )

  await t.test(
    'SM-38: with an overdue invoice nobody is invited, by the team or by its page',
    async (t) => {
      const team = await create({ ...PAID, seats: 10 })
      await push(team, { ...PAID, seats: 10, status: 'past_due' })
      const refused = await invite(team, 1)
      t.match([refused.status, refused.body.code], [402, 'billing_past_due'])
      const batch = await invite(team, 2)
      for (const { problem } of batch.body.data) t.equal(problem.code, 'billing_past_due')
      t.match(await team.authorize('admin', 'member.invite'), {
        allowed: false,
        code: 'billing_past_due',
        blocked: 'invitation'
      })
      t.same(await blockedIn(team), ['invitation', 'signup_page'])
      const { body: page } = await team.call('admin', 'POST', '/signup-pages', {
        body: { max_signups: 5 }
      })
      const asked = await call('POST', `/v1/signup-pages/${String(page.slug)}/signups`, {
        key: null,
        body: { email: `${unique('new')}@sm.test` }
      })
      t.match([asked.status, asked.body.code], [402, 'billing_past_due'])
      const [{ ways_out: ways }] = (await summary(team, 'fr')).blocked
      t.match(ways, [{ code: 'pay_invoice', text: 'Réglez la facture en souffrance.' }])
      t.equal((await summary(team)).members.invited, 0)
    }
  )

  await t.test('SM-39: once the invoice is paid, inviting works again', async (t) => {
    const team = await create({ ...PAID, seats: 10, status: 'past_due' })
    t.equal((await invite(team)).status, 402)
    await push(team, { ...PAID, seats: 10, status: 'ok' })
    t.equal((await invite(team)).status, 201)
    t.same(await blockedIn(team), [])
  })

  await t.test('SM-41: members work on, and what was sent before is accepted', async (t) => {
    const team = await create({ ...PAID, seats: 10 })
    const { invitation, token, user } = await open(team)
    await push(team, { ...PAID, seats: 10, status: 'past_due' })
    t.equal((await accept(token, user)).status, 200)
    const joined = { ...team.creator, id: invitation.member_id, userId: user.id }
    for (const who of [joined, 'primary_admin', 'admin', 'user']) {
      t.match(await team.authorize(who, 'app:surveys'), { allowed: true })
    }
    const { id } = team.person('user')
    const change = { body: { role: 'admin' } }
    t.equal((await team.call('primary_admin', 'PATCH', `/members/${id}`, change)).status, 200)
    t.equal((await team.call('admin', 'GET', '/members')).status, 200)
    const gone = await team.call('admin', 'DELETE', `/members/${joined.id}?confirm=true`)
    t.equal(gone.status, 200)
  })
})
