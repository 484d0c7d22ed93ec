import t from 'tap'
import { listKeptMails } from '../../../src/mail/kept.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { acceptLanguage, readPage } from '../../helpers/pages.js'
import { policyLike } from '../../helpers/policies.js'

const TELLS = {
  notifications: [{ event: 'member.suspended', roles: ['owner', 'admin'], member: true }]
}

/** Mails to an address, newest first, once all jobs have run. */
async function mailsTo({ deps }: TestApp, address: string) {
  await runAllJobs(deps)
  return listKeptMails({ db: deps.db, seal: deps.sealer }, { to: address, limit: 20 })
}

await t.test('unsubscribing', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, member } = app
  /** A team of which an admin has been told something, with the link of that mail. */
  async function story(fields: Record<string, unknown> = {}) {
    const policy = await policyLike(app, 'standard', TELLS)
    const org = await organization({ policy, name: 'Blue Heron', ...fields })
    const admin = await member(org.path, { role: 'admin' })
    const suspend = async () => {
      const { id } = await member(org.path)
      await call('POST', `${org.path}/members/${id}/suspend`, { body: {} })
    }
    await suspend()
    const [mail] = await mailsTo(app, admin.email)
    const [, link = ''] = /^<(.+)>$/.exec(mail?.headers?.['List-Unsubscribe'] ?? '') ?? []
    const page = `${app.url}${new URL(link).pathname}`
    return { org, policy, admin, suspend, mail, link, page }
  }
  const oneClick = (page: string) =>
    fetch(page, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })
  const created = async (path: string) =>
    (await call('GET', `${path}/events?type=mail_suppression.created`)).body.data

  await t.test('what comes because of a role says how (RFC 8058)', async (t) => {
    const { mail, link } = await story({ links: { base_url: 'https://app.acme.test/m' } })
    t.match(mail?.headers, { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' })
    t.match(link, /^https:\/\/app\.acme\.test\/m\/unsubscribe\/mlk_[\w-]+$/)
  })

  await t.test('what concerns oneself does not, nor does an invitation', async (t) => {
    const { org, admin } = await story()
    await call('POST', `${org.path}/members/${admin.id}/suspend`, { body: {} })
    const [own] = await mailsTo(app, admin.email)
    t.match(own?.text, 'Your access to Blue Heron is suspended')
    t.equal(own?.headers, undefined)
    const email = `${app.unique('i')}@acme.test`
    await call('POST', `${org.path}/invitations`, { body: { emails: email } })
    const [invitation] = await mailsTo(app, email)
    t.equal(invitation?.headers, undefined)
  })

  await t.test('the page changes nothing, and explains itself in both languages', async (t) => {
    const { page, admin } = await story()
    const before = await dumpRows(deps.db)
    const english = await readPage(page)
    t.equal(english.status, 200)
    t.match(english.text, 'Unsubscribe from Blue Heron?')
    t.match(english.text, `Address ${admin.email[0] ?? ''}•••@acme.test`)
    t.notMatch(english.markup, admin.email)
    t.match(english.markup, /<form method="post"><button class="primary">Unsubscribe<\/button>/)
    t.notMatch(english.markup, '<script')
    t.match(english.headers.get('content-security-policy'), "default-src 'none'")
    const french = await readPage(page, { headers: acceptLanguage('fr') })
    t.match(french.markup, '<html lang="fr"')
    t.match(french.text, /Se désabonner de Blue Heron\s\?/)
    await fetch(page, { method: 'HEAD' })
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('the page looks like the team’s', async (t) => {
    const { org, page } = await story()
    const color = '#b91c1c'
    t.equal(
      (await call('PUT', `${org.path}/branding`, { body: { color, logo: null } })).status,
      200
    )
    for (const method of ['GET', 'POST'] as const) {
      const { status, markup } = await readPage(page, { method })
      t.equal(status, 200)
      t.equal(markup.match(/<style>/g)?.length, 2, 'ours and the team’s')
    }
  })

  await t.test('one click: nothing of others any more, but what concerns oneself', async (t) => {
    const { org, admin, page, suspend } = await story()
    t.equal((await oneClick(page)).status, 200)
    t.match(await created(org.path), [
      { subject: { id: /^sup_/ }, data: { email: admin.email, reason: 'unsubscribed' } }
    ])
    const before = (await toldTo(app, admin.email)).length
    await suspend()
    t.equal((await toldTo(app, admin.email)).length, before)
    t.equal((await toldTo(app, org.owner.email)).length, 2, 'others are told as before')
    await call('POST', `${org.path}/members/${admin.id}/suspend`, { body: {} })
    t.match((await toldTo(app, admin.email))[0], 'Your access to Blue Heron is suspended')
    t.equal((await oneClick(page)).status, 200)
    t.equal((await created(org.path)).length, 1, 'done again, it changes nothing')
  })

  await t.test('whoever has unsubscribed can still be invited', async (t) => {
    const { org, admin, page } = await story()
    await oneClick(page)
    await call('DELETE', `${org.path}/members/${admin.id}`)
    const { body } = await call('POST', `${org.path}/invitations`, {
      body: { emails: admin.email }
    })
    await runAllJobs(deps)
    const { id } = body.data[0].invitation
    t.equal((await call('GET', `${org.path}/invitations/${id}`)).body.delivery, 'sent')
  })

  await t.test('by the button, from a form of several parts, in French', async (t) => {
    const { page, org } = await story()
    const form = new FormData()
    form.set('List-Unsubscribe', 'One-Click')
    t.equal((await fetch(page, { method: 'POST', body: form })).status, 200)
    t.equal((await created(org.path)).length, 1)
    const { status, text } = await readPage(page, { method: 'POST', headers: acceptLanguage('fr') })
    t.equal(status, 200)
    t.match(text, 'Vous êtes désabonné de Blue Heron')
    const { markup } = await readPage(page)
    t.notMatch(markup, '<form', 'there is nothing left to do')
  })

  await t.test('from one team only', async (t) => {
    const { page, admin, policy } = await story()
    await oneClick(page)
    const { path } = await organization({ policy })
    const { token } = await app.invite(path, admin.email, { role: 'admin' })
    await app.accept(token, { id: admin.userId, email: admin.email })
    const before = (await toldTo(app, admin.email)).length
    const { id } = await member(path)
    await call('POST', `${path}/members/${id}/suspend`, { body: {} })
    t.equal((await toldTo(app, admin.email)).length, before + 1)
  })

  await t.test('even when the subscription has ended; undone by the operator', async (t) => {
    const { page, org, admin } = await story()
    await call('POST', `${org.path}/cancel`, { body: {} })
    t.equal((await oneClick(page)).status, 200)
    const path = `/v1/mail-suppressions/${admin.email}`
    t.equal((await call('DELETE', path)).status, 404, 'not from the list for all')
    t.equal((await call('DELETE', `${path}?organization_id=${org.id}`)).status, 200)
    const { body } = await call('GET', `${org.path}/events?type=mail_suppression.deleted`)
    t.match(body.data, [{ data: { email: admin.email, reason: 'unsubscribed' } }])
  })

  await t.test('a link that is no link, or another person’s by now, does nothing', async (t) => {
    const { page, org, admin } = await story()
    const invited = await app.invite(org.path, `${app.unique('i')}@acme.test`)
    const tokens = ['nothing', `${page.split('/').at(-1) ?? ''}A`, invited.token]
    for (const token of tokens) {
      const answer = await readPage(`${app.url}/unsubscribe/${token}`, { method: 'POST' })
      t.equal(answer.status, 404)
      t.match(answer.text, 'unsubscribe_link_invalid')
    }
    await deps.db.execute(
      `update members set email = 'heir@acme.test', email_key = 'heir@acme.test'
       where user_id = '${admin.userId}'`
    )
    t.equal((await oneClick(page)).status, 404)
    t.same(await created(org.path), [])
  })
})
