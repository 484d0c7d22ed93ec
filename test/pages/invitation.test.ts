import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { renderInvitation } from '../../src/pages/invitation-view.js'
import { createTestApp, START } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'

const ACCEPT_URL = 'https://app.acme.test/join?plan=team&token=old#start'
const OPEN = {
  offer: {
    organization: { name: 'Acme' },
    role: { key: 'member', label: 'Member' },
    invited_by: { name: 'Olga' },
    email: 'a•••@acme.test',
    expires_at: null
  },
  kind: 'seat',
  message: null,
  texts: {},
  timeZone: 'UTC',
  acceptUrl: ACCEPT_URL
} as const

await t.test('GET /invitations/{token}', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  t.beforeEach(() => {
    app.clock.now = START
  })

  await t.test('says who invites to what, as what, whom and until when', async (t) => {
    const { email, page } = await inviteByOwner(app, {
      organization: { name: 'Blue Heron', time_zone: 'America/New_York' },
      invitation: { role: 'admin' }
    })
    const { status, headers, markup, text } = await readPage(page)
    t.equal(status, 200)
    t.match(text, 'Olga invited you to join Blue Heron.')
    t.match(text, 'Role Admin')
    t.match(text, `Invited address a•••@pages.test`)
    t.notMatch(markup, email, 'whoever holds the link may not be whom it is for')
    t.match(text, /Valid until Monday, January 7, 2030 at 7:00\sPM EST/)
    t.match(text, 'continue on app.acme.test')
    t.match(markup, '<html lang="en"')
    t.match(markup, '<title>Join Blue Heron</title>')
    t.equal(markup.match(/<h1/g)?.length, 1)
    t.match(headers.get('content-type'), 'text/html; charset=utf-8')
  })

  await t.test('in French, by ?lang= or Accept-Language', async (t) => {
    const { page } = await inviteByOwner(app, { organization: { time_zone: 'Europe/Paris' } })
    const french = await readPage(`${page}?lang=fr`, { headers: acceptLanguage('en') })
    t.match(french.markup, '<html lang="fr"')
    t.match(french.text, 'Olga vous invite à rejoindre Acme.')
    t.match(french.text, 'Rôle Membre')
    t.match(french.text, 'Valable jusqu’au mardi 8 janvier 2030 à 01:00 UTC+1')
    t.match(french.text, 'Accepter l’invitation')
    t.notMatch(french.text, /[\w]'[\w]| [:;!?»]|« /, 'typography')
    const negotiated = await readPage(page, { headers: acceptLanguage('fr') })
    t.equal(negotiated.markup, french.markup)
    const others = await readPage(`${page}?lang=xx&lang=fr&utm_source=mail`)
    t.equal(others.status, 200, 'what others add to an address does not break it')
    t.match(others.markup, '<html lang="en"')
  })

  await t.test('changes nothing, however often it is opened', async (t) => {
    const { org, path, page } = await inviteByOwner(app)
    const state = async () => [
      (await app.call('GET', path)).body,
      (await app.call('GET', `${org.path}/events`)).body
    ]
    const before = await state()
    await readPage(page)
    await readPage(page)
    await fetch(page, { method: 'HEAD' })
    t.same(await state(), before)
  })

  await t.test('needs no script and no second request, and cannot be framed', async (t) => {
    const { page } = await inviteByOwner(app)
    const { headers, markup } = await readPage(page)
    t.notMatch(markup, /<script|<link|<img|\ssrc=|\sstyle=|\son\w+=|url\(/)
    t.match(markup, '<meta name="robots" content="noindex">')
    const policy = headers.get('content-security-policy')
    t.match(policy, "default-src 'none'")
    t.match(policy, /style-src 'sha256-[\w+/]{43}='/)
    t.match(policy, /form-action 'self' https:(;|$)/, 'to the product, and where that may lead')
    t.match(policy, "base-uri 'none'")
    t.match(policy, "frame-ancestors 'none'")
    t.notMatch(policy, 'unsafe')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.equal(headers.get('cache-control'), 'no-store')
  })

  await t.test('shows a hostile name as what it is', async (t) => {
    const name = `</h1><script>alert('1')</script>&amp; \u202eevil`
    const { page } = await inviteByOwner(app, { organization: { name } })
    const { markup, text } = await readPage(page)
    t.notMatch(markup, '<script')
    t.notMatch(markup, '\u202e', 'it turns nothing around')
    t.match(text, `Join </h1><script>alert('1')</script>&amp; evil`)
    t.match(markup, '<bdi>&lt;/h1&gt;')
  })

  await t.test('an invitation without inviter and without end', (t) => {
    const offer = { ...OPEN.offer, organization: { name: '  ' }, invited_by: { name: null } }
    const { body } = renderInvitation({ ...OPEN, offer }, 'en')
    t.match(body, 'You are invited to join <bdi>a team</bdi>.')
    t.match(body, 'No end date')
    t.end()
  })

  await t.test('cuts a name of 10 kB', (t) => {
    const long = 'Ünï '.repeat(2_560)
    const offer = {
      ...OPEN.offer,
      organization: { name: long },
      role: { key: 'member', label: long },
      invited_by: { name: long }
    }
    const { body } = renderInvitation({ ...OPEN, offer, acceptUrl: undefined }, 'fr')
    t.ok(body.length < 10_000)
    t.match(body, '…</bdi>')
    t.end()
  })

  await t.test('is no part of the API', async (t) => {
    const paths = Object.keys(app.app.swagger().paths ?? {})
    t.ok(paths.includes('/v1/invitations/lookup'))
    t.same(
      paths.filter((path) => /^\/(invitations|problems|dev)\b/.test(path)),
      []
    )
  })
})

await t.test('POST /invitations/{token}', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  const organization = { links: { accept_url: 'https://team.allowed.test/welcome' } }

  await t.test('sends the person on with the token, and accepts nothing itself', async (t) => {
    const { org, token, path, page, email } = await inviteByOwner(app)
    const { status, headers, markup } = await readPage(page, { method: 'POST' })
    t.equal(status, 303)
    const location = new URL(headers.get('location') ?? '')
    t.equal(location.origin, 'https://app.acme.test')
    t.same(
      [...location.searchParams],
      [
        ['plan', 'team'],
        ['token', token]
      ],
      'exactly one token'
    )
    t.equal(location.hash, '#start')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.equal(markup, '')
    t.equal((await app.call('GET', path)).body.status, 'pending')
    const { body } = await app.accept(location.searchParams.get('token') ?? '', { id: 'u', email })
    t.match(body, { organization_id: org.id, status: 'active' }, 'the product does')
  })

  await t.test('goes where the organization says, never where the request says', async (t) => {
    const { token, page } = await inviteByOwner(app, { organization })
    const elsewhere = '?accept_url=https://evil.test&next=//evil.test&token=x'
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test' }
    const answer = await readPage(`${page}${elsewhere}`, { method: 'POST', headers })
    t.equal(answer.headers.get('location'), `https://team.allowed.test/welcome?token=${token}`)
  })

  await t.test('takes a form without fields, and no large body', async (t) => {
    const { page } = await inviteByOwner(app)
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      fetch(page, { method: 'POST', redirect: 'manual', headers: { 'content-type': type }, body })
    t.equal((await post('')).status, 303)
    t.equal((await post('a='.padEnd(4_097, 'x'))).status, 413)
    for (const body of ['a=1', 'action=accept', 'action=decline&action=decline', '__proto__=1']) {
      const answer = await post(body)
      t.equal(answer.status, 400, body)
      t.match(answer.headers.get('content-type'), 'text/html')
    }
    t.equal((await post('')).status, 303, 'and none of them declined it')
    t.equal((await post('<a/>', 'application/xml')).status, 415)
    const elsewhere = await fetch(`${app.url}/v1/invitations/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'token=x'
    })
    t.equal(elsewhere.status, 415, 'only this page takes forms')
  })
})

await t.test('where no accept_url is configured', async (t) => {
  const app = await createTestApp(t)
  const { page } = await inviteByOwner(app)

  for (const [method, expected] of [
    ['GET', 200],
    ['POST', 409]
  ] as const) {
    await t.test(`${method} says what to do instead of offering a button`, async (t) => {
      const { status, headers, markup, text } = await readPage(page, { method })
      t.equal(status, expected)
      t.notMatch(markup, /<form|<button/)
      t.match(headers.get('content-security-policy'), "form-action 'none'")
      t.match(text, 'Olga invited you to join Acme.')
      t.match(text, 'Ask whoever invited you how to go on.')
      t.match(text, 'set MUSTER_ACCEPT_URL, or links.accept_url of the organization')
      t.match((await readPage(`${page}?lang=fr`, { method })).text, 'Demandez à la personne')
    })
  }
})

await t.test('the token stays out of the log', async (t) => {
  const { deps, ...app } = await createTestApp(t, {
    environment: { MUSTER_ACCEPT_URL: ACCEPT_URL }
  })
  const { token, path } = await inviteByOwner({ deps, ...app })
  let written = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    }
  })
  const logging = await buildApp({ ...deps, log: pino({ level: 'trace' }, stream) })
  t.teardown(() => logging.close())
  const url = await logging.listen({ host: '127.0.0.1', port: 0 })
  const page = `${url}/invitations/${token}`
  await readPage(page)
  await readPage(page, { method: 'POST' })
  await app.call('DELETE', path)
  await readPage(page)
  await readPage(`${page}/more`)
  t.match(written, 'GET /invitations/:token 200')
  t.match(written, 'POST /invitations/:token 303')
  t.match(written, 'GET /invitations/:token 410')
  t.notMatch(written, token.slice(4, 40))
})
