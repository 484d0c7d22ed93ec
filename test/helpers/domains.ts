import { listKeptMails } from '../../src/mail/kept.js'
import type { Answer, TestApp } from './app.js'
import { runAllJobs } from './jobs.js'

interface Team {
  readonly path: string
}

/** Six digits of the newest mail to an address, and the token of its link, once all jobs have run. */
export async function codeTo({ deps }: TestApp, address: string) {
  await runAllJobs(deps)
  const mails = await listKeptMails({ db: deps.db, seal: deps.sealer }, { to: address, limit: 1 })
  const text = mails[0]?.text ?? ''
  const [, code = ''] = /\b(\d{6})\b/.exec(text) ?? []
  const [, token = ''] = /\/domains\/(\S+)/.exec(text) ?? []
  return { code, token, text }
}

/** Begins to claim a domain by a mailbox on it. */
export const claimByMail = ({ call }: TestApp, { path }: Team, email: string): Promise<Answer> =>
  call('POST', `${path}/domain-claims`, { body: { method: 'email', email } })

/** Claims a domain and proves it by the code that is mailed; answers with the verified claim. */
export async function claimDomain(
  app: TestApp,
  org: Team,
  domain: string
): Promise<Answer['body']> {
  const email = `${app.unique('claimant')}@${domain}`
  const claimed = await claimByMail(app, org, email)
  const { code } = await codeTo(app, email)
  const path = `${org.path}/domain-claims/${String(claimed.body.id)}/verify`
  const { body } = await app.call('POST', path, { body: { code } })
  if (body.status !== 'verified') throw new Error(`not verified: ${JSON.stringify(body)}`)
  return body
}

/** Another code than the right one. */
export const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

/** Begins to claim a domain by a record in its DNS, which the answer names. */
export const claimByDns = ({ call }: TestApp, { path }: Team, domain: string): Promise<Answer> =>
  call('POST', `${path}/domain-claims`, { body: { method: 'dns', domain } })

/** A team that has begun to claim a domain, and the code that it was sent. */
export async function beginClaim(app: TestApp, domain: string) {
  const org = await app.organization()
  const email = `${app.unique('ana')}@${domain}`
  const { body: claim } = await claimByMail(app, org, email)
  const { code, token } = await codeTo(app, email)
  const path = `${org.path}/domain-claims/${String(claim.id)}`
  const verify = (given = code, headers = {}) =>
    app.call('POST', `${path}/verify`, { body: { code: given }, headers })
  const read = async () => (await app.call('GET', path)).body
  return { org, email, claim, code, token, path, verify, read }
}
