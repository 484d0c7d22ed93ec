import type { TestApp } from '../helpers/app.js'
import { claimByMail } from '../helpers/domains.js'
import { MAIL_EVENTS_SECRET, tellMailEvent } from '../helpers/mail-events.js'
import { policyDocument } from '../helpers/policies.js'
import { endpointFor } from '../helpers/webhooks.js'

/** A valid PATCH, PUT or DELETE that changes something. */
export interface Change {
  readonly method: 'PATCH' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

export const CHANGES_ENVIRONMENT = { MUSTER_MAIL_EVENTS_SECRET: MAIL_EVENTS_SECRET }

async function memberOf(app: TestApp, fields: Record<string, unknown> = {}) {
  const { path } = await app.organization(fields)
  const member = await app.member(path)
  return { path, ...member, at: `${path}/members/${member.id}` }
}

async function groupOf(app: TestApp) {
  const { path, id: memberId } = await memberOf(app)
  const { body } = await app.call('POST', `${path}/groups`, { body: { name: 'Sales' } })
  return { at: `${path}/groups/${String(body.id)}`, memberId }
}

async function resourceOf(app: TestApp) {
  const { path, id: memberId } = await memberOf(app)
  const { body: group } = await app.call('POST', `${path}/groups`, { body: { name: 'Sales' } })
  const { body } = await app.call('POST', `${path}/resources`, { body: { external_id: 'ws_1' } })
  return { at: `${path}/resources/${String(body.id)}`, memberId, groupId: String(group.id) }
}

async function roleOf({ call, organization }: TestApp) {
  const { path } = await organization()
  const body = { label: { en: 'Editor' }, permissions: ['team.view'] }
  const { body: role } = await call('POST', `${path}/roles`, { body })
  return `${path}/roles/${String(role.key)}`
}

/** How to make a valid change of every other operation that changes something, by operationId. */
export const CHANGES: Record<string, (app: TestApp) => Promise<Change>> = {
  async updateOrganization(app) {
    const { path } = await app.organization()
    return { method: 'PATCH', path, body: { name: 'Acme & Sons' } }
  },
  async deleteOrganization(app) {
    return { method: 'DELETE', path: (await app.organization()).path }
  },
  async putBranding(app) {
    const { path } = await app.organization()
    return { method: 'PUT', path: `${path}/branding`, body: { color: '#336699', logo: null } }
  },
  async putPolicy(app) {
    const key = app.unique('policy')
    const document = { ...policyDocument('standard'), key }
    return { method: 'PUT', path: `/v1/policies/${key}`, body: { document } }
  },
  async putBilling(app) {
    const { path } = await app.organization()
    return { method: 'PUT', path: `${path}/billing`, body: { plan: 'pro', seats: 7 } }
  },
  async updateMember(app) {
    const { at } = await memberOf(app)
    return { method: 'PATCH', path: at, body: { name: 'Ana Lima', role: 'admin' } }
  },
  async removeMember(app) {
    return { method: 'DELETE', path: (await memberOf(app)).at }
  },
  async cancelReassignment(app) {
    const { at } = await memberOf(app, { policy: 'surveymonkey' })
    const body = { email: 'bo@acme.test', send_email: false }
    await app.call('POST', `${at}/reassign`, { body })
    return { method: 'DELETE', path: `${at}/reassignment` }
  },
  async updateRole(app) {
    return { method: 'PATCH', path: await roleOf(app), body: { permissions: [] } }
  },
  async deleteRole(app) {
    return { method: 'DELETE', path: await roleOf(app) }
  },
  async updateGroup(app) {
    return { method: 'PATCH', path: (await groupOf(app)).at, body: { name: 'Marketing' } }
  },
  async deleteGroup(app) {
    return { method: 'DELETE', path: (await groupOf(app)).at }
  },
  async putGroupMembers(app) {
    const { at, memberId } = await groupOf(app)
    return { method: 'PUT', path: `${at}/members`, body: { member_ids: [memberId] } }
  },
  async addGroupMember(app) {
    const { at, memberId } = await groupOf(app)
    return { method: 'PUT', path: `${at}/members/${memberId}` }
  },
  async removeGroupMember(app) {
    const { at, memberId } = await groupOf(app)
    await app.call('PUT', `${at}/members/${memberId}`)
    return { method: 'DELETE', path: `${at}/members/${memberId}` }
  },
  async updateResource(app) {
    return { method: 'PATCH', path: (await resourceOf(app)).at, body: { name: 'Support' } }
  },
  async deleteResource(app) {
    return { method: 'DELETE', path: (await resourceOf(app)).at }
  },
  async putResourceGrant(app) {
    const { at, memberId } = await resourceOf(app)
    return { method: 'PUT', path: `${at}/grants/${memberId}`, body: {} }
  },
  async revokeResourceGrant(app) {
    const { at, memberId } = await resourceOf(app)
    await app.call('PUT', `${at}/grants/${memberId}`, { body: {} })
    return { method: 'DELETE', path: `${at}/grants/${memberId}` }
  },
  async putResourceGroupGrant(app) {
    const { at, groupId } = await resourceOf(app)
    return { method: 'PUT', path: `${at}/group-grants/${groupId}`, body: {} }
  },
  async revokeResourceGroupGrant(app) {
    const { at, groupId } = await resourceOf(app)
    await app.call('PUT', `${at}/group-grants/${groupId}`, { body: {} })
    return { method: 'DELETE', path: `${at}/group-grants/${groupId}` }
  },
  async addResourceOwner(app) {
    const { at, memberId } = await resourceOf(app)
    return { method: 'PUT', path: `${at}/owners/${memberId}` }
  },
  async removeResourceOwner(app) {
    const { at, memberId } = await resourceOf(app)
    await app.call('PUT', `${at}/owners/${memberId}`)
    return { method: 'DELETE', path: `${at}/owners/${memberId}` }
  },
  async cancelInvitation(app) {
    const { path } = await app.organization()
    const { invitation } = await app.invite(path, 'ana@acme.test')
    return { method: 'DELETE', path: `${path}/invitations/${String(invitation.id)}` }
  },
  async putCreditQuotas(app) {
    const { path } = await app.organization({ policy: 'oupi' })
    await app.call('PUT', `${path}/credit-settings`, { body: { mode: 'monthly_quota' } })
    const body = { everybody: 50 }
    return { method: 'PUT', path: `${path}/credit-quotas`, body }
  },
  async putCreditSettings(app) {
    const { path } = await app.organization({ policy: 'oupi' })
    return { method: 'PUT', path: `${path}/credit-settings`, body: { mode: 'on_demand' } }
  },
  async releaseDomainClaim(app) {
    const org = await app.organization()
    const { body: claim } = await claimByMail(app, org, 'ana@released.test')
    return { method: 'DELETE', path: `${org.path}/domain-claims/${String(claim.id)}` }
  },
  async updateSignupPage({ call, organization }) {
    const { path } = await organization()
    const { body } = await call('POST', `${path}/signup-pages`, { body: { max_signups: 2 } })
    return {
      method: 'PATCH',
      path: `${path}/signup-pages/${String(body.id)}`,
      body: { name: 'May' }
    }
  },
  async updateWebhookEndpoint(app) {
    const { path } = await endpointFor(app)
    return { method: 'PATCH', path, body: { description: 'Of the billing service' } }
  },
  async deleteWebhookEndpoint(app) {
    return { method: 'DELETE', path: (await endpointFor(app)).path }
  },
  async deleteMailSuppression(app) {
    await tellMailEvent(app, {
      type: 'complained',
      message_id: '<x@y.test>',
      email: 'cross@acme.test'
    })
    return { method: 'DELETE', path: '/v1/mail-suppressions/cross@acme.test' }
  },
  async updateUser(app) {
    const { userId } = await memberOf(app)
    return { method: 'PATCH', path: `/v1/users/${userId}`, body: { name: 'Ana Lima' } }
  },
  async updateApiKey(app) {
    const { id } = await app.apiKey({ scopes: ['members:read'] })
    return { method: 'PATCH', path: `/v1/api-keys/${id}`, body: { scopes: ['members:write'] } }
  },
  async revokeApiKey(app) {
    const { id } = await app.apiKey({ scopes: ['members:read'] })
    return { method: 'DELETE', path: `/v1/api-keys/${id}` }
  }
}
