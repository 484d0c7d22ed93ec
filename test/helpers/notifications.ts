import { SYSTEM } from '../../src/context.js'
import { appendEvents, type NewEvent } from '../../src/features/events/append-events.js'
import { listKeptMails } from '../../src/mail/kept.js'
import { NOTIFIABLE } from '../../src/policy/document-shape.js'
import type { TestApp } from './app.js'
import { runAllJobs } from './jobs.js'

/** What somebody has been told by now, once all jobs have run: the first line of each mail. */
export async function toldTo({ deps }: TestApp, address: string): Promise<string[]> {
  await runAllJobs(deps)
  const mails = await listKeptMails({ db: deps.db, seal: deps.sealer }, { to: address, limit: 20 })
  return mails.map(({ text }) => (text.split('\n')[0] ?? '').replaceAll('\u200c', ''))
}

/** As a command would, under a policy that tells of everything. */
export async function appendEvent(
  { deps, clock }: TestApp,
  organizationId: string,
  event: NewEvent
): Promise<void> {
  const ctx = { actor: SYSTEM, now: clock.now, requestId: null, locale: 'en' as const }
  const notified = NOTIFIABLE.map((event) => ({ event }))
  await deps.db.transaction((tx) => {
    appendEvents(tx, ctx, { organizationId, notified }, [event])
  })
}
