import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Scope } from './scope.js'

export interface ReceivedMail {
  readonly messageId: string
  readonly to: string
  readonly text: string
  /** All of it, as a mail program understands it. */
  readonly email: Email
  /** The bytes of its head, line by line, as they were sent. */
  readonly head: readonly string[]
}

/** What it answers to a mail: takes it, refuses it for now, or says nothing until told to. */
type Manner = 'accept' | 'refuse' | 'hold'

/** A mail server on loopback. */
export interface SmtpDouble {
  readonly url: string
  manner: Manner
  /** What it has taken. */
  readonly received: readonly ReceivedMail[]
  /** What it has been handed, whatever it answered. */
  readonly tried: readonly ReceivedMail[]
  /** Accepts what it holds, and everything from now on. */
  release(): void
}

/** Stopped with the test. */
export async function startSmtpDouble(t: Scope, manner: Manner = 'accept'): Promise<SmtpDouble> {
  const received: ReceivedMail[] = []
  const tried: ReceivedMail[] = []
  const held: (() => void)[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onData(stream, { envelope }, done) {
      const answer = (mail: ReceivedMail) => {
        tried.push(mail)
        const take = () => {
          received.push(mail)
          done()
        }
        if (double.manner === 'accept') take()
        else if (double.manner === 'hold') held.push(take)
        else done(Object.assign(new Error('Try again later'), { responseCode: 451 }))
      }
      const to = envelope.rcptTo.map(({ address }) => address).join()
      text(stream)
        .then(async (raw) => {
          const email = await PostalMime.parse(raw)
          const head = raw.split('\r\n\r\n')[0]?.split('\r\n') ?? []
          const { messageId = '', text = '' } = email
          answer({ messageId, to, text, email, head })
        })
        .catch(done)
    }
  })
  server.on('error', () => undefined) // A client that was killed.
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  t.teardown(
    () =>
      new Promise<void>((closed) => {
        server.close(closed)
      })
  )
  const { port } = server.server.address() as AddressInfo
  const double: SmtpDouble = {
    url: `smtp://127.0.0.1:${port}`,
    manner,
    received,
    tried,
    release() {
      double.manner = 'accept'
      for (const take of held.splice(0)) take()
    }
  }
  return double
}
