import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('changing a signup page', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization } = app
  const { openPage, ask } = signupStories(app)
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&limit=100`)).body.data
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('changing one', async (t) => {
    const { path } = await organization()
    const page = await openPage(path, { name: 'Spring' })
    clock.now = new Date(START.getTime() + DAY_MS)
    const body = { name: null, max_signups: 3, role: 'admin', allowed_domains: ['acme.test'] }
    const changed = await call('PATCH', page.at, { body })
    t.equal(changed.status, 200)
    t.match(changed.body, { ...body, updated_at: clock.now.toISOString(), slug: page.slug })
    t.same((await call('PATCH', page.at, { body })).body, changed.body)
    const told = await events(path, 'signup_page.updated')
    t.equal(told.length, 1, 'nothing changed the second time')
    t.same(told[0].changes, {
      name: ['Spring', null],
      role: ['member', 'admin'],
      max_signups: [2, 3],
      allowed_domains: [null, ['acme.test']]
    })
    t.equal((await call('PATCH', page.at, { body: {} })).status, 400)
  })

  await t.test('with a policy that calls its role otherwise it offers that one', async (t) => {
    const { path } = await organization()
    const { read } = await openPage(path, { role: 'admin' })
    const policy = await policyLike(app, 'respondio', { signup_pages: { enabled: true } })
    const role_mapping = { owner: 'org_admin', admin: 'user_admin' }
    const followed = await call('PATCH', path, { body: { policy, role_mapping } })
    t.equal(followed.status, 200)
    t.match(await read(), { role: 'user_admin', status: 'active' })
  })

  await t.test('full by what is asked, by a lower maximum, and not any more', async (t) => {
    const { path } = await organization()
    const { at, slug, read } = await openPage(path, { name: 'Spring' })
    for (const n of [1, 2]) t.equal((await ask(slug, `p${n}@full.test`)).status, 202)
    t.match(await read(), { status: 'full', signup_count: 2, max_signups: 2 })
    const filled = () => events(path, 'signup_page.filled')
    t.match(await filled(), [{ data: { name: 'Spring', max_signups: 2, signup_count: 2 } }])
    const raise = await call('PATCH', at, { body: { max_signups: 3 } })
    t.equal(raise.body.status, 'active')
    const lower = await call('PATCH', at, { body: { max_signups: 1 } })
    t.match(lower.body, { status: 'full', signup_count: 2, max_signups: 1 })
    t.equal((await filled()).length, 2)
    await call('PATCH', at, { body: { name: 'Summer' } })
    t.equal((await filled()).length, 2, 'told once')
  })
})
