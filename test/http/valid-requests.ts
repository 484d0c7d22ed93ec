import type { CallOptions, TestApp } from '../helpers/app.js'
import { claimByMail, codeTo, wrongCode } from '../helpers/domains.js'
import { personAt, withDomain, withRequest } from '../helpers/joining.js'
import { policyLike } from '../helpers/policies.js'
import { endDelivery, endpointFor, HOOKS, testDelivery } from '../helpers/webhooks.js'

/** A valid request, and another valid body of the same address; undefined: it takes none. */
export interface Valid extends CallOptions {
  readonly path: string
  readonly body?: unknown
  readonly other?: unknown
}

/** After these the acting member is nobody here, so that no repetition is let in at all. */
export const LAST_WORDS = ['leaveOrganization']

export const organizationBody = ({ unique }: TestApp) => {
  const id = unique('u')
  return { name: 'Acme', owner: { user_id: id, email: `${id}@acme.test` } }
}

async function offer(app: TestApp) {
  const org = await app.organization()
  const email = `${app.unique('ana')}@acme.test`
  return { ...(await app.invite(org.path, email)), email, org }
}

async function openPage({ call, organization }: TestApp) {
  const { path } = await organization()
  const { body } = await call('POST', `${path}/signup-pages`, { body: { max_signups: 2 } })
  return { at: `${path}/signup-pages/${String(body.id)}`, slug: String(body.slug) }
}

async function requestPath(app: TestApp) {
  const domain_claims = { enabled: true, join: 'request' }
  const policy = await policyLike(app, 'standard', { domain_claims })
  return (await withRequest(app, { policy })).at
}

/** A team whose members ask for credits. */
async function onDemand({ call, organization, member }: TestApp) {
  const { path } = await organization({ policy: 'oupi' })
  await call('PUT', `${path}/credit-settings`, { body: { mode: 'on_demand' } })
  await call('POST', `${path}/credit-transfers`, { body: { kind: 'top_up', amount: 100 } })
  return { path, member_id: (await member(path)).id }
}

async function creditRequestPath(app: TestApp) {
  const { path, member_id } = await onDemand(app)
  const body = { amount: 5, member_id }
  const { body: request } = await app.call('POST', `${path}/credit-requests`, { body })
  return `${path}/credit-requests/${String(request.id)}`
}

/** How to make a valid request of every POST, by operationId. A new POST needs its entry here. */
export const VALID: Record<string, (app: TestApp) => Promise<Valid>> = {
  async createOrganization(app) {
    const [body, other] = [organizationBody(app), organizationBody(app)]
    return { path: '/v1/organizations', body, other }
  },
  async cancelOrganization(app) {
    const { path } = await app.organization()
    return { path: `${path}/cancel` }
  },
  async restoreOrganization(app) {
    const { path } = await app.organization()
    await app.call('POST', `${path}/cancel`)
    return { path: `${path}/restore` }
  },
  async eraseUser(app) {
    const { path } = await app.organization()
    const { id, userId } = await app.member(path)
    await app.call('DELETE', `${path}/members/${id}`)
    return { path: `/v1/users/${userId}/erase` }
  },
  async createInvitations(app) {
    const { path } = await app.organization()
    const body = { emails: 'ana@acme.test,not an address', send_email: false }
    return { path: `${path}/invitations`, body, other: { emails: 'bo@acme.test' } }
  },
  async resendInvitation(app) {
    const { org, invitation } = await offer(app)
    const path = `${org.path}/invitations/${String(invitation.id)}/resend`
    return { path, body: { via: 'email' }, other: { via: 'link' } }
  },
  async lookupInvitation(app) {
    const [one, two] = [await offer(app), await offer(app)]
    const [body, other] = [{ token: one.token }, { token: two.token }]
    return { path: '/v1/invitations/lookup', body, other, key: null }
  },
  async acceptInvitation(app) {
    const { token, email } = await offer(app)
    const body = { token, user: { id: app.unique('u'), email, email_verified: true } }
    const other = { token, user: { ...body.user, name: 'Ana' } }
    return { path: '/v1/invitations/accept', body, other }
  },
  async declineInvitation(app) {
    const [one, two] = [await offer(app), await offer(app)]
    const [body, other] = [{ token: one.token }, { token: two.token }]
    return { path: '/v1/invitations/decline', body, other, key: null }
  },
  async joinOrganization(app) {
    const { path, domain, ana } = await withDomain(app)
    const [body, other] = [{ user: ana }, { user: personAt(app, domain) }]
    return { path: `${path}/join`, body, other }
  },
  async approveJoinRequest(app) {
    return { path: `${await requestPath(app)}/approve` }
  },
  async denyJoinRequest(app) {
    return { path: `${await requestPath(app)}/deny` }
  },
  async checkPolicy() {
    const role = { key: 'boss', label: { en: 'Boss', fr: 'Chef' }, rank: 1, permissions: [] }
    const document = { key: 'small', roles: [role], creator_role: 'boss', default_role: 'boss' }
    const other = { document: { ...document, locale: 'fr' } }
    return { path: '/v1/policies/check', body: { document }, other }
  },
  async changeMembers(app) {
    const { path } = await app.organization()
    const member_ids = [(await app.member(path)).id]
    const [body, other] = ['suspend', 'reactivate'].map((action) => ({ action, member_ids }))
    return { path: `${path}/members/bulk`, body, other }
  },
  async importMembers(app) {
    const { path } = await app.organization()
    const body = { members: [{ user_id: 'u_ana', email: 'ana@acme.test' }] }
    const other = { members: [{ user_id: 'u_bo', email: 'bo@acme.test' }] }
    return { path: `${path}/members`, body, other }
  },
  async createGroup(app) {
    const { path } = await app.organization()
    return { path: `${path}/groups`, body: { name: 'Sales' }, other: { name: 'Support' } }
  },
  async createResource(app) {
    const { path } = await app.organization()
    const body = { external_id: 'ws_1', name: 'Sales' }
    return { path: `${path}/resources`, body, other: { external_id: 'ws_2' } }
  },
  async fulfillResource(app) {
    const { path } = await app.organization({ policy: 'openphone' })
    await app.invite(path, 'ana@acme.test', { role: 'member', resources: { choice: 'new' } })
    const { body: page } = await app.call('GET', `${path}/resources?status=requested`)
    const [wanted] = page.data as { id: string }[]
    const [body, other] = [{ external_id: 'ws_1' }, { external_id: 'ws_2' }]
    return { path: `${path}/resources/${String(wanted?.id)}/fulfill`, body, other }
  },
  async suspendMember(app) {
    const { path } = await app.organization()
    return { path: `${path}/members/${(await app.member(path)).id}/suspend` }
  },
  async reactivateMember(app) {
    const { path } = await app.organization()
    return { path: `${path}/members/${(await app.member(path)).id}/reactivate` }
  },
  async recordActivity(app) {
    const { path } = await app.organization()
    const at = `${path}/members/${(await app.member(path)).id}/activity`
    return { path: at, body: {}, other: { type: 'sign_in' } }
  },
  async recordActivities(app) {
    const { path } = await app.organization()
    const { id: member_id } = await app.member(path)
    const [body, other] = [{ data: [{ member_id }] }, { data: [{ member_id, type: 'sign_in' }] }]
    return { path: `${path}/activity`, body, other }
  },
  async reassignMember(app) {
    const { path } = await app.organization({ policy: 'surveymonkey' })
    const { id } = await app.member(path)
    const body = { email: 'bo@acme.test', send_email: false }
    return { path: `${path}/members/${id}/reassign`, body, other: { ...body, locale: 'fr' } }
  },
  async transferOwnership(app) {
    const { path } = await app.organization()
    const [one, two] = [await app.member(path), await app.member(path)]
    const [body, other] = [{ member_id: one.id }, { member_id: two.id }]
    return { path: `${path}/transfer-ownership`, body, other }
  },
  async createDomainClaim(app) {
    const { path } = await app.organization()
    const body = { method: 'email', email: 'ana@valid.test' }
    const other = { method: 'dns', domain: 'valid.test' }
    return { path: `${path}/domain-claims`, body, other }
  },
  async verifyDomainClaim(app) {
    const org = await app.organization()
    const email = `ana@${app.unique('valid').replace('_', '-')}.test`
    const { body: claim } = await claimByMail(app, org, email)
    const { code } = await codeTo(app, email)
    const path = `${org.path}/domain-claims/${String(claim.id)}/verify`
    return { path, body: { code }, other: { code: wrongCode(code) } }
  },
  async createSignupPage(app) {
    const { path } = await app.organization()
    const body = { name: 'Spring', max_signups: 2 }
    return { path: `${path}/signup-pages`, body, other: { ...body, max_signups: 3 } }
  },
  async enableSignupPage(app) {
    const { at } = await openPage(app)
    await app.call('POST', `${at}/disable`)
    return { path: `${at}/enable` }
  },
  async disableSignupPage(app) {
    return { path: `${(await openPage(app)).at}/disable` }
  },
  async requestSignup(app) {
    const { slug } = await openPage(app)
    const [body, other] = [{ email: 'ana@acme.test' }, { email: 'bo@acme.test' }]
    return { path: `/v1/signup-pages/${slug}/signups`, body, other, key: null }
  },
  async createNotice(app) {
    const { path } = await app.organization()
    const [subject, text] = [
      { en: 'News', fr: 'Infos' },
      { en: 'Hello.', fr: 'Bonjour.' }
    ]
    const body = { to: 'notify.special.all', subject, text }
    return { path: `${path}/notifications`, body, other: { ...body, to: 'notify.special.some' } }
  },
  async createExport(app) {
    return { path: `${(await app.organization()).path}/exports` }
  },
  async createCreditAllocation(app) {
    const { path } = await app.organization({ policy: 'oupi' })
    const body = { kind: 'top_up', amount: 100 }
    await app.call('POST', `${path}/credit-transfers`, { body })
    const equal = { strategy: 'equal', total: 10 }
    return { path: `${path}/credit-allocations`, body: equal, other: { ...equal, total: 20 } }
  },
  async createCreditRequest(app) {
    const { path, member_id } = await onDemand(app)
    const [body, other] = [5, 6].map((amount) => ({ amount, member_id }))
    return { path: `${path}/credit-requests`, body, other }
  },
  async approveCreditRequest(app) {
    const path = `${await creditRequestPath(app)}/approve`
    return { path, body: { amount: 5 }, other: { amount: 6 } }
  },
  async denyCreditRequest(app) {
    const path = `${await creditRequestPath(app)}/deny`
    return { path, body: {}, other: { note: 'Next month' } }
  },
  async cancelCreditRequest(app) {
    return { path: `${await creditRequestPath(app)}/cancel` }
  },
  async createRole(app) {
    const { path } = await app.organization()
    const body = { label: { en: 'Editor' }, permissions: ['team.view'] }
    return { path: `${path}/roles`, body, other: { ...body, permissions: [] } }
  },
  async createWebhookEndpoint() {
    const body = { url: HOOKS, event_types: ['member.*'] }
    return { path: '/v1/webhook-endpoints', body, other: { ...body, ordered: true } }
  },
  async rotateWebhookSecret(app) {
    return { path: `${(await endpointFor(app)).path}/rotate-secret` }
  },
  async testWebhookEndpoint(app) {
    return { path: `${(await endpointFor(app)).path}/test` }
  },
  async redeliverWebhookDelivery(app) {
    const { id, path } = await testDelivery(app, await endpointFor(app))
    await endDelivery(app, id, 'failed')
    return { path: `${path}/redeliver` }
  },
  async recoverWebhookDeliveries(app) {
    const endpoint = await endpointFor(app)
    await endDelivery(app, (await testDelivery(app, endpoint)).id, 'failed')
    const body = { since: '2029-12-31T00:00:00.000Z' }
    const other = { since: '2029-12-30T00:00:00.000Z' }
    return { path: `${endpoint.path}/recover`, body, other }
  },
  async createMemberToken({ organization }) {
    const { id, owner } = await organization()
    const body = { organization_id: id, user_id: owner.user_id }
    return { path: '/v1/member-tokens', body, other: { ...body, channel: 'web' } }
  },
  async createApiKey() {
    const body = { name: 'billing', scopes: ['members:read'] }
    return { path: '/v1/api-keys', body, other: { ...body, name: 'other' } }
  },
  async rotateApiKey(app) {
    const { id } = await app.apiKey({ scopes: ['members:read'] })
    return { path: `/v1/api-keys/${id}/rotate`, body: {}, other: { overlap_seconds: 60 } }
  }
}
