import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('whom a signup page refuses, and what it tells', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, unique } = app
  const { openPage, ask, see } = signupStories(app)
  const address = () => `${unique('ana')}@asks.test`

  await t.test('what is refused', async (t) => {
    const org = await organization()
    const page = await openPage(org.path, { allowed_domains: ['acme.test'] })
    const codeOf = async (slug: string, email: string) => {
      const { status, body } = await ask(slug, email)
      return [status, body.code]
    }
    t.same(await codeOf(page.slug, 'ana@ACME.test'), [202, undefined])
    t.same(await codeOf(page.slug, 'bo@asks.test'), [422, 'signup_domain_not_allowed'])
    t.same(await codeOf(page.slug, 'bo@sub.acme.test'), [422, 'signup_domain_not_allowed'])
    t.same(await codeOf(page.slug, 'nobody'), [422, 'signup_address_invalid'])
    t.same(await codeOf(page.slug, 'a@acme.test, b@acme.test'), [422, 'signup_address_invalid'])
    for (const slug of ['x', `${page.slug.slice(0, -1)}.`, '7'.repeat(26), 'a%00b']) {
      t.same(await codeOf(slug, 'ana@acme.test'), [404, 'not_found'], slug)
    }
    t.same(await codeOf(page.slug, 'bo@acme.test'), [202, undefined])
    t.same(await codeOf(page.slug, 'cy@acme.test'), [409, 'signup_page_full'])
    t.same(await codeOf(page.slug, 'Ana@acme.test'), [409, 'signup_page_full'], 'nobody is known')
    t.equal((await page.read()).signup_count, 2)
    t.match(await see(page.slug), { status: 'full', reason: null })
    await call('POST', `${page.at}/disable`)
    t.same(await codeOf(page.slug, 'ana@acme.test'), [409, 'signup_page_disabled'])
    t.match(await see(page.slug), { status: 'disabled', reason: null })
    await call('PATCH', page.at, { body: { max_signups: 9 } })
    await call('POST', `${page.at}/enable`)
    await call('POST', `${org.path}/cancel`)
    t.same(await codeOf(page.slug, 'cy@acme.test'), [403, 'organization_canceled'])
    t.match(await see(page.slug), { status: 'blocked', reason: 'organization_canceled' })
    await call('DELETE', org.path)
    t.same(await codeOf(page.slug, 'cy@acme.test'), [404, 'not_found'])
    t.equal((await see(page.slug)).code, 'not_found')
  })

  await t.test('with all seats taken everybody is refused alike, and told no more', async (t) => {
    const { path, owner } = await organization({ billing: { seats: 2 } })
    const page = await openPage(path, { max_signups: 9 })
    const pending = address()
    await invite(path, pending)
    for (const email of [owner.email, pending, address()]) {
      const { status, body } = await ask(page.slug, email)
      t.match([status, body.code], [409, 'seats_exhausted'])
      t.same(
        [body.used, body.members, body.ways_out, body.because],
        [undefined, undefined, undefined, undefined]
      )
    }
    t.equal((await page.read()).signup_count, 0)
    t.match(await see(page.slug), { status: 'blocked', reason: 'seats_exhausted' })
  })

  await t.test('the plan, and who may hold the role, are asked too', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {})
    const { path } = await organization({ policy })
    const { slug } = await openPage(path)
    await call('PUT', `${path}/billing`, { body: { entitlements: [], seats: 9 } })
    t.match(await ask(slug, address()), { status: 402, body: { code: 'not_entitled' } })
    t.match(await see(slug), { status: 'blocked', reason: 'not_entitled' })
  })

  await t.test('what whoever has the URL may know', async (t) => {
    const { path } = await organization({ name: 'Blue Heron' })
    const { slug } = await openPage(path, { name: 'Secret', allowed_domains: ['acme.test'] })
    t.same(await see(slug), {
      organization: { name: 'Blue Heron' },
      status: 'active',
      reason: null,
      allowed_domains: ['acme.test']
    })
    t.equal((await see('nowhere')).code, 'not_found')
  })
})
