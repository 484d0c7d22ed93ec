import { sql } from 'drizzle-orm'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { idToUuid } from '../../src/ids.js'
import { createTestApp, openDeps, type TestApp } from '../helpers/app.js'
import { claimByMail, codeTo } from '../helpers/domains.js'
import { inviteByOwner, readPage } from '../helpers/pages.js'
import { policyLike } from '../helpers/policies.js'
import { sendRaw } from '../helpers/raw.js'
import { signupStories } from '../helpers/signup-pages.js'

const ACCEPT_URL = 'https://app.acme.test/join'
const PUBLIC_URL = 'https://muster.acme.test'
const LIES = {
  host: 'evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'javascript',
  'x-forwarded-port': '666',
  'x-original-url': '/evil',
  forwarded: 'host=evil.test;proto=http'
}

/** An organization and every page that bears its name. */
async function openAll(app: TestApp, links: Record<string, string> = {}) {
  const policy = await policyLike(app, 'standard', {
    domain_claims: { enabled: true },
    signup_pages: { enabled: true }
  })
  const { org, email, token, path } = await inviteByOwner(app, { organization: { policy, links } })
  const claimant = `${app.unique('ana')}@hostile.test`
  await claimByMail(app, org, claimant)
  const claim = await codeTo(app, claimant)
  const { slug } = await signupStories(app).openPage(org.path)
  const paths = [
    `/invitations/${token}`,
    `/invitations/${token}?decline=1`,
    `/domains/${claim.token}`,
    `/join/${slug}`
  ]
  return { org, email, token, path, paths }
}

await t.test('what a request says of its host changes nothing', async (t) => {
  for (const proxies of ['', '127.0.0.1']) {
    const app = await createTestApp(t, {
      environment: {
        PUBLIC_URL,
        MUSTER_ACCEPT_URL: ACCEPT_URL,
        ...(proxies ? { MUSTER_TRUSTED_PROXIES: proxies } : {})
      }
    })
    await t.test(`trusted proxies: ${proxies || 'none'}`, async (t) => {
      const { org, token, paths } = await openAll(app)
      for (const path of [...paths, '/invitations/x', '/domains/x', '/problems/not_found']) {
        const honest = await readPage(`${app.url}${path}`)
        const lied = await readPage(`${app.url}${path}`, { headers: LIES })
        t.equal(lied.status, honest.status, path)
        t.equal(lied.markup, honest.markup, path)
        t.equal(
          lied.headers.get('content-security-policy'),
          honest.headers.get('content-security-policy')
        )
        t.notMatch(lied.markup, 'evil')
      }
      const accepted = await readPage(`${app.url}/invitations/${token}`, {
        method: 'POST',
        headers: LIES
      })
      t.equal(accepted.headers.get('location'), `${ACCEPT_URL}?token=${token}`)

      const call = async (method: string, path: string, body?: unknown) => {
        const { text } = await sendRaw(`${app.url}${path}`, {
          method,
          headers: {
            ...LIES,
            authorization: `Bearer ${app.key}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' })
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
        return JSON.parse(text) as Record<string, unknown>
      }
      const invited = await call('POST', `${org.path}/invitations`, {
        invitations: [{ email: 'bo@hostile.test' }],
        send_email: false
      })
      t.match(JSON.stringify(invited), `"link":"${PUBLIC_URL}/invitations/mlk_`)
      const { url } = await call('POST', `${org.path}/signup-pages`, { max_signups: 1 })
      t.ok(String(url).startsWith(`${PUBLIC_URL}/join/`))
      const refused = await call('GET', '/v1/organizations/x')
      t.equal(refused['type'], `${PUBLIC_URL}/problems/not_found`)
    })
  }
})

await t.test('X-Forwarded-For is whose request it is only where a proxy is trusted', async (t) => {
  const limit = 120
  const ask = (url: string, client: number) =>
    fetch(`${url}/invitations/mlk_${client}`, {
      headers: { 'x-forwarded-for': `203.0.113.${client}` }
    })
  const statuses = async (environment: Record<string, string>) => {
    const { url } = await createTestApp(t, { environment })
    const clients = Array.from({ length: limit + 1 }, (_, client) => client)
    return new Set(
      await Promise.all(clients.map(async (client) => (await ask(url, client)).status))
    )
  }
  t.same([...(await statuses({}))].sort(), [404, 429], 'anybody can say so')
  t.same([...(await statuses({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' }))], [404])
  t.same([...(await statuses({ MUSTER_TRUSTED_PROXIES: '10.0.0.0/8' }))].sort(), [404, 429])
})

await t.test('an accept_url leads nowhere else', async (t) => {
  const app = await createTestApp(t)

  await t.test('than the operator allows, however it is written', async (t) => {
    const org = await app.organization()
    const refused = [
      'https://evil.test',
      'https://app.acme.test@evil.test/join',
      'https://app.acme.test:secret@evil.test',
      'https://evil.test/#@app.acme.test',
      'https://evil.test?app.acme.test',
      'https://evil.test\\@app.acme.test',
      'https://app.acme.test.evil.test',
      'https://evil-app.acme.test',
      'https://allowed.test',
      'https://evilallowed.test',
      'https://аpp.acme.test',
      'http://127.0.0.1',
      '//evil.test',
      'javascript:alert(1)//app.acme.test',
      'data:text/html,app.acme.test',
      '/join'
    ]
    for (const accept_url of refused) {
      const { status } = await app.call('PATCH', org.path, { body: { links: { accept_url } } })
      t.ok([400, 422].includes(status), `${accept_url}: ${status}`)
    }
    t.same((await app.call('GET', org.path)).body.links, {})
  })

  await t.test('nor where it was allowed once', async (t) => {
    const accept_url = 'https://team.allowed.test/welcome'
    const { token, path } = await openAll(app, { accept_url })
    const page = (url: string) => `${url}/invitations/${token}`
    const before = await readPage(page(app.url), { method: 'POST' })
    t.equal(before.headers.get('location'), `${accept_url}?token=${token}`)

    const deps = openDeps(app.databaseUrl, () => app.clock.now, {
      environment: { MUSTER_ALLOWED_HOSTS: 'other.test' }
    })
    const stricter = await buildApp({ ...deps, linkSecrets: app.deps.linkSecrets })
    t.teardown(async () => {
      await stricter.close()
      await deps.close()
    })
    const url = await stricter.listen({ host: '127.0.0.1', port: 0 })
    const shown = await readPage(page(url))
    t.equal(shown.status, 200)
    t.notMatch(shown.markup, /<form|<button|allowed\.test/)
    t.match(shown.headers.get('content-security-policy'), "form-action 'none'")
    const sent = await readPage(page(url), { method: 'POST' })
    t.equal(sent.status, 409)
    t.equal(sent.headers.get('location'), null)

    const declined = await readPage(page(url), { form: { action: 'decline' } })
    t.equal(declined.status, 200, 'that needs no product')
    t.equal((await app.call('GET', path)).body.status, 'declined')
  })

  await t.test('nor where only its policy allowed it', async (t) => {
    const accept_url = 'https://team.allowed.test/welcome'
    const policy = await policyLike(app, 'standard', { links: { accept_url } })
    const { page } = await inviteByOwner(app, { organization: { policy } })
    t.equal((await readPage(page, { method: 'POST' })).status, 303)
    const deps = openDeps(app.databaseUrl, () => app.clock.now, {
      environment: { MUSTER_ALLOWED_HOSTS: 'other.test' }
    })
    const stricter = await buildApp({ ...deps, linkSecrets: app.deps.linkSecrets })
    t.teardown(async () => {
      await stricter.close()
      await deps.close()
    })
    const url = await stricter.listen({ host: '127.0.0.1', port: 0 })
    t.equal((await readPage(page.replace(app.url, url), { method: 'POST' })).status, 409)
  })
})

await t.test('names are shown as what they are, on every page and in its title', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  /** Past the API, which would not have let it in. */
  async function rename(id: string, name: string) {
    const { db } = app.deps
    const uuid = idToUuid('org', id)
    await db.execute(sql`update organizations set name = ${name} where id = ${uuid}`)
    await db.execute(
      sql`update invitations set invited_by_name = ${name} where organization_id = ${uuid}`
    )
    await db.execute(
      sql`update domain_claims set claimed_by_name = ${name} where organization_id = ${uuid}`
    )
  }
  const titleOf = (markup: string) => /<title>(.*?)<\/title>/s.exec(markup)?.[1] ?? ''

  interface Hostile {
    readonly name: string
    /** As it stands in the markup; undefined: something else is looked at. */
    readonly shown?: string
  }
  const hostile: Record<string, Hostile> = {
    markup: {
      name: `</title></h1><script>alert(1)</script><img src=x onerror="alert('2')">`,
      shown:
        '&lt;/title&gt;&lt;/h1&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x ' +
        'onerror=&quot;alert(&#39;2&#39;)&quot;&gt;'
    },
    'style and comments': { name: '</style>--><!-- {color:red}', shown: '&lt;/style&gt;--&gt;' },
    entities: { name: '&lt;b&gt; &amp;amp;', shown: '&amp;lt;b&amp;gt; &amp;amp;amp;' },
    placeholders: {
      name: '{role} {inviter} {team} $& $1',
      shown: '{role} {inviter} {team} $&amp; $1'
    },
    'turned around': { name: 'Acme \u202etset.live\u202c\u2066', shown: 'Acme tset.live' },
    'right to left': { name: 'שלום עולם', shown: 'שלום עולם' },
    arabic: { name: 'شركة النور!', shown: 'شركة النور!' },
    emoji: { name: '👩‍👩‍👧‍👦 Família 🇫🇷', shown: '👩‍👩‍👧‍👦 Família 🇫🇷' },
    'marks upon marks': { name: `Z${'\u0335\u0321\u0489'.repeat(60)}algo` },
    '10 kB': { name: 'Ünï '.repeat(2_560) },
    '10 kB in one word': { name: 'W'.repeat(10_240) },
    '10 kB of emoji': { name: '👩‍👩‍👧‍👦'.repeat(400) },
    'lines and controls': { name: 'Acme\r\n\u0007\u2028Labs\u0085', shown: 'Acme Labs' },
    nothing: { name: ' \u200e\u202e ', shown: 'a team' }
  }

  for (const [kind, { name, shown }] of Object.entries(hostile)) {
    await t.test(kind, async (t) => {
      const { org, paths } = await openAll(app)
      await rename(org.id, name)
      for (const path of paths) {
        const { status, markup } = await readPage(`${app.url}${path}`)
        t.equal(status, 200)
        t.notMatch(markup, /<(?:script|img|b)\b|\son\w+="|<!--/)
        t.equal(markup.match(/<title>/g)?.length, 1)
        t.equal(markup.match(/<h1>/g)?.length, 1)
        t.equal(markup.match(/<\/style>/g)?.length, 1)
        t.notMatch(markup, /[\u202a-\u202e\u2066\u2067]/, 'nothing turns the text around')
        t.ok(Buffer.byteLength(markup) < 20_000)
        if (shown !== undefined) t.match(markup, `<bdi>${shown}`)
        if (shown !== undefined && titleOf(markup) !== 'Decline this invitation?') {
          t.match(titleOf(markup).replace(/[\u2068\u2069]/g, ''), shown)
        }
      }
    })
  }
})
