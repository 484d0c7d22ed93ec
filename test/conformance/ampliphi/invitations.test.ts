import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts } from '../products.js'

await t.test('AmpliPhi: adding and resending', async (t) => {
  const products = await createProducts(t)
  const { clock, unique } = products
  const team = products.of('ampliphi')
  t.beforeEach(() => {
    clock.now = START
  })

  const invite = (by: string, fields: Record<string, unknown> = {}) =>
    team.call(by, 'POST', '/invitations', {
      body: { emails: `${unique('new')}@ampliphi.test`, send_email: false, ...fields }
    })
  const tokenOf = (body: { data: { link: string }[] }) => body.data[0]?.link.split('/').at(-1) ?? ''

  await t.test(
    'AMP-01 AMP-02: one place to invite, set roles, edit, and see activity',
    async (t) => {
      const added = await invite('owner')
      t.equal(added.status, 201)
      const { id } = team.person('standard')
      const edited = await team.call('admin', 'PATCH', `/members/${id}`, { body: { name: 'Zoé' } })
      t.match([edited.status, edited.body.name], [200, 'Zoé'])
      const active = await products.call('POST', `${team.path}/members/${id}/activity`, {
        body: {}
      })
      t.ok(active.status < 300)
      const { body } = await team.call('admin', 'GET', '/members')
      const seen = body.data.find((one: { id: string }) => one.id === id)
      t.match(seen, { name: 'Zoé', role: 'standard', last_active_at: START.toISOString() })
      t.ok(body.data.some((one: { status: string }) => one.status === 'invited'))
    }
  )

  await t.test(
    'AMP-25: administrators and the owner add members, a standard user may not',
    async (t) => {
      t.equal((await invite('owner')).status, 201)
      t.equal((await invite('admin')).status, 201)
      const refused = await invite('standard')
      t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    }
  )

  await t.test('AMP-27: the added person is sent a link to join', async (t) => {
    const email = `${unique('mailed')}@ampliphi.test`
    const { body } = await invite('admin', { emails: email, send_email: true })
    t.match(body.data[0], { status: 'created', invitation: { email, delivery: 'queued' } })
  })

  await t.test(
    'AMP-28: after accepting, and not before, the member can use the product',
    async (t) => {
      const email = `${unique('new')}@ampliphi.test`
      const { body } = await invite('admin', { emails: email })
      const user = { id: unique('u'), email }
      const person = { id: '', userId: user.id, email, as: `user:${user.id}` }
      t.match(await team.authorize(person, 'app:campaigns'), {
        allowed: false,
        code: 'not_a_member'
      })
      t.equal((await products.accept(tokenOf(body), user)).status, 200)
      t.match(await team.authorize(person, 'app:campaigns'), { allowed: true })
    }
  )

  await t.test('AMP-29: without a role, the person joins as standard', async (t) => {
    const { body } = await invite('owner')
    t.equal(body.data[0].invitation.role, 'standard')
  })

  await t.test('AMP-30: nobody can invite an owner', async (t) => {
    for (const by of ['owner', 'admin']) {
      const { status, body } = await invite(by, { role: 'owner' })
      t.match([status, body.code], [403, 'role_not_assignable'], by)
    }
  })

  await t.test(
    'AMP-31 AMP-32: pending and expired ones are sent again, by administrator or owner',
    async (t) => {
      const { body } = await invite('admin')
      const { id } = body.data[0].invitation
      const resend = (by: string) =>
        team.call(by, 'POST', `/invitations/${id}/resend`, { body: {} })
      t.equal((await resend('admin')).status, 200, 'not received')
      clock.now = new Date(START.getTime() + 8 * DAY_MS)
      const again = await resend('owner')
      t.match([again.status, again.body.invitation.status], [200, 'pending'], 'expired')
      const refused = await resend('standard')
      t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    }
  )

  await t.test('AMP-34: invitations expire', async (t) => {
    const email = `${unique('late')}@ampliphi.test`
    const { body } = await invite('admin', { emails: email })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const late = await products.accept(tokenOf(body), { id: unique('u'), email })
    t.match([late.status, late.body.code], [410, 'invitation_expired'])
  })
})
