import t, { type Test } from 'tap'
import { createTestApp, START } from '../helpers/app.js'
import { claimByMail, claimDomain, codeTo, wrongCode } from '../helpers/domains.js'
import { acceptLanguage, readPage } from '../helpers/pages.js'
import { policyLike } from '../helpers/policies.js'

const CLAIMS = { domain_claims: { enabled: true } }

await t.test('/domains/{token}', async (t) => {
  const app = await createTestApp(t)
  const { call, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team that claims a domain by a mail, and the page that the mail's link opens. */
  async function claim(domain: string, fields: Record<string, unknown> = {}) {
    const policy = await policyLike(app, 'standard', CLAIMS)
    const org = await app.organization({ name: 'Blue Heron', policy, ...fields })
    const email = `${app.unique('ana')}@${domain}`
    const { body } = await call('POST', `${org.path}/domain-claims`, {
      actor: org.as,
      body: { method: 'email', email }
    })
    const { token, code } = await codeTo(app, email)
    const path = `${org.path}/domain-claims/${String(body.id)}`
    const read = async () => (await call('GET', path)).body
    return { org, email, path, read, token, code, page: `${app.url}/domains/${token}` }
  }

  await t.test('says who claims what and what follows, and changes nothing', async (t) => {
    const { page, read, org, email } = await claim('open.test', { time_zone: 'Europe/Paris' })
    const events = async () => (await call('GET', `${org.path}/events`)).body
    const before = [await read(), await events()]
    const { status, markup, text, headers } = await readPage(page)
    await readPage(page)
    await fetch(page, { method: 'HEAD' })
    t.same([await read(), await events()], before)

    t.equal(status, 200)
    t.match(markup, '<title>Confirm open.test for Blue Heron</title>')
    t.equal(markup.match(/<h1/g)?.length, 1)
    t.match(text, 'Olga claims the domain open.test for Blue Heron.')
    t.match(text, 'everybody who proves an address on open.test can join Blue Heron without')
    t.match(text, 'Sent to a•••@open.test')
    t.notMatch(markup, email)
    t.match(text, /Valid until Tuesday, January 1, 2030 at 1:15\sAM/)
    t.match(text, 'Only confirm it if you asked for this.')
    t.match(headers.get('content-security-policy'), "form-action 'self';")
    t.notMatch(markup, /<script|<link|<img|\ssrc=|\sstyle=|\son\w+=|url\(/)
  })

  await t.test('in French', async (t) => {
    const { page } = await claim('ouvert.test')
    const { markup, text } = await readPage(page, { headers: acceptLanguage('fr') })
    t.match(markup, '<html lang="fr"')
    t.match(text, 'Olga revendique le domaine ouvert.test pour Blue Heron.')
    const done = await readPage(`${page}?lang=fr`, { method: 'POST' })
    t.match(done.markup, '<h1><bdi>ouvert.test</bdi> est confirmé</h1>')
    t.notMatch(text + done.text, /[\w]'[\w]| [:;!?»]/, 'typography')
  })

  await t.test('what follows is what the policy says: join, or ask to', async (t) => {
    const policy = await policyLike(app, 'standard', {
      domain_claims: { enabled: true, join: 'request' }
    })
    const { page } = await claim('asking.test', { policy })
    t.match((await readPage(page)).text, 'on asking.test can ask to join Blue Heron.')
    const done = await readPage(page, { method: 'POST' })
    t.match(done.text, 'on asking.test can now ask to join Blue Heron.')
  })

  await t.test('the button confirms it, once for all', async (t) => {
    const { page, read } = await claim('done.test')
    const done = await readPage(page, { method: 'POST' })
    t.equal(done.status, 200)
    t.match(done.markup, '<title>done.test is confirmed</title>')
    t.match(done.text, 'Everybody who proves an address on done.test can now join Blue Heron.')
    t.notMatch(done.markup, /<form|<button/)
    const verified = await read()
    t.equal(verified.status, 'verified')
    t.match(await readPage(page, { method: 'POST' }), { status: 200 }, 'again, it is what it is')
    t.same(await read(), verified)

    const opened = await readPage(page)
    t.equal(opened.status, 409)
    t.match(opened.markup, '<h1>This domain is confirmed</h1>')
    t.notMatch(opened.markup, /<form|<button/)
  })

  await t.test('takes no fields, nor a form of another site', async (t) => {
    const { page, read } = await claim('forms.test')
    t.match(await readPage(page, { form: { domain: 'evil.test' } }), { status: 400 })
    const headers = { 'sec-fetch-site': 'cross-site' }
    t.match(await readPage(page, { method: 'POST', headers }), { status: 403 })
    t.equal((await read()).status, 'pending')
  })

  interface Death {
    readonly code: string
    readonly status: number
    readonly titles: readonly [en: string, fr: string]
    readonly die: (claimed: Awaited<ReturnType<typeof claim>>, domain: string) => unknown
    /** Only by the button: the page itself does not look so far. */
    readonly onlyPost?: true
  }
  const deaths: Death[] = [
    {
      code: 'domain_code_expired',
      status: 410,
      titles: ['This link has expired', 'Ce lien a expiré'],
      die: () => {
        clock.now = new Date(START.getTime() + 15 * 60_000)
      }
    },
    {
      code: 'domain_claim_failed',
      status: 410,
      titles: ['This claim has failed', 'Cette revendication a échoué'],
      die: async ({ path, code }) => {
        for (let i = 0; i < 5; i += 1) {
          await call('POST', `${path}/verify`, { body: { code: wrongCode(code) } })
        }
      }
    },
    {
      code: 'domain_claim_released',
      status: 410,
      titles: ['This claim is over', 'Cette revendication est terminée'],
      die: ({ path }) => call('DELETE', path)
    },
    {
      code: 'domain_claim_released',
      status: 410,
      titles: ['This claim is over', 'Cette revendication est terminée'],
      die: ({ org, email }) => claimByMail(app, org, email)
    },
    {
      code: 'domain_taken',
      status: 409,
      titles: ['This domain belongs to another team', 'Ce domaine appartient à une autre équipe'],
      die: async (_claimed, domain) => {
        const policy = await policyLike(app, 'standard', CLAIMS)
        await claimDomain(app, await app.organization({ policy, name: 'Rivals' }), domain)
      },
      onlyPost: true
    },
    {
      code: 'organization_canceled',
      status: 403,
      titles: ['This team’s subscription has ended', 'L’abonnement de cette équipe est résilié'],
      die: ({ org }) => call('POST', `${org.path}/cancel`)
    },
    {
      code: 'domain_link_invalid',
      status: 404,
      titles: ['This link does not work', 'Ce lien ne fonctionne pas'],
      die: ({ org }) => call('DELETE', org.path)
    }
  ]
  for (const [number, { code, status, titles, die, onlyPost }] of deaths.entries()) {
    await t.test(`dead: ${code}`, async (t) => {
      const domain = `dead-${number}.test`
      const claimed = await claim(domain)
      await die(claimed, domain)
      await isDead(t, claimed.page, { code, status, titles, ...(onlyPost ? { onlyPost } : {}) })
    })
  }

  await t.test('dead: it never was a link', async (t) => {
    const { token } = await claim('wrong.test')
    const titles = ['This link does not work', 'Ce lien ne fonctionne pas'] as const
    const dead = { code: 'domain_link_invalid', status: 404, titles }
    for (const wrong of ['mlk_abc', 'x', `${token}.`, token.slice(0, -1), '%3Cscript%3E']) {
      await isDead(t, `${app.url}/domains/${wrong}`, dead)
    }
    const org = await app.organization()
    const invited = await app.invite(org.path, 'ana@wrong.test')
    await isDead(t, `${app.url}/domains/${invited.token}`, dead)
  })

  async function isDead(t: Test, page: string, death: Omit<Death, 'die'>) {
    const { code, status, titles, onlyPost } = death
    for (const [i, locale] of (['en', 'fr'] as const).entries()) {
      for (const method of onlyPost ? (['POST'] as const) : (['GET', 'POST'] as const)) {
        const answer = await readPage(page, { method, headers: acceptLanguage(locale) })
        t.equal(answer.status, status, `${method} ${code}`)
        t.match(answer.markup, `<h1>${titles[i] ?? ''}</h1>`)
        t.match(answer.text, `${status} ${code}`)
        t.notMatch(answer.markup, /<form|<button|<script|Blue Heron|Olga|Rivals/)
        t.match(answer.headers.get('content-security-policy'), "form-action 'none'")
      }
    }
  }
})
