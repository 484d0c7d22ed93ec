import t from 'tap'
import { renderSignup } from '../../src/pages/join-view.js'
import { createTestApp, START } from '../helpers/app.js'
import { acceptLanguage, readPage } from '../helpers/pages.js'
import { policyLike } from '../helpers/policies.js'
import { signupStories } from '../helpers/signup-pages.js'

const TITLE = /<title>(.*?)<\/title>/
const titleOf = (markup: string) => TITLE.exec(markup)?.[1]
/** What French typography would not have. */
const WRONG = /(?:[\w]'[\w]| [:;!?»]|« )/

await t.test('the page of a signup page', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' } })
  const { call, clock, organization, unique } = app
  const { openPage } = signupStories(app)
  let callers = 0
  const read = (url: string, options: Parameters<typeof readPage>[1] = {}) => {
    callers += 1
    const headers = { 'x-forwarded-for': `10.0.0.${callers}`, ...options.headers }
    return readPage(url, { ...options, headers })
  }
  const address = () => `${unique('ana')}@join.test`
  const invitationsOf = async (path: string) =>
    (await call('GET', `${path}/invitations`)).body.data as { email: string; locale: string }[]
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('says whose team it is, what happens, and has one field', async (t) => {
    const { path } = await organization({ name: 'Blue Heron' })
    const { shown } = await openPage(path)
    const { status, headers, markup, text } = await read(shown)
    t.equal(status, 200)
    t.equal(titleOf(markup), 'Join Blue Heron')
    t.match(text, 'personal invitation to join Blue Heron by mail')
    t.match(text, 'nobody joins before they have opened the link')
    t.match(markup, '<html lang="en"')
    t.equal(markup.match(/<h1/g)?.length, 1)
    t.match(markup, '<label for="email">Your email address</label>')
    const [input = ''] = /<input[^>]*>/.exec(markup) ?? []
    for (const attribute of [
      'id="email"',
      'name="email"',
      'type="email"',
      'inputmode="email"',
      'autocomplete="email"',
      'required'
    ]) {
      t.match(input, attribute)
    }
    t.notMatch(input, /value=|aria-invalid|aria-describedby/)
    t.equal(markup.match(/<input/g)?.length, 1)
    t.match(markup, '<form method="post"')
    t.notMatch(markup, /<script|<link|<img|\ssrc=|\sstyle=|\son\w+=|url\(/)
    t.match(markup, '<meta name="robots" content="noindex">')
    const policy = headers.get('content-security-policy')
    t.match(policy, "default-src 'none'")
    t.match(policy, "form-action 'self';")
    t.notMatch(policy, 'unsafe')
    t.equal(headers.get('cache-control'), 'no-store')
    t.match(headers.get('ratelimit-policy'), /^"address";q=\d+;w=60, "page";q=\d+;w=60$/)
    t.ok(Buffer.byteLength(markup) < 30_000)
  })

  await t.test('in French, by ?lang= or Accept-Language', async (t) => {
    const { path } = await organization()
    const { shown } = await openPage(path, { allowed_domains: ['acme.test'] })
    const french = await read(`${shown}?lang=fr`, { headers: acceptLanguage('en') })
    t.match(french.markup, '<html lang="fr"')
    t.equal(titleOf(french.markup), 'Rejoindre Acme')
    t.match(french.text, 'Votre adresse e-mail')
    t.match(french.text, 'Seules les adresses de ces domaines sont acceptées\u00a0: acme.test.')
    t.notMatch(french.text, WRONG, 'typography')
    t.equal((await read(shown, { headers: acceptLanguage('fr') })).markup, french.markup)
    t.match(french.markup, '<a href="?lang=en" lang="en" hreflang="en">English</a>')
  })

  await t.test('looks like the organization’s', async (t) => {
    const { path } = await organization()
    await call('PUT', `${path}/branding`, { body: { color: '#0f766e', logo: null } })
    const { shown } = await openPage(path)
    t.match((await read(shown)).markup, '--button:#0f766e')
  })

  await t.test('changes nothing, however often it is opened', async (t) => {
    const { path } = await organization()
    const page = await openPage(path)
    const state = async () => [await page.read(), (await call('GET', `${path}/events`)).body]
    const before = await state()
    for (const query of ['', '?sent=1', '?email=ana@join.test']) await read(page.shown + query)
    await fetch(page.shown, { method: 'HEAD' })
    t.same(await state(), before)
  })

  await t.test('a form that is sent leads on, so that loading again repeats nothing', async (t) => {
    const { path } = await organization()
    const page = await openPage(path)
    const email = address()
    const sent = await read(`${page.shown}?lang=fr`, { form: { email } })
    t.equal(sent.status, 303)
    t.equal(sent.headers.get('location'), '?sent=1&lang=fr')
    t.equal(sent.markup, '')
    t.match(await invitationsOf(path), [{ email, locale: 'fr' }])
    const url = new URL(sent.headers.get('location') ?? '', page.shown).href
    t.ok(url.startsWith(page.shown), 'never anywhere else')
    const shown = await read(url)
    t.equal(shown.status, 200)
    t.match(shown.text, 'Consultez vos e-mails')
    t.match(shown.text, 'Si cette adresse peut rejoindre Acme, un e-mail est en route.')
    t.match(shown.markup, '<a href="?lang=en&amp;sent=1"')
    t.notMatch(shown.markup, /<form|<input/)
    t.notMatch(shown.markup, email)
    await read(url)
    t.equal((await page.read()).signup_count, 1)
  })

  await t.test('whoever it is, they see the same', async (t) => {
    const { path, owner } = await organization()
    const { shown } = await openPage(path, { max_signups: 9 })
    const seen = []
    for (const email of [owner.email, address(), owner.email]) {
      const { status, headers, markup } = await read(shown, { form: { email } })
      seen.push([status, headers.get('location'), markup])
    }
    t.same(new Set(seen.map((one) => JSON.stringify(one))).size, 1)
  })

  await t.test('a mistake is said beside the field, which keeps what was entered', async (t) => {
    const { path } = await organization()
    const page = await openPage(path, { allowed_domains: ['acme.test'] })
    const cases: [string, string, string][] = [
      ['not an <address>', 'Enter a complete email address', 'Saisissez une adresse e-mail'],
      ['', 'Enter a complete email address', 'Saisissez une adresse e-mail'],
      ['ana@join.test', 'Addresses of this domain', 'Les adresses de ce domaine']
    ]
    for (const [email, en, fr] of cases) {
      const { status, markup, text } = await read(page.shown, { form: { email } })
      t.equal(status, 422)
      t.match(text, en)
      t.equal(titleOf(markup), 'Error – Join Acme')
      const [input = ''] = /<input[^>]*>/.exec(markup) ?? []
      t.match(input, 'aria-invalid="true" aria-describedby="email-error"')
      t.match(input, `value="${email.replace('<', '&lt;').replace('>', '&gt;')}"`)
      t.match(markup, '<p class="error" id="email-error">')
      t.match((await read(`${page.shown}?lang=fr`, { form: { email } })).text, fr)
    }
    t.equal((await read(page.shown, { method: 'POST' })).status, 422, 'without any field')
    t.equal((await page.read()).signup_count, 0)
  })

  await t.test('takes its own form and nothing else', async (t) => {
    const { path } = await organization()
    const { shown, read: state } = await openPage(path)
    const form = { email: address() }
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.test' }]) {
      const refused = await read(shown, { form, headers })
      t.equal(refused.status, 403)
      t.match(refused.text, 'cross_site_form')
    }
    t.equal((await read(shown, { form: { ...form, role: 'owner' } })).status, 400)
    t.equal((await read(shown, { form: { email: 'a'.repeat(5_000) } })).status, 413)
    t.equal((await state()).signup_count, 0)
    const { origin } = new URL(shown)
    const own = { 'sec-fetch-site': 'same-origin', origin }
    t.equal((await read(shown, { form, headers: own })).status, 303)
  })

  await t.test('whoever has just asked for the last place sees that it was sent', async (t) => {
    const { path } = await organization()
    const { shown } = await openPage(path, { max_signups: 1 })
    const sent = await read(shown, { form: { email: address() } })
    const next = new URL(sent.headers.get('location') ?? '', shown).href
    t.match((await read(next)).text, 'Check your email')
    t.match((await read(shown)).text, 'This page is full')
  })

  await t.test('no such page', async (t) => {
    for (const slug of ['x', '0'.repeat(26), 'a%00b']) {
      const { status, text } = await read(`${app.url}/join/${slug}?lang=fr`)
      t.equal(status, 404)
      t.match(text, 'Ce lien ne fonctionne pas')
      t.match(text, '404 not_found')
      const asked = await read(`${app.url}/join/${slug}`, { form: { email: address() } })
      t.equal(asked.status, 404)
    }
  })

  await t.test('in the policy’s own words', async (t) => {
    const policy = await policyLike(app, 'standard', {
      texts: {
        'page.signup.heading': { en: 'Be one of {team} & co' },
        'page.signup.disabled': { en: 'Closed by {team}.' },
        seats_exhausted: { en: 'No room left' }
      }
    })
    const { path } = await organization({ policy })
    const { shown, at } = await openPage(path)
    const own = await read(shown)
    t.match(own.text, 'Be one of Acme & co')
    t.equal(titleOf(own.markup), 'Be one of Acme &amp; co')
    t.match((await read(`${shown}?lang=fr`)).text, 'Rejoindre Acme')
    await call('PUT', `${path}/billing`, { body: { seats: 1 } })
    t.match((await read(shown)).text, 'No room left All seats of Acme are taken.')
    await call('POST', `${at}/disable`)
    t.match((await read(shown)).text, 'Closed by Acme.')
  })

  await t.test('hostile, long and odd names are shown as what they are', async (t) => {
    const name = `</h1><script>alert('1')</script>&amp; \u202eevil`
    const { path } = await organization({ name })
    const { shown } = await openPage(path)
    const { markup, text } = await read(shown)
    t.notMatch(markup, '<script')
    t.notMatch(markup, '\u202e')
    t.match(text, `Join </h1><script>alert('1')</script>&amp; evil`)
    t.match(markup, '<bdi>&lt;/h1&gt;')
    const page = {
      organization: { name: 'Ünï '.repeat(2_560) },
      status: 'active',
      reason: null,
      allowed_domains: null
    } as const
    const { body } = renderSignup({ page, texts: {}, locale: 'fr' })
    t.ok(Buffer.byteLength(body) < 30_000)
    const nameless = { ...page, organization: { name: ' ' } }
    t.match(
      renderSignup({ page: nameless, texts: {}, locale: 'en' }).body,
      'Join <bdi>a team</bdi>'
    )
  })

  await t.test('is no part of the API', async (t) => {
    const paths = Object.keys(app.app.swagger().paths ?? {})
    t.ok(paths.includes('/v1/signup-pages/{slug}/signups'))
    t.same(
      paths.filter((path) => path.startsWith('/join')),
      []
    )
  })
})
