import t from 'tap'
import { type Answer, type CallOptions } from '../helpers/app.js'
import { appWithRoutes, nameOf } from '../helpers/routes.js'
import {
  type Ids,
  MISSING,
  openPolicy,
  tenantWithEverything
} from '../helpers/tenant-with-everything.js'

type Request = CallOptions & { readonly path: string }

/** One request that names what the ids say, of another organization or of none. */
type Ask = (ids: Ids) => Request

const LIMITED = 'key_limited_to_organizations'
const at = (path: string, body?: unknown): Request =>
  body === undefined ? { path } : { path, body }
const endpoint = ({ webhook_endpoint_id: id }: Ids) => `/v1/webhook-endpoints/${String(id)}`
const delivery = (ids: Ids) => `${endpoint(ids)}/deliveries/${String(ids['delivery_id'])}`
const apiKey = ({ api_key_id: id }: Ids) => `/v1/api-keys/${String(id)}`
const user = ({ user_id: id }: Ids) => `/v1/users/${String(id)}`
const hook = (organization_ids: unknown) => ({
  url: 'https://hooks.acme.test/muster',
  event_types: ['*'],
  organization_ids
})

/** Of every operation on the deployment what is asked, and how a key of another organization is answered. */
const ASKED: Record<string, { readonly answer: string | number; readonly asks: readonly Ask[] }> = {
  createOrganization: {
    answer: LIMITED,
    asks: [
      ({ external_id }) =>
        at('/v1/organizations', {
          name: 'New',
          external_id,
          owner: { user_id: 'u_new', email: 'new@acme.test' }
        })
    ]
  },
  listOrganizations: {
    answer: 200,
    asks: [
      ({ external_id }) => at(`/v1/organizations?include_total=true&external_id=${external_id}`),
      ({ name }) => at(`/v1/organizations?include_total=true&q=${name}`),
      ({ key }) => at(`/v1/organizations?include_total=true&policy=${key}`)
    ]
  },
  listPolicies: { answer: LIMITED, asks: [() => at('/v1/policies')] },
  getPolicy: { answer: LIMITED, asks: [({ key }) => at(`/v1/policies/${key}`)] },
  putPolicy: {
    answer: LIMITED,
    asks: [({ key }) => at(`/v1/policies/${key}`, { document: { key, extends: 'standard' } })]
  },
  checkPolicy: {
    answer: 200,
    asks: [({ key }) => at('/v1/policies/check', { document: { key, extends: 'standard' } })]
  },
  acceptInvitation: {
    answer: 'invitation_link_invalid',
    asks: [
      ({ token, email, user_id: id }) =>
        at('/v1/invitations/accept', { token, user: { id, email, email_verified: true } })
    ]
  },
  listJoinableOrganizations: {
    answer: 200,
    asks: [
      ({ email, user_id: id }) =>
        at('/v1/joinable-organizations', { user: { id, email, email_verified: true } })
    ]
  },
  readEventFeed: {
    answer: 'not_found',
    asks: [
      ({ organization_id: id }) => at(`/v1/events?organization_id=${id}`),
      ({ organization_id: id }) => at(`/v1/events?start=latest&organization_id=${id}`)
    ]
  },
  createWebhookEndpoint: {
    answer: 'organizations_unknown',
    asks: [({ organization_id: id }) => at('/v1/webhook-endpoints', hook([id]))]
  },
  listWebhookEndpoints: {
    answer: 200,
    asks: [() => at('/v1/webhook-endpoints?include_total=true')]
  },
  getWebhookEndpoint: { answer: 'not_found', asks: [(ids) => at(endpoint(ids))] },
  updateWebhookEndpoint: {
    answer: 'not_found',
    asks: [
      (ids) => at(endpoint(ids), { description: 'mine' }),
      (ids) => at(endpoint(ids), { organization_ids: [ids['organization_id']] })
    ]
  },
  deleteWebhookEndpoint: { answer: 'not_found', asks: [(ids) => at(endpoint(ids))] },
  rotateWebhookSecret: {
    answer: 'not_found',
    asks: [(ids) => at(`${endpoint(ids)}/rotate-secret`)]
  },
  testWebhookEndpoint: { answer: 'not_found', asks: [(ids) => at(`${endpoint(ids)}/test`)] },
  listWebhookDeliveries: {
    answer: 'not_found',
    asks: [(ids) => at(`${endpoint(ids)}/deliveries`)]
  },
  getWebhookDelivery: { answer: 'not_found', asks: [(ids) => at(delivery(ids))] },
  redeliverWebhookDelivery: {
    answer: 'not_found',
    asks: [(ids) => at(`${delivery(ids)}/redeliver`)]
  },
  recoverWebhookDeliveries: {
    answer: 'not_found',
    asks: [(ids) => at(`${endpoint(ids)}/recover`, { since: '2029-12-31T00:00:00.000Z' })]
  },
  listMailSuppressions: {
    answer: LIMITED,
    asks: [({ email }) => at(`/v1/mail-suppressions?email=${String(email)}`)]
  },
  deleteMailSuppression: {
    answer: LIMITED,
    asks: [({ email }) => at(`/v1/mail-suppressions/${String(email)}`)]
  },
  listUserMemberships: { answer: 200, asks: [(ids) => at(`${user(ids)}/memberships`)] },
  exportUser: { answer: LIMITED, asks: [(ids) => at(`${user(ids)}/export`)] },
  updateUser: { answer: LIMITED, asks: [(ids) => at(user(ids), { name: 'Another' })] },
  eraseUser: { answer: LIMITED, asks: [(ids) => at(`${user(ids)}/erase`)] },
  createMemberToken: {
    answer: 'not_found',
    asks: [
      ({ organization_id, user_id }) => at('/v1/member-tokens', { organization_id, user_id }),
      ({ organization_id, member_id }) => at('/v1/member-tokens', { organization_id, member_id })
    ]
  },
  createApiKey: {
    answer: 'scope_not_held',
    asks: [
      ({ organization_id: id }) =>
        at('/v1/api-keys', { name: 'mine', scopes: ['*'], organization_ids: [id] })
    ]
  },
  listApiKeys: { answer: LIMITED, asks: [() => at('/v1/api-keys?include_total=true')] },
  getApiKey: { answer: LIMITED, asks: [(ids) => at(apiKey(ids))] },
  updateApiKey: { answer: LIMITED, asks: [(ids) => at(apiKey(ids), { name: 'mine' })] },
  rotateApiKey: { answer: LIMITED, asks: [(ids) => at(`${apiKey(ids)}/rotate`, {})] },
  revokeApiKey: { answer: LIMITED, asks: [(ids) => at(apiKey(ids))] }
}

/** All but the request's own id, and a place in the log, which goes on with everybody's events. */
const told = ({ status, body }: Answer): unknown => ({ ...body, status, instance: undefined })

/** An answer that repeats what it was asked. */
const masked = (answer: unknown, ids: Ids): unknown =>
  JSON.parse(
    Object.entries(ids)
      .filter(([, id]) => id.length > 3)
      .reduce((text, [name, id]) => text.replaceAll(id, `{${name}}`), JSON.stringify(answer))
  )

await t.test('a key of some organizations cannot learn that another exists', async (t) => {
  const { app, routes } = await appWithRoutes(t)
  const { call, organization } = app
  const policy = await openPolicy(app)
  const victim = await tenantWithEverything(app, 'victim', policy)
  await call('PATCH', victim.path, { body: { external_id: 'crm_victim' } })
  const own = await organization()
  const { key } = await app.apiKey({ organization_ids: [own.id] })
  const foreign: Ids = { ...victim.ids, external_id: 'crm_victim', name: 'victim' }
  const missing: Ids = { ...MISSING, external_id: 'crm_missing', name: 'nobody', key: 'nobody' }
  const operations = routes.filter(({ access, operationId }) => {
    return access.class === 'operator' && operationId !== undefined
  })
  t.ok(operations.length > 25)

  for (const operation of operations) {
    await t.test(nameOf(operation), async (t) => {
      const asked = ASKED[operation.operationId ?? '']
      if (!asked) throw new Error('nowhere is said what such a key is answered')
      for (const ask of asked.asks) {
        const send = ({ path, ...options }: Request) =>
          call(operation.method, path, { ...options, key })
        const answers = [await send(ask(foreign)), await send(ask(missing))] as const
        const [one, none] = answers.map(told)
        t.same(masked(one, foreign), masked(none, missing))
        const [{ status, body }] = answers
        t.equal(body.code ?? status, asked.answer)
        const text = JSON.stringify(one)
        const sent = JSON.stringify(ask(foreign))
        for (const secret of victim.secrets) {
          if (!sent.includes(secret)) t.notOk(text.includes(secret), secret)
        }
      }
    })
  }

  await t.test('nor by a name that is given once, in its own', async (t) => {
    const answers = ['crm_victim', 'crm_missing'].map((external_id) =>
      call('PATCH', own.path, { key, body: { external_id } })
    )
    const [one, none] = await Promise.all(answers)
    t.match(one, { status: 403, body: { code: LIMITED } })
    t.same(one && told(one), none && told(none))
    t.equal((await call('PATCH', own.path, { key, body: { name: 'Ours' } })).status, 200)
    const taken = await call('PATCH', own.path, { body: { external_id: 'crm_victim' } })
    t.match(taken, { status: 409, body: { code: 'external_id_taken' } })
  })
})
