import t from 'tap'
import { listKeptMails } from '../../../src/mail/kept.js'
import { type Answer, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { signupStories } from '../../helpers/signup-pages.js'

const HOUR_MS = 3_600_000
/** From where each request comes: else they would all be one caller's. */
const TRUSTED = { MUSTER_TRUSTED_PROXIES: '127.0.0.1' }

await t.test('asking on a signup page', async (t) => {
  const app = await createTestApp(t, { environment: TRUSTED })
  const { call, clock, deps, organization, member, invite, accept, unique } = app
  const { openPage } = signupStories(app)
  let callers = 0
  const ask = (slug: string, email: string, fields: object = {}, headers = {}) => {
    callers += 1
    return call('POST', `/v1/signup-pages/${slug}/signups`, {
      key: null,
      headers: { 'x-forwarded-for': `10.0.${callers >> 8}.${callers & 255}`, ...headers },
      body: { email, ...fields }
    })
  }
  const address = () => `${unique('ana')}@asks.test`
  const offersTo = async (path: string, email: string): Promise<Answer['body'][]> =>
    (await call('GET', `${path}/invitations?email=${email}`)).body.data
  /** Of what was sent to somebody, the latest first. */
  const subjects = async (to: string): Promise<string[]> => {
    await runAllJobs(deps)
    const mails = await listKeptMails({ db: deps.db, seal: deps.sealer }, { to, limit: 20 })
    return mails.map(({ subject }) => subject)
  }
  const eventTypes = async (path: string): Promise<string[]> =>
    (await call('GET', `${path}/events?limit=100`)).body.data.map(
      ({ type }: { type: string }) => type
    )
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('whom the team has sent away is invited by nobody but the team', async (t) => {
    const { path } = await organization()
    const { slug, read } = await openPage(path, { role: 'admin' })
    const { id, email } = await member(path, { role: 'admin' })
    await call('DELETE', `${path}/members/${id}`)
    const before = await offersTo(path, email)
    const { status, body } = await ask(slug, email)
    t.match([status, body], [202, { status: 'sent' }], 'told as everybody is')
    t.equal((await read()).signup_count, 1, 'and counted')
    t.same(await offersTo(path, email), before)
    t.same(await subjects(email), [])
    const { token } = await invite(path, email)
    t.equal((await accept(token, { id: unique('u'), email })).status, 200)
  })

  await t.test('somebody new is invited, by nobody but themselves', async (t) => {
    const { path } = await organization()
    const { slug, id, read } = await openPage(path, { role: 'admin' })
    const email = address()
    const answer = await ask(slug, ` ${email} `, { locale: 'fr' })
    t.match([answer.status, answer.body], [202, { status: 'sent' }])
    const [invitation] = await offersTo(path, email)
    t.match(invitation, {
      kind: 'seat',
      email,
      role: 'admin',
      status: 'pending',
      locale: 'fr',
      signup_page_id: id,
      invited_by: { type: 'user', id: null, name: null }
    })
    const by = await call('GET', `${path}/invitations?signup_page_id=${id}`)
    t.same(by.body.data, [invitation])
    t.match((await call('GET', `${path}/members/${invitation.member_id}`)).body, {
      status: 'invited',
      role: 'admin'
    })
    t.same(await subjects(email), ['Invitation à rejoindre Acme'])
    t.equal((await read()).signup_count, 1)
    const types = await eventTypes(path)
    t.same(types.slice(0, 3), ['invitation.sent', 'member.invited', 'signup.requested'])
    const [asked] = (await call('GET', `${path}/events?type=signup.requested`)).body.data
    t.match(asked, {
      actor: { type: 'user', id: null },
      subject: { type: 'signup_page', id },
      data: { email, signup_count: 1, max_signups: 2 }
    })
  })

  await t.test('the mail is in the language of the request where none is named', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const email = address()
    await ask(slug, email, {}, { 'accept-language': 'fr-CA' })
    t.equal((await offersTo(path, email))[0].locale, 'fr')
  })

  await t.test('member, invited, suspended, new or lapsed: one and the same answer', async (t) => {
    const { path } = await organization()
    const page = await openPage(path, { max_signups: 9 })
    const suspended = await member(path)
    await call('POST', `${path}/members/${suspended.id}/suspend`)
    const lapsed = address()
    await invite(path, lapsed)
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    const pending = address()
    await invite(path, pending)
    const emails = [(await member(path)).email, pending, suspended.email, address(), lapsed]
    const answers: Answer[] = []
    for (const [n, email] of emails.entries()) {
      answers.push(await ask(page.slug, email))
      t.equal((await page.read()).signup_count, n + 1, 'and one and the same count')
    }
    const [first] = answers
    const seen = ({ status, body, headers }: Answer) => {
      const told = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
      return [status, body, told.filter(([name]) => name !== 'ratelimit')]
    }
    for (const answer of answers) t.same(seen(answer), first && seen(first))
  })

  await t.test('an open invitation is mailed again as it is', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const email = address()
    const { token, invitation } = await invite(path, email, { role: 'admin' })
    clock.now = new Date(START.getTime() + DAY_MS)
    await ask(slug, email, { locale: 'fr' })
    t.same(await subjects(email), ['You are invited to join Acme'])
    const [offer, ...others] = await offersTo(path, email)
    t.same(others, [])
    t.match(offer, { id: invitation.id, role: 'admin', locale: 'en', signup_page_id: null })
    t.equal(offer.expires_at, invitation.expires_at, 'a stranger prolongs nothing')
    t.ok((await eventTypes(path)).includes('invitation.resent'))
    t.equal((await accept(token, { id: 'u_ana', email })).status, 200, 'by the older link')
  })

  await t.test('one that ran out is opened anew, for the same member', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const email = address()
    const { invitation } = await invite(path, email)
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    await ask(slug, email)
    const offers = await offersTo(path, email)
    t.match(offers, [
      { status: 'pending', member_id: invitation.member_id },
      { id: invitation.id, status: 'expired' }
    ])
  })

  await t.test('a member is told that they are one, and only by mail', async (t) => {
    const { path } = await organization({ name: 'Blue Heron' })
    const { slug } = await openPage(path)
    const bo = await member(path)
    await ask(slug, bo.email.toUpperCase(), { locale: 'fr' })
    t.same(await subjects(bo.email), ['Vous avez déjà un compte dans Blue Heron'])
    t.equal((await offersTo(path, bo.email)).length, 1, 'the one that was accepted')
    const types = await eventTypes(path)
    t.notOk(types.includes('invitation.resent'))
  })

  await t.test('not a member who has left, or of a team that is over, by then', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const [bo, cy] = [await member(path), await member(path)]
    await ask(slug, bo.email)
    await ask(slug, cy.email)
    await call('DELETE', `${path}/members/${bo.id}`)
    t.same(await subjects(bo.email), [])
    await ask(slug, cy.email)
    await call('POST', `${path}/cancel`)
    t.same(await subjects(cy.email), ['You already have an account in Acme'], 'the first one')
  })

  await t.test('whoever is to take an account over is sent that offer again', async (t) => {
    const { path } = await organization({ policy: 'surveymonkey' })
    const { slug } = await openPage(path)
    const bo = await member(path)
    const email = address()
    const { body } = await call('POST', `${path}/members/${bo.id}/reassign`, {
      body: { email, send_email: false }
    })
    t.equal((await ask(slug, email)).status, 202)
    t.match(await offersTo(path, email), [
      { id: body.invitation.id, kind: 'reassignment', status: 'pending' }
    ])
    t.match((await subjects(email))[0], 'prendre un compte')
  })

  await t.test('an address gets three mails an hour, and nobody is told', async (t) => {
    const { path } = await organization()
    const [one, two] = [await openPage(path), await openPage(path)]
    const email = address()
    for (const { slug } of [one, two, one, two, one]) {
      t.equal((await ask(slug, email)).status, 202)
    }
    t.equal((await one.read()).signup_count, 1)
    t.equal((await two.read()).signup_count, 1)
    const resent = async () =>
      (await call('GET', `${path}/events?type=invitation.resent`)).body.data.length
    t.equal(await resent(), 2)
    const [{ id }] = await offersTo(path, email)
    const resend = () =>
      call('POST', `${path}/invitations/${id}/resend`, { body: { via: 'email' } })
    t.equal((await resend()).status, 200, 'the team has some left')
    t.equal((await resend()).status, 200)
    t.equal((await resend()).status, 429)
    clock.now = new Date(START.getTime() + HOUR_MS)
    await ask(one.slug, email)
    t.equal(await resent(), 5)
  })

  await t.test('not even whoever declines can be flooded', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const email = address()
    for (let n = 0; n < 5; n += 1) {
      await ask(slug, email)
      const [offer] = await offersTo(path, email)
      await call('DELETE', `${path}/invitations/${offer.id}`)
    }
    t.equal((await offersTo(path, email)).length, 3)
  })

  await t.test(
    'the team is told by mail when a page is full, where its policy says so',
    async (t) => {
      const { path, owner } = await organization({ policy: 'surveymonkey', name: 'Blue Heron' })
      const { slug } = await openPage(path, { name: 'Spring', max_signups: 1 })
      await ask(slug, address())
      const [subject] = await subjects(owner.email)
      t.equal(subject, 'Une page d’inscription de l’équipe Blue Heron est complète')
    }
  )

  await t.test('a request that is tried again is the same request', async (t) => {
    const { path } = await organization()
    const { slug } = await openPage(path)
    const email = address()
    const headers = { 'idempotency-key': 'ask-1', 'x-forwarded-for': '10.9.9.9' }
    for (let n = 0; n < 2; n += 1) await ask(slug, email, {}, headers)
    t.notOk((await eventTypes(path)).includes('invitation.resent'))
  })
})
