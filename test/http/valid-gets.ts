import type { TestApp } from '../helpers/app.js'
import type { Json, Operation } from '../helpers/openapi.js'
import { endpointFor, testDelivery } from '../helpers/webhooks.js'
import { CHANGES } from './valid-changes.js'
import { organizationBody, VALID } from './valid-requests.js'

type Make = (app: TestApp) => Promise<string>

const ofOrganization =
  (rest = ''): Make =>
  async ({ organization }) =>
    `${(await organization()).path}${rest}`

const ofCredits =
  (rest: string): Make =>
  async ({ organization, call }) => {
    const { path } = await organization({ policy: 'oupi' })
    const body = { kind: 'top_up', amount: 100 }
    const { body: topped } = await call('POST', `${path}/credit-transfers`, { body })
    const { id } = topped as { id?: string }
    return `${path}${rest.replace(':transfer', String(id))}`
  }

const ofMember =
  (rest = ''): Make =>
  async ({ organization, member }) => {
    const { path } = await organization({ policy: 'oupi' })
    return `${path}${rest.replace(':member', (await member(path)).id)}`
  }

/** What another operation is about: its path, without what follows that. */
const changedBy =
  (name: string, cut = 0): Make =>
  async (app) => {
    const { path = '' } = (await (CHANGES[name] ?? VALID[name])?.(app)) ?? {}
    return path
      .split('/')
      .slice(0, -cut || undefined)
      .join('/')
  }

/** How to make what every GET of one thing tells, by operationId; answers with its path. */
export const GETS: Record<string, Make> = {
  getOrganization: ofOrganization(),
  getSummary: ofOrganization('/summary'),
  getBranding: ofOrganization('/branding'),
  getBilling: ofOrganization('/billing'),
  reviewAccess: ofOrganization('/access-review'),
  listRoles: ofOrganization('/roles'),
  getMember: ofMember('/members/:member'),
  explainAccess: ofMember('/members/:member/access'),
  getGroup: changedBy('updateGroup'),
  getResource: changedBy('updateResource'),
  getInvitation: changedBy('cancelInvitation'),
  getCredits: ofCredits('/credits'),
  getCreditUsage: ofCredits('/credit-usage?by=day'),
  getCreditTransfer: ofCredits('/credit-transfers/:transfer'),
  getCreditAccount: ofMember('/credit-accounts/:member'),
  getCreditQuotas: changedBy('putCreditQuotas'),
  getCreditSettings: changedBy('putCreditSettings'),
  getCreditRequest: changedBy('cancelCreditRequest', 1),
  getDomainClaim: changedBy('releaseDomainClaim'),
  getJoinRequest: changedBy('denyJoinRequest', 1),
  getSignupPage: changedBy('updateSignupPage'),
  getSharedSignupPage: changedBy('requestSignup', 1),
  getWebhookEndpoint: changedBy('updateWebhookEndpoint'),
  getWebhookDelivery: async (app) => (await testDelivery(app, await endpointFor(app))).path,
  async getExport({ organization, call }) {
    const { path } = await organization()
    const { body } = await call('POST', `${path}/exports`)
    return `${path}/exports/${String(body.id)}`
  },
  async exportUser(app) {
    const body = organizationBody(app)
    await app.call('POST', '/v1/organizations', { body })
    return `/v1/users/${body.owner.user_id}/export`
  },
  getApiKey: changedBy('revokeApiKey'),
  getPolicy: async () => '/v1/policies/standard'
}

/** Whether it tells one thing as JSON, neither a page of many nor a file: by its shape alone. */
export const tellsOne =
  (document: Json) =>
  ({ method, path, operation }: Operation): boolean => {
    if (method !== 'GET' || !path.startsWith('/v1/')) return false
    const schema: Json = operation.responses['200'].content['application/json']?.schema
    const [, named = ''] = /([^/]+)$/.exec(schema?.['$ref'] ?? '') ?? []
    const shape = JSON.stringify(document.components.schemas[named] ?? schema ?? 'has_more')
    return !shape.includes('has_more')
  }
