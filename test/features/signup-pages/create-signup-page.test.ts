import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { policyDocument, policyLike, role } from '../../helpers/policies.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('creating a signup page', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, unique } = app
  const { openPage } = signupStories(app)
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&limit=100`)).body.data

  await t.test('one is active at once, at a URL of its own', async (t) => {
    const org = await organization()
    const { answer, slug, at, id } = await openPage(
      org.path,
      { name: 'Spring', max_signups: 50 },
      { actor: org.as }
    )
    t.equal(answer.status, 201)
    t.match(slug, /^[0-7][0-9a-v]{25}$/)
    const { body: me } = await call('GET', `${org.path}/members`)
    t.same(answer.body, {
      id,
      organization_id: org.id,
      name: 'Spring',
      url: `http://localhost:4700/join/${slug}`,
      slug,
      status: 'active',
      role: 'member',
      max_signups: 50,
      signup_count: 0,
      allowed_domains: null,
      created_by: { type: 'member', id: me.data[0].id, name: 'Olga' },
      created_at: START.toISOString(),
      updated_at: START.toISOString(),
      disabled_at: null
    })
    t.same((await call('GET', at)).body, answer.body)
    t.not((await openPage(org.path)).slug, slug)
    const [created] = await events(org.path, 'signup_page.created')
    t.match(created, { subject: { type: 'signup_page' }, data: { max_signups: 2 } })
  })

  await t.test('its URL is where the organization’s links lead', async (t) => {
    const links = { base_url: 'https://team.allowed.test/muster/' }
    const { path } = await organization({ links })
    const { answer, slug } = await openPage(path)
    t.equal(answer.body.url, `https://team.allowed.test/muster/join/${slug}`)
    const { body } = await call('GET', `${path}/signup-pages`)
    t.equal(body.data[0].url, answer.body.url)
  })

  await t.test('domains are kept in the form in which they are compared', async (t) => {
    const { path } = await organization()
    const allowed_domains = ['ACME.test', 'acme.test.', 'münchen.test']
    const { answer } = await openPage(path, { allowed_domains })
    t.same(answer.body.allowed_domains, ['acme.test', 'xn--mnchen-3ya.test'])
    for (const wrong of ['acme', 'a@acme.test', 'http://acme.test', '10.0.0.1', 'a b.test']) {
      const refused = (await openPage(path, { allowed_domains: [wrong] })).answer
      t.match(refused, { status: 422, body: { code: 'signup_domain_invalid', domain: wrong } })
    }
  })

  await t.test('bounds', async (t) => {
    const { path } = await organization()
    const many = Array.from({ length: 51 }, (_, n) => `d${n}.test`)
    for (const fields of [
      { max_signups: 0 },
      { max_signups: 1_000_001 },
      { max_signups: 1.5 },
      { allowed_domains: [] },
      { allowed_domains: many },
      { name: '' },
      { slug: 'mine' }
    ]) {
      t.equal((await openPage(path, fields)).answer.status, 400, JSON.stringify(fields))
    }
    t.equal((await openPage(path, { max_signups: 1_000_000 })).answer.status, 201)
    t.equal((await openPage(path, { allowed_domains: many.slice(1) })).answer.status, 201)
    t.equal((await openPage(path, { role: 'nobody' })).answer.body.code, 'unknown_role')
    const { path: other } = await organization({ policy: 'surveymonkey' })
    const single = await openPage(other, { role: 'primary_admin' })
    t.equal(single.answer.body.code, 'single_holder', 'nobody else could ever have it')
  })

  await t.test('at most a hundred of them', async (t) => {
    const { path } = await organization()
    for (let n = 0; n < 100; n += 1) await openPage(path)
    t.match((await openPage(path)).answer, { status: 409, body: { code: 'too_many_signup_pages' } })
  })

  await t.test('by whom', async (t) => {
    const key = unique('policy')
    const manages = ['team.view', 'signup_page.manage', 'member.invite']
    const document = policyDocument(key, {
      roles: [
        role('owner', [...manages, 'member.role'], { rank: 100, min: 1 }),
        role('editor', manages, { rank: 50 }),
        role('member', ['team.view'])
      ],
      authority: {
        invite: [
          { actor: 'owner', roles: ['*'] },
          { actor: 'editor', roles: ['member'] }
        ],
        change_role: [{ actor: 'owner', from: ['*'], to: ['*'] }]
      },
      signup_pages: { enabled: true }
    })
    t.equal((await call('PUT', `/v1/policies/${key}`, { body: { document } })).status, 201)
    const org = await organization({ policy: key })
    const editor = await member(org.path, { role: 'editor' })
    const nobody = await member(org.path)
    const as = { actor: editor.as }
    const refused = await openPage(org.path, {}, { actor: nobody.as })
    t.match(refused.answer, { status: 403, body: { code: 'not_permitted' } })
    const page = await openPage(org.path, {}, as)
    t.equal(page.answer.status, 201)
    const greater = await openPage(org.path, { role: 'editor' }, as)
    t.match(greater.answer, { status: 403, body: { code: 'role_not_assignable' } })
    const raise = await call('PATCH', page.at, { ...as, body: { role: 'editor' } })
    t.equal(raise.body.code, 'role_not_assignable')
    const foreign = await openPage(org.path, { role: 'editor' }, { actor: org.as })
    const patch = await call('PATCH', foreign.at, { ...as, body: { max_signups: 9 } })
    t.equal(patch.body.code, 'role_not_assignable', 'nor more of what another may give')
    t.equal((await call('POST', `${foreign.at}/disable`, as)).status, 200, 'stopping it is fine')
    t.equal((await call('POST', `${foreign.at}/enable`, as)).body.code, 'role_not_assignable')
    t.equal((await call('GET', page.at, { actor: nobody.as })).body.code, 'not_permitted')
  })

  await t.test('an overdue invoice keeps nobody from preparing one', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {})
    const billing = { entitlements: ['team'], status: 'past_due' }
    const { path } = await organization({ policy, billing })
    t.equal((await openPage(path)).answer.status, 201)
  })

  await t.test('where the policy has none', async (t) => {
    const { path } = await organization({ policy: 'ampliphi' })
    t.match((await openPage(path)).answer, { status: 422, body: { code: 'not_offered' } })
  })

  await t.test('a key needs the scope', async (t) => {
    const { path } = await organization()
    const { at } = await openPage(path)
    const { key } = await app.apiKey({ scopes: ['signup-pages:read'] })
    t.equal((await call('GET', at, { key })).status, 200)
    t.equal((await openPage(path, {}, { key })).answer.body.code, 'insufficient_scope')
    t.equal(
      (await call('GET', at, { key: (await app.apiKey({ scopes: ['members:read'] })).key })).status,
      403
    )
  })

  await t.test('a request that is tried again opens no second one', async (t) => {
    const { path } = await organization()
    const headers = { 'idempotency-key': 'page-1' }
    const first = await openPage(path, {}, { headers })
    const again = await openPage(path, {}, { headers })
    t.same(again.answer.body, first.answer.body)
    t.equal((await call('GET', `${path}/signup-pages`)).body.data.length, 1)
  })
})
