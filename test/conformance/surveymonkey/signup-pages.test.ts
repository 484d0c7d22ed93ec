import t from 'tap'
import { listKeptMails } from '../../../src/mail/kept.js'
import { type Answer, DAY_MS, START } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { readPage } from '../../helpers/pages.js'
import { createHost } from '../billing.js'
import { createProducts, type Team } from '../products.js'

/** The three members that a team begins with, and room for as many again. */
const PAID = { plan: 'premier', entitlements: ['team'], seats: 6 }
const LIFETIME_MS = 30 * DAY_MS
const LINK = /\/invitations\/(mlk_[\w-]+)/

await t.test('SurveyMonkey teams: signup pages', async (t) => {
  // Each visitor comes from somewhere else: one caller may not ask so often.
  const environment = { MUSTER_TRUSTED_PROXIES: '127.0.0.1' }
  const products = await createProducts(t, { environment })
  let visitors = 0
  const somewhere = () => {
    visitors += 1
    return { 'x-forwarded-for': `10.0.0.${visitors}` }
  }
  const { url, call, clock, deps, unique, accept } = products
  const { push, entries, summary } = createHost(products)
  const create = (billing: object = PAID) => products.team('surveymonkey', { billing })

  /** A page that an administrator has opened, and what can be done with its link. */
  async function openPage(team: Team, max = 3) {
    const { status, body } = await team.call('admin', 'POST', '/signup-pages', {
      body: { max_signups: max }
    })
    const at = `/signup-pages/${String(body.id)}`
    const shown = url + new URL(body.url).pathname
    return {
      status,
      body,
      shown,
      read: async (): Promise<Answer['body']> => (await team.call('admin', 'GET', at)).body,
      set: (fields: object) => team.call('admin', 'PATCH', at, { body: fields }),
      disable: () => team.call('admin', 'POST', `${at}/disable`),
      enable: () => team.call('admin', 'POST', `${at}/enable`),
      /** As a backend would, for whoever has the link. */
      ask: (email: string) =>
        call('POST', `/v1/signup-pages/${String(body.slug)}/signups`, {
          key: null,
          headers: somewhere(),
          body: { email }
        })
    }
  }
  const address = () => `${unique('new')}@sm.test`
  /** The invitation that was mailed to somebody, by its link. */
  async function mailedTo(to: string) {
    await runAllJobs(deps)
    const mails = await listKeptMails({ db: deps.db, seal: deps.sealer }, { to, limit: 20 })
    const tokens = mails.map(({ text }) => LINK.exec(text)?.[1] ?? '')
    return { mails, token: tokens.at(0) ?? '' }
  }
  const finish = async (email: string, token?: string) =>
    accept(token ?? (await mailedTo(email)).token, { id: unique('u'), email })
  const memberOf = async (team: Team, email: string): Promise<Answer['body']> => {
    const { body } = await call('GET', `${team.path}/members?email=${email}`)
    return body.data[0]
  }
  const invitationOf = async (team: Team, email: string): Promise<Answer['body']> =>
    (await call('GET', `${team.path}/invitations?email=${email}`)).body.data[0]
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('SM-31: a page’s URL is shared, and people join by themselves', async (t) => {
    const team = await create()
    const page = await openPage(team)
    for (const email of [address(), address()]) {
      const visit = await readPage(page.shown)
      t.equal(visit.status, 200)
      t.match(visit.markup, '<form method="post"')
      t.equal((await readPage(page.shown, { form: { email } })).status, 303)
      t.match((await finish(email)).body, { status: 'active', role: 'user', email })
      t.match(await memberOf(team, email), { status: 'active' })
    }
  })

  await t.test(
    'SM-32: whoever has the link is sent an invitation, and added by none',
    async (t) => {
      const team = await create()
      const page = await openPage(team)
      const email = address()
      t.match(await page.ask(email), { status: 202, body: { status: 'sent' } })
      t.match(await memberOf(team, email), { status: 'invited', user_id: null, joined_at: null })
      const { mails, token } = await mailedTo(email)
      t.equal(mails.length, 1, 'to the address that was typed')
      t.match(await invitationOf(team, email), {
        status: 'pending',
        invited_by: { type: 'user', id: null, name: null },
        signup_page_id: page.body.id
      })
      t.match(await memberOf(team, email), { status: 'invited' }, 'that it was sent adds nobody')
      t.equal((await finish(email, token)).body.status, 'active')
    }
  )

  await t.test(
    'SM-33: saved with a maximum it is active, and there is a link to copy',
    async (t) => {
      const team = await create()
      for (const by of ['primary_admin', 'admin']) {
        const { status, body } = await team.call(by, 'POST', '/signup-pages', {
          body: { max_signups: 25 }
        })
        t.equal(status, 201)
        t.match(body, { status: 'active', max_signups: 25, url: /\/join\/[0-9a-v]{26}$/ })
        t.equal((await readPage(url + new URL(body.url).pathname)).status, 200)
      }
      const refused = await team.call('user', 'POST', '/signup-pages', {
        body: { max_signups: 25 }
      })
      t.equal(refused.body.code, 'not_permitted')
    }
  )

  await t.test('SM-34 SM-35: as many as the maximum says may use it, and no more', async (t) => {
    const team = await create()
    const without = await team.call('admin', 'POST', '/signup-pages', { body: {} })
    t.match([without.status, without.body.errors[0].detail], [400, 'max_signups'])
    const page = await openPage(team, 2)
    for (let n = 0; n < 2; n += 1) t.equal((await page.ask(address())).status, 202)
    const late = address()
    t.match(await page.ask(late), { status: 409, body: { code: 'signup_page_full' } })
    t.equal(await invitationOf(team, late), undefined)
    const visit = await readPage(page.shown, { form: { email: late } })
    t.equal(visit.status, 409)
    t.match(visit.text, 'This page is full')
    t.equal((await page.set({ max_signups: 3 })).body.status, 'active')
    t.equal((await page.ask(late)).status, 202)
  })

  await t.test('SM-36: a signup uses a seat, and is charged like an invitation', async (t) => {
    const team = await create({ ...PAID, seats: 4, currency: 'EUR', prices: { seat: 30_000 } })
    const page = await openPage(team)
    const [first, second] = [address(), address()]
    await page.ask(first)
    t.match((await summary(team)).seats, { used: 4, available: 0, size: 4 })
    t.same(await entries(team), [], 'a free seat costs nothing')
    await page.ask(second)
    const { id } = await invitationOf(team, second)
    t.match((await summary(team)).seats, { used: 5, available: 0, size: 5 })
    const byPage = await entries(team)
    t.match(byPage, [
      { kind: 'overage', subject: { type: 'invitation', id }, amount_due: 30_000, quantity: 1 }
    ])
    await team.call('admin', 'POST', '/invitations', { body: { emails: address() } })
    const [, invited] = await entries(team)
    t.match(invited, { kind: 'overage', amount_due: 30_000, quantity: 1 })
    await page.ask(second)
    t.equal((await entries(team)).length, 2, 'once, however often it is asked for')
  })

  await t.test('SM-37: an address entered twice is invited once, and counts once', async (t) => {
    const team = await create()
    const page = await openPage(team)
    const email = address()
    for (const typed of [email, email.toUpperCase(), ` ${email}`]) await page.ask(typed)
    t.equal((await page.read()).signup_count, 1)
    const { body } = await call('GET', `${team.path}/invitations?email=${email}`)
    t.equal(body.data.length, 1)
    t.equal((await summary(team)).seats.used, 4)
  })

  await t.test('SM-38: with an overdue invoice nobody invites, themselves or others', async (t) => {
    const team = await create()
    const page = await openPage(team)
    await push(team, { ...PAID, status: 'past_due' })
    const email = address()
    const byPage = await page.ask(email)
    t.match([byPage.status, byPage.body.code], [402, 'billing_past_due'])
    const invited = await team.call('admin', 'POST', '/invitations', { body: { emails: email } })
    t.match([invited.status, invited.body.code], [402, 'billing_past_due'])
    const visit = await readPage(`${page.shown}?lang=fr`, { form: { email } })
    t.equal(visit.status, 402)
    t.match(visit.text, 'Une facture de l’équipe Acme est en souffrance')
    t.match((await readPage(page.shown)).text, 'An invoice of Acme is overdue')
    t.match(await page.read(), { status: 'active', signup_count: 0 }, 'the page stays what it is')
    t.equal(await memberOf(team, email), undefined)
    t.equal((await mailedTo(email)).mails.length, 0)
  })

  await t.test('SM-39: once all is paid, both work again', async (t) => {
    const team = await create({ ...PAID, status: 'past_due' })
    const page = await openPage(team)
    const email = address()
    t.equal((await page.ask(email)).status, 402)
    await push(team, { ...PAID, status: 'ok' })
    t.match((await readPage(page.shown)).markup, '<form method="post"')
    t.equal((await page.ask(email)).status, 202)
    t.equal((await finish(email)).body.status, 'active')
    const invited = await team.call('admin', 'POST', '/invitations', {
      body: { emails: address() }
    })
    t.equal(invited.status, 201)
  })

  await t.test('SM-58: the count is of those who have asked, not who accepted', async (t) => {
    const team = await create()
    const page = await openPage(team)
    t.equal((await page.read()).signup_count, 0)
    const [first, second] = [address(), address()]
    await page.ask(first)
    await page.ask(second)
    t.equal((await page.read()).signup_count, 2, 'nobody has accepted')
    await finish(first)
    t.equal((await page.read()).signup_count, 2, 'accepting is not counted')
    await page.disable()
    t.equal((await page.read()).signup_count, 2, 'it can be read at any time')
  })

  await t.test('SM-59: beside the link stand how many have asked, of how many', async (t) => {
    const team = await create()
    const page = await openPage(team, 3)
    await page.ask(address())
    const told = { url: page.body.url, signup_count: 1, max_signups: 3 }
    t.match(await page.read(), told)
    for (const by of ['primary_admin', 'admin']) {
      t.match((await team.call(by, 'GET', '/signup-pages')).body.data, [told])
    }
  })

  await t.test('SM-60: canceling or expiring does not lower the count', async (t) => {
    const team = await create()
    const page = await openPage(team, 3)
    const [canceled, expired] = [address(), address()]
    await page.ask(canceled)
    await page.ask(expired)
    const { id } = await invitationOf(team, canceled)
    await team.call('admin', 'DELETE', `/invitations/${id}?confirm=true`)
    t.equal((await invitationOf(team, canceled)).status, 'canceled')
    t.equal((await page.read()).signup_count, 2)
    clock.now = new Date(START.getTime() + LIFETIME_MS)
    t.equal((await invitationOf(team, expired)).status, 'expired')
    t.equal((await page.read()).signup_count, 2)
    t.equal((await page.ask(address())).status, 202)
    t.equal((await page.ask(address())).body.code, 'signup_page_full', 'nor gives a place back')
  })

  await t.test('SM-61: disabled at any time, it lets nobody new sign up', async (t) => {
    const team = await create()
    const page = await openPage(team)
    await page.ask(address())
    t.match((await page.disable()).body, { status: 'disabled', signup_count: 1 })
    const late = address()
    t.match(await page.ask(late), { status: 409, body: { code: 'signup_page_disabled' } })
    t.equal((await readPage(page.shown, { form: { email: late } })).status, 409)
    t.equal(await memberOf(team, late), undefined)
    t.equal((await page.read()).signup_count, 1)
  })

  await t.test('SM-62: whoever has begun can finish, unless it is canceled', async (t) => {
    const team = await create()
    const page = await openPage(team)
    const [begun, canceled] = [address(), address()]
    await page.ask(begun)
    await page.ask(canceled)
    const tokens = [(await mailedTo(begun)).token, (await mailedTo(canceled)).token]
    await page.ask(begun)
    await page.disable()
    const { id } = await invitationOf(team, canceled)
    await team.call('admin', 'DELETE', `/invitations/${id}?confirm=true`)
    t.equal((await readPage(`${url}/invitations/${String(tokens[0])}`)).status, 200)
    t.equal((await finish(begun, tokens[0])).body.status, 'active', 'by the first mail too')
    t.match(await finish(canceled, tokens[1]), {
      status: 410,
      body: { code: 'invitation_canceled' }
    })
  })

  await t.test('SM-64: a disabled page says, to whoever visits it, that it is', async (t) => {
    const team = await create()
    const page = await openPage(team)
    await page.disable()
    const french = await readPage(page.shown, { headers: { 'accept-language': 'fr-FR' } })
    t.match(french.text, 'Cette page a été désactivée')
    t.match(french.text, 'Il n’est plus possible de s’inscrire')
    t.notMatch(french.markup, /<form|<input/)
    t.match((await readPage(page.shown)).text, 'This page has been disabled')
  })

  await t.test('SM-65: a disabled page is activated again, under its link', async (t) => {
    const team = await create()
    const page = await openPage(team)
    await page.disable()
    t.match((await page.enable()).body, { status: 'active', url: page.body.url })
    t.match((await readPage(page.shown)).markup, '<form method="post"')
    const email = address()
    t.equal((await page.ask(email)).status, 202)
    t.equal((await finish(email)).body.status, 'active')
  })
})
