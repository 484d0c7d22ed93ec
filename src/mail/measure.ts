import { type Metrics, secondsSince } from '../telemetry/metrics.js'
import { currentSpan, type Tracing, traced } from '../telemetry/tracing.js'
import type { Mailer } from './mailer.js'

interface Watch {
  readonly metrics: Pick<Metrics, 'mailDuration'>
  readonly tracing: Tracing | undefined
}

/** The same mailer, counted and traced. To whom a mail goes, and what it says, is told to nobody. */
export function measureMails(mailer: Mailer, { metrics, tracing }: Watch): Mailer {
  return {
    async send(mail) {
      const startedAt = performance.now()
      let outcome = 'failed'
      try {
        const options = { name: 'send mail', kind: 'client', parent: currentSpan() } as const
        await traced(tracing, options, () => mailer.send(mail))
        outcome = 'sent'
      } finally {
        metrics.mailDuration.observe({ outcome }, secondsSince(startedAt))
      }
    },
    close: () => mailer.close()
  }
}
