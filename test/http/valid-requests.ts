import type { CallOptions, TestApp } from '../helpers/app.js'

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
  async checkPolicy() {
    const role = { key: 'boss', label: { en: 'Boss', fr: 'Chef' }, rank: 1, permissions: [] }
    const document = { key: 'small', roles: [role], creator_role: 'boss', default_role: 'boss' }
    const other = { document: { ...document, locale: 'fr' } }
    return { path: '/v1/policies/check', body: { document }, other }
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
    return { path: `${path}/members/${(await app.member(path)).id}/activity` }
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
  async createExport(app) {
    return { path: `${(await app.organization()).path}/exports` }
  },
  async createRole(app) {
    const { path } = await app.organization()
    const body = { label: { en: 'Editor' }, permissions: ['team.view'] }
    return { path: `${path}/roles`, body, other: { ...body, permissions: [] } }
  },
  async createApiKey() {
    const body = { name: 'billing', scopes: ['members:read'] }
    return { path: '/v1/api-keys', body, other: { ...body, name: 'other' } }
  }
}
