import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import t, { type Test } from 'tap'
import type { Mail } from '../../src/mail/mailer.js'
import { createSmtpMailer, type SmtpTimeouts } from '../../src/mail/smtp.js'
import { renderInvitation } from '../../src/mail/templates/invitation.js'

interface Received {
  readonly recipients: string[]
  readonly sender: string | undefined
  readonly email: Email
  readonly header: (name: string) => string | undefined
}

/** A real SMTP server on loopback and a mailer that talks to it. */
async function mailbox(t: Test, options: SMTPServerOptions = {}) {
  const received: Received[] = []
  let connections = 0
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1
      done()
    },
    onData(stream, { envelope }, done) {
      const accept = async () => {
        const email = await PostalMime.parse(await text(stream))
        received.push({
          recipients: envelope.rcptTo.map(({ address }) => address),
          sender: envelope.mailFrom ? envelope.mailFrom.address : undefined,
          email,
          header: (name) => email.headers.find(({ key }) => key === name)?.value
        })
      }
      accept().then(() => {
        done()
      }, done)
    },
    ...options
  })
  server.on('error', () => {}) // A client that hangs up, in the tests that mean it to.
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const mailer = mailerTo(t, server.server.address() as AddressInfo)
  t.teardown(
    () =>
      new Promise<void>((done) => {
        server.close(done)
      })
  )
  return { mailer, received, connections: () => connections }
}

function mailerTo(t: Test, { port }: AddressInfo, timeouts?: Partial<SmtpTimeouts>) {
  const mailer = createSmtpMailer(`smtp://127.0.0.1:${port}`, timeouts)
  t.teardown(() => mailer.close())
  return mailer
}

const mail = (over: Partial<Mail> = {}): Mail => ({
  messageId: '<mail_1@muster.test>',
  from: 'Muster <no-reply@muster.test>',
  to: 'ada@acme.test',
  subject: 'Hello',
  text: 'Hello\n',
  html: '<p>Hello</p>',
  ...over
})

const invitation = (teamName: string) =>
  renderInvitation({
    locale: 'en',
    kind: 'seat',
    teamName,
    inviterName: 'Grace Hopper',
    roleLabel: 'Admin',
    message: null,
    url: 'https://muster.test/i/mlk_abc?x=1&y=2',
    expiresAt: null,
    lifetimeDays: null,
    timeZone: 'UTC',
    words: {}
  })

const links = (part: string | undefined) => part?.match(/https?:\/\/[^\s"<>]+/g) ?? []

await t.test('a mail arrives whole: subject, both parts with one link, headers', async (t) => {
  const { mailer, received } = await mailbox(t)
  await mailer.send(mail({ ...invitation('Équipe Zoé 🚀 — été'), replyTo: 'Zoé <zoe@acme.test>' }))

  t.equal(received.length, 1)
  for (const { email, header } of received) {
    t.match(email, {
      subject: 'Grace Hopper invited you to join Équipe Zoé 🚀 — été',
      messageId: '<mail_1@muster.test>',
      from: { name: 'Muster', address: 'no-reply@muster.test' },
      replyTo: [{ name: 'Zoé', address: 'zoe@acme.test' }],
      to: [{ name: '', address: 'ada@acme.test' }],
      text: 'Grace Hopper invited you to join Équipe Zoé 🚀 — été',
      html: '<bdi>Équipe Zoé 🚀 — été</bdi>'
    })
    t.equal(header('auto-submitted'), 'auto-generated')
    t.equal(header('x-mailer'), undefined, 'nothing tells our software')
    t.match(header('content-type'), /^multipart\/alternative/)
    t.same(links(email.text), ['https://muster.test/i/mlk_abc?x=1&y=2'])
    t.same(links(email.html), ['https://muster.test/i/mlk_abc?x=1&amp;y=2'])
  }
})

await t.test(
  'a mail sent again has the same Message-ID and uses the same connection',
  async (t) => {
    const { mailer, received, connections } = await mailbox(t)
    await mailer.send(mail())
    await mailer.send(mail())
    t.same(
      received.map(({ email }) => email.messageId),
      ['<mail_1@muster.test>', '<mail_1@muster.test>']
    )
    t.equal(connections(), 1)
  }
)

await t.test('a hostile team name adds no header and no recipient', async (t) => {
  const { mailer, received } = await mailbox(t)
  const name = 'Acme\r\nBcc: spy@evil.test\r\n\r\n<script>alert(1)</script>'
  await mailer.send(mail(invitation(name)))
  await mailer.send(mail({ subject: name }))

  t.equal(received.length, 2)
  for (const { email, recipients, header } of received) {
    t.same(recipients, ['ada@acme.test'])
    t.equal(header('bcc'), undefined)
    t.match(email.subject, 'Acme Bcc: spy@evil.test')
  }
  t.notMatch(received[0]?.email.html, '<script')
})

await t.test('a list or a command smuggled into the address reaches nobody', async (t) => {
  const { mailer, received } = await mailbox(t)
  const smuggled = [
    'ada@acme.test, spy@evil.test',
    'Ada <spy@evil.test>, ada@acme.test',
    'ada@acme.test>\r\nRCPT TO:<spy@evil.test',
    'ada@acme.test\r\nBcc: spy@evil.test'
  ]
  for (const to of smuggled) await t.rejects(mailer.send(mail({ to })), { code: 'EENVELOPE' }, to)
  t.same(received, [])
})

await t.test('a sender whose name has commas, quotes or accents stays one sender', async (t) => {
  const { mailer, received } = await mailbox(t)
  await mailer.send(mail({ from: 'Café, "Zoé" & Co <no-reply@muster.test>' }))
  await mailer.send(mail({ from: '"Acme, Inc." <no-reply@muster.test>' }))
  await mailer.send(mail({ from: 'no-reply@muster.test' }))
  t.same(
    received.map(({ email }) => email.from),
    [
      { name: 'Café, "Zoé" & Co', address: 'no-reply@muster.test' },
      { name: 'Acme, Inc.', address: 'no-reply@muster.test' },
      { name: '', address: 'no-reply@muster.test' }
    ]
  )
  t.ok(received.every(({ sender }) => sender === 'no-reply@muster.test'))
})

await t.test('a refused recipient or a refused mail rejects, and the next mail goes', async (t) => {
  const refusal = (responseCode: number, message: string) =>
    Object.assign(new Error(message), { responseCode })
  let mails = 0
  const { mailer } = await mailbox(t, {
    onRcptTo: ({ address }, _session, done) => {
      done(address === 'gone@acme.test' ? refusal(550, 'No such user') : null)
    },
    onData(stream, _session, done) {
      stream.resume()
      stream.on('end', () => {
        done(++mails === 1 ? refusal(451, 'Try again later') : null)
      })
    }
  })
  await t.rejects(mailer.send(mail({ to: 'gone@acme.test' })), /No such user/)
  await t.rejects(mailer.send(mail()), /Try again later/)
  await t.resolves(mailer.send(mail()))
})

/** A server that talks only as the test says. Resolves to its port's address. */
async function scriptedServer(t: Test, greet: (write: (line: string) => void) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    greet((line) => socket.writable && socket.write(line))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server.address() as AddressInfo
}

/** Longer than any limit given to the mailers below, shorter than the smallest default. */
const PATIENCE_MS = 5_000

async function rejectsInTime(t: Test, sending: Promise<void>, code: string) {
  const started = performance.now()
  await t.rejects(sending, { code })
  t.ok(performance.now() - started < PATIENCE_MS, 'within the limit')
}

await t.test('a server that never greets rejects within the greeting limit', async (t) => {
  const address = await scriptedServer(t, () => {})
  const mailer = mailerTo(t, address, { greeting: 100 })
  await rejectsInTime(t, mailer.send(mail()), 'ETIMEDOUT')
})

await t.test('a server that falls silent rejects within the silence limit', async (t) => {
  const address = await scriptedServer(t, (write) => {
    write('220 mail.test ESMTP\r\n')
  })
  const mailer = mailerTo(t, address, { silence: 100 })
  await rejectsInTime(t, mailer.send(mail()), 'ETIMEDOUT')
})

await t.test('a server that answers in drops rejects within the delivery limit', async (t) => {
  const address = await scriptedServer(t, (write) => {
    write('220 mail.test ESMTP\r\n')
    const drops = setInterval(() => {
      write('250-still busy\r\n')
    }, 20)
    t.teardown(() => {
      clearInterval(drops)
    })
  })
  const mailer = mailerTo(t, address, { delivery: 300, silence: 1_000 })
  await rejectsInTime(t, mailer.send(mail()), 'EABORT')
})

await t.test('a server that is away rejects, and so does a closed mailer', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  await new Promise((done) => server.close(done))

  const mailer = mailerTo(t, address)
  await t.rejects(mailer.send(mail()), { code: 'ESOCKET' })
  await mailer.close()
  await t.rejects(mailer.send(mail()), /closed/)
})
