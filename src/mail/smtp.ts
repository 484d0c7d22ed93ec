import { createTransport } from 'nodemailer'
import type { Mail, Mailer } from './mailer.js'

/** All in milliseconds. */
export interface SmtpTimeouts {
  readonly connection: number
  readonly greeting: number
  readonly silence: number
  readonly delivery: number
}

/**
 * Nodemailer waits for up to ten minutes, which would keep a worker's slot busy with a dead server.
 * `silence` also covers the server's checks after the last line of a mail; much less would make us
 * send again what was accepted. `delivery` ends what a server prolongs by answering in drops.
 */
const TIMEOUTS: SmtpTimeouts = {
  connection: 10_000,
  greeting: 15_000,
  silence: 45_000,
  delivery: 90_000
}

const MAX_CONNECTIONS = 5
const MAX_MAILS_PER_CONNECTION = 100

/** The longest wait for the server's goodbye when a connection is closed, in milliseconds. */
const GOODBYE_TIMEOUT = 1_000

/**
 * Sends by SMTP over a few kept connections. What `smtpUrl` says in its query wins over our
 * settings: `smtp://mail.example.com:587?requireTLS=true`.
 */
export function createSmtpMailer(smtpUrl: string, timeouts: Partial<SmtpTimeouts> = {}): Mailer {
  const { connection, greeting, silence, delivery } = { ...TIMEOUTS, ...timeouts }
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    maxMessages: MAX_MAILS_PER_CONNECTION,
    connectionTimeout: connection,
    dnsTimeout: connection,
    greetingTimeout: greeting,
    socketTimeout: silence,
    socketCloseTimeout: GOODBYE_TIMEOUT
  })

  return {
    async send(mail) {
      await transport.sendMail({ ...toMessage(mail), signal: AbortSignal.timeout(delivery) })
    },
    async close() {
      transport.close()
    }
  }
}

/** Addresses go in as objects: Nodemailer parses a string as a list, and a list has room for more. */
function toMessage(mail: Mail) {
  return {
    messageId: mail.messageId,
    from: toMailbox(mail.from),
    ...(mail.replyTo === undefined ? {} : { replyTo: toMailbox(mail.replyTo) }),
    to: { name: '', address: mail.to },
    subject: literal(mail.subject),
    text: mail.text,
    html: mail.html,
    headers: { ...mail.headers, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true
  }
}

/**
 * Nodemailer encodes what is not ASCII, and leaves alone what looks encoded already: a mail program
 * would show what such a name decodes to, line breaks and all. An invisible character keeps it text.
 */
const literal = (text: string): string => text.replace(/=(?=\?)/g, '=\u200c')

/** `Acme, Inc. <no-reply@example.com>` is one mailbox whatever its name contains. */
function toMailbox(text: string): { name: string; address: string } {
  const [, name, address] = /^(.*)<([^<>]*)>\s*$/s.exec(text) ?? []
  if (name === undefined || address === undefined) return { name: '', address: text.trim() }
  return { name: literal(name.trim().replace(/^"(.*)"$/s, '$1')), address: address.trim() }
}
