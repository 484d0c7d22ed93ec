import { listKeptMails } from '../../src/mail/kept.js'
import type { TestApp } from './app.js'
import { runAllJobs } from './jobs.js'

/** What somebody has been told by now, once all jobs have run: the first line of each mail. */
export async function toldTo({ deps }: TestApp, address: string): Promise<string[]> {
  await runAllJobs(deps)
  const mails = await listKeptMails({ db: deps.db, seal: deps.sealer }, { to: address, limit: 20 })
  return mails.map(({ text }) => (text.split('\n')[0] ?? '').replaceAll('\u200c', ''))
}
