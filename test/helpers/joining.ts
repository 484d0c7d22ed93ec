import type { CallOptions, TestApp } from './app.js'
import { claimDomain } from './domains.js'

/** A domain that nobody else has. */
export const newDomain = ({ unique }: Pick<TestApp, 'unique'>) =>
  `${unique('d').replace('_', '-')}.test`

/** An organization that has proven a domain to be its own, and somebody who has an address there. */
export async function withDomain(app: TestApp, fields: Record<string, unknown> = {}) {
  const org = await app.organization({ policy: 'openphone', ...fields })
  const domain = newDomain(app)
  const claim = await claimDomain(app, org, domain)
  return {
    ...org,
    domain,
    claimPath: `${org.path}/domain-claims/${String(claim.id)}`,
    ana: personAt(app, domain)
  }
}

/** Somebody who has an address on a domain. */
export function personAt({ unique }: Pick<TestApp, 'unique'>, domain: string) {
  const id = unique('u')
  return { id, email: `${id}@${domain}`, email_verified: true, name: `Name of ${id}` }
}

export const joiningOf = ({ call }: Pick<TestApp, 'call'>) => ({
  join: (path: string, user: object, options: CallOptions = {}) =>
    call('POST', `${path}/join`, { ...options, body: { user } }),
  find: (user: object, options: CallOptions = {}) =>
    call('POST', '/v1/joinable-organizations', { ...options, body: { user } })
})

/** Somebody has asked to join, where that is how one joins. */
export async function withRequest(app: TestApp, fields: Record<string, unknown>) {
  const org = await withDomain(app, fields)
  const { status, body } = await joiningOf(app).join(org.path, org.ana)
  if (status !== 202) throw new Error(`not asked: ${JSON.stringify(body)}`)
  const at = `${org.path}/join-requests/${String(body.join_request.id)}`
  const act = (verb: 'approve' | 'deny', options: CallOptions = {}) =>
    app.call('POST', `${at}/${verb}`, options)
  return { ...org, request: body.join_request, at, act }
}
