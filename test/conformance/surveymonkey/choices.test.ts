import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createHost } from '../billing.js'
import { createProducts, type Team } from '../products.js'

/** One seat more than the three members that a team begins with. */
const PAID = { entitlements: ['team'], seats: 4, currency: 'EUR', prices: { seat: 30_000 } }

await t.test('SurveyMonkey teams: what another policy may say', async (t) => {
  const products = await createProducts(t)
  const { clock, unique } = products
  const { push, entries, summary, putCopy } = createHost(products)
  const invite = (team: Team, email = `${unique('new')}@sm.test`) =>
    team.call('admin', 'POST', '/invitations', { body: { emails: email, send_email: false } })
  const open = async (team: Team) => (await invite(team)).body.data[0].invitation
  const resend = (team: Team, id: string) =>
    team.call('admin', 'POST', `/invitations/${id}/resend`, { body: { via: 'email' } })
  const create = (policy: string) => products.team('surveymonkey', { billing: PAID, policy })
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test(
    'SM-42: an overdue invoice blocks sending again only where it is said',
    async (t) => {
      const team = await create('surveymonkey')
      const key = await putCopy('surveymonkey', {
        billing: { past_due_blocks: ['invitation', 'signup_page', 'resend'] }
      })
      const stricter = await create(key)
      const answers = []
      for (const one of [team, stricter]) {
        const invitation = await open(one)
        await push(one, { ...PAID, status: 'past_due' })
        const { status, body } = await resend(one, invitation.id)
        const { blocked } = await summary(one)
        const actions = blocked.map(({ action }: { action: string }) => action)
        answers.push([status, body.code, actions])
      }
      t.same(answers, [
        [200, undefined, ['invitation', 'signup_page']],
        [402, 'billing_past_due', ['invitation', 'resend', 'signup_page']]
      ])
    }
  )

  /** An invitation that ran out, whose seat somebody else was invited to for nothing. */
  async function loseSeat(policy: string) {
    const team = await create(policy)
    const invitation = await open(team)
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    if ((await invite(team)).status !== 201) throw new Error('the seat is free')
    if ((await entries(team)).length > 0) throw new Error('and paid for')
    const { status, body } = await resend(team, invitation.id)
    const { seats, members } = await summary(team)
    return { team, status, body, seats, members, charges: await entries(team), invitation }
  }

  await t.test('SM-51: its seat given away, it is sent again free, and one over', async (t) => {
    const { status, seats, members, charges } = await loseSeat('surveymonkey')
    t.equal(status, 200)
    t.match(seats, { used: 5, available: 0, size: 4 })
    t.match(members, { active: 3, invited: 2, invitation_expired: 0 })
    t.same(charges, [])
  })

  await t.test('SM-51: or charged like any other, or refused, as the policy says', async (t) => {
    const seatsThat = (way: string) =>
      putCopy('surveymonkey', { seats: { resend_expired_when_full: way } })
    const charged = await loseSeat(await seatsThat('charge'))
    t.equal(charged.status, 200)
    t.match(charged.seats, { used: 5, available: 0, size: 5 })
    const { id } = charged.invitation
    t.match(charged.charges, [{ kind: 'overage', amount: 30_000, subject: { id } }])

    clock.now = START
    const refused = await loseSeat(await seatsThat('refuse'))
    t.match([refused.status, refused.body.code], [409, 'seats_exhausted'])
    t.match(refused.seats, { used: 4, available: 0, size: 4 })
    t.equal(refused.members.invitation_expired, 1)
    t.same(refused.charges, [])
    const { email } = refused.invitation
    const anew = await invite(refused.team, email)
    t.equal(anew.status, 201, 'a new invitation is offered instead, at the usual fee')
    t.equal((await entries(refused.team)).length, 1)
  })
})
