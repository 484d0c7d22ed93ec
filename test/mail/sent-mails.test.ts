import t, { type Test } from 'tap'
import { createSmtpMailer } from '../../src/mail/smtp.js'
import { createTestApp } from '../helpers/app.js'
import { runAllJobs } from '../helpers/jobs.js'
import { everyMail } from '../helpers/mails.js'
import { policyLike } from '../helpers/policies.js'
import { type ReceivedMail, startSmtpDouble } from '../helpers/smtp.js'

/** Longer lines may be refused or cut (RFC 5322). */
const LINE_MAX = 998
const headerOf = ({ email }: ReceivedMail, name: string) =>
  email.headers.filter(({ key }) => key === name).map(({ value }) => value)

await t.test('every kind of mail, as a mail server gets it', async (t) => {
  const smtp = await startSmtpDouble(t)
  const app = await createTestApp(t, { environment: { SMTP_URL: smtp.url } })
  const { call, deps } = app
  /** What has been sent to somebody, the latest first. */
  const sentTo = async (address: string) => {
    await runAllJobs(deps)
    const mails = smtp.received.filter(({ to }) => to === address).reverse()
    const [mail] = mails
    if (!mail) throw new Error(`nothing was sent to ${address}`)
    return mail
  }
  const policy = await policyLike(app, 'standard', {
    notifications: [{ event: 'member.joined', roles: ['owner'], member: true }],
    invitations: { fields: { message: 'optional' } },
    domain_claims: { enabled: true }
  })
  const name = 'Zoé 🚀 ליל =?utf-8?B?QmNj?= <b>& co'
  const org = await app.organization({ policy, name })
  const isolated = `\u2068${name.replace('=?', '=\u200c?')}\u2069`

  const whole = (t: Test, mail: ReceivedMail) => {
    t.match(mail.email.text, /\S/, 'a text part')
    t.match(mail.email.html, '<!doctype html>')
    t.notMatch(mail.email.html, '<b>& co')
    t.same(headerOf(mail, 'auto-submitted'), ['auto-generated'])
    t.same(headerOf(mail, 'bcc'), [])
    t.equal(headerOf(mail, 'subject').length, 1)
    for (const line of mail.head) {
      t.match(line, /^[\x20-\x7e\t]*$/, 'a head is ASCII')
      t.ok(line.length <= LINE_MAX)
    }
  }

  await t.test('an invitation, with a message', async (t) => {
    const email = `${app.unique('ana')}@acme.test`
    const message = 'Hi <b>there</b>\nhttps://evil.test'
    await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { invitations: [{ email, message }] }
    })
    const mail = await sentTo(email)
    whole(t, mail)
    t.equal(mail.email.subject, `Olga invited you to join ${isolated}`)
    t.match(mail.text, '> Hi <b>there</b>\n> https:\u200c//evil.\u200ctest')
    t.match(mail.email.html, 'Hi &lt;b&gt;there&lt;/b&gt;')
    t.same(headerOf(mail, 'list-unsubscribe'), [])
  })

  await t.test('a notification, to whoever has a role and to whom it concerns', async (t) => {
    const ana = await app.member(org.path)
    const toOwner = await sentTo(org.owner.email)
    whole(t, toOwner)
    t.equal(toOwner.email.subject, `${ana.email} joined ${isolated}`)
    const [unsubscribe = ''] = headerOf(toOwner, 'list-unsubscribe')
    t.match(unsubscribe, /^<http:\/\/localhost:4700\/unsubscribe\/mlk_[\w-]+>$/)
    t.same(headerOf(toOwner, 'list-unsubscribe-post'), ['List-Unsubscribe=One-Click'])
    const path = new URL(unsubscribe.slice(1, -1)).pathname
    t.equal((await fetch(app.url + path)).status, 200, 'the link has arrived whole')
    const welcome = await sentTo(ana.email)
    whole(t, welcome)
    t.equal(welcome.email.subject, `Welcome to ${isolated}`)
    t.same(headerOf(welcome, 'list-unsubscribe'), [])
  })

  await t.test('a notice of the host', async (t) => {
    await call('POST', `${org.path}/notifications`, {
      body: {
        to: 'notify.special.all',
        subject: { en: 'News: =?utf-8?B?QmNj?= été \u202eevil', fr: 'x' },
        text: { en: 'Line one\nLine <two>', fr: 'x' }
      }
    })
    const mail = await sentTo(org.owner.email)
    whole(t, mail)
    t.equal(mail.email.subject, 'News: =\u200c?utf-8?B?QmNj?= été evil')
    t.match(mail.text, 'Line one\nLine <two>\n')
    t.match(mail.email.html, 'Line one<br>\nLine &lt;two&gt;')
    t.equal(headerOf(mail, 'list-unsubscribe').length, 1)
    await call('POST', `${org.path}/notifications`, {
      body: {
        to: 'notify.billing_reminders',
        subject: { en: 'Pay', fr: 'x' },
        text: { en: 'Please.', fr: 'x' }
      }
    })
    t.same(headerOf(await sentTo(org.owner.email), 'list-unsubscribe'), [])
  })

  await t.test('the code of a domain', async (t) => {
    const email = `${app.unique('admin')}@muster-acme.com`
    const { status } = await call('POST', `${org.path}/domain-claims`, {
      actor: org.as,
      body: { method: 'email', email }
    })
    t.equal(status, 201)
    const mail = await sentTo(email)
    whole(t, mail)
    t.match(mail.text, /\b\d{6}\b/)
    t.same(headerOf(mail, 'list-unsubscribe'), [])
  })
})

await t.test('no name forges a header, however long or strange it is', async (t) => {
  const smtp = await startSmtpDouble(t)
  const mailer = createSmtpMailer(smtp.url)
  t.teardown(() => mailer.close())
  const names = {
    lines: 'Acme\r\nBcc: spy@evil.test\r\n\r\nX',
    encoded: '=?utf-8?Q?=0D=0ABcc:_spy@evil.test?=',
    long: 'W'.repeat(10_240),
    longWords: 'é '.repeat(5_120),
    overrides: '\u202eemca\u2066\u200f',
    emoji: '👩‍👩‍👧‍👦'.repeat(200)
  }
  for (const [kind, name] of Object.entries(names)) {
    const chosen = { team: name, person: name, name, message: name }
    const mails = everyMail('en', chosen)
    for (const [what, rendered] of mails) {
      const messageId = `<${kind}.${what.replace(/\W/g, '')}@muster.test>`
      const to = 'ada@acme.test'
      await mailer.send({ ...rendered, messageId, from: 'Muster <no-reply@muster.test>', to })
    }
    const received = smtp.received.slice(-mails.length)
    for (const [index, mail] of received.entries()) {
      const [what, rendered] = mails[index] ?? []
      t.match([mail.to, mail.messageId], ['ada@acme.test', `<${kind}.`])
      t.same(headerOf(mail, 'bcc'), [], `${kind} in ${String(what)}`)
      const shown = mail.email.subject?.replaceAll('=\u200c?', '=?')
      t.equal(shown, rendered?.subject.trim(), `${kind}: as it was written`)
      t.notMatch(mail.email.subject, /[\p{Cc}\u202a-\u202e\u2066\u200f]/u)
      for (const line of mail.head) t.ok(line.length <= LINE_MAX)
    }
  }
})
