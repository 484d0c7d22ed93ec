import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { claimByMail } from '../helpers/domains.js'
import { withRequest } from '../helpers/joining.js'
import { policyLike } from '../helpers/policies.js'

const NO_SUCH = '01jd3v8k2ffb5t0m5r6w9x7y3z'

interface Operation {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly takesBody: boolean
}

/** Every operation on one organization, drawn from the document that we publish. */
async function tenantOperations({ call }: TestApp): Promise<Operation[]> {
  const { body: document } = await call('GET', '/openapi.json')
  const paths = Object.entries(document.paths as Record<string, Record<string, object>>)
  return paths
    .filter(([path]) => path.includes('{organization_id}'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        // An operation that is done by a POST without a body takes an empty one.
        takesBody: 'requestBody' in operation || method === 'post',
        body: BODIES[`${method} ${path.replace('/v1/organizations/{organization_id}', '{o}')}`]
      }))
    )
}

/** What each operation that takes a body would accept; one that is missing fails the walk. */
const BODIES: Record<string, unknown> = {
  'patch {o}': { name: 'Stolen' },
  'put {o}/billing': { seats: 1_000 },
  'put {o}/branding': { color: '#ff0000', logo: null },
  'post {o}/cancel': {},
  'post {o}/restore': {},
  'post {o}/exports': {},
  'post {o}/notifications': {
    to: 'notify.special.all',
    subject: { en: 'Stolen', fr: 'Volé' },
    text: { en: 'Stolen', fr: 'Volé' }
  },
  'post {o}/roles': { label: { en: 'Thief' }, permissions: ['team.view'] },
  'patch {o}/roles/{role_key}': { permissions: ['org.delete'] },
  'post {o}/authorize': { user_id: 'u_thief', permission: 'team.view' },
  'post {o}/members': { members: [{ user_id: 'u_thief', email: 'thief@evil.test' }] },
  'post {o}/members/bulk': { action: 'suspend', member_ids: [`mem_${NO_SUCH}`] },
  'post {o}/groups': { name: 'Thieves' },
  'patch {o}/groups/{group_id}': { name: 'Stolen' },
  'put {o}/groups/{group_id}/members': { member_ids: [] },
  'post {o}/resources': { external_id: 'stolen' },
  'patch {o}/resources/{resource_id}': { name: 'Stolen' },
  'post {o}/resources/{resource_id}/fulfill': { external_id: 'stolen' },
  'put {o}/resources/{resource_id}/grants/{member_id}': {},
  'put {o}/resources/{resource_id}/group-grants/{group_id}': {},
  'post {o}/signup-pages': { max_signups: 1 },
  'patch {o}/signup-pages/{signup_page_id}': { name: 'Stolen' },
  'post {o}/signup-pages/{signup_page_id}/enable': {},
  'post {o}/signup-pages/{signup_page_id}/disable': {},
  'post {o}/invitations': { emails: 'thief@evil.test' },
  'post {o}/invitations/{invitation_id}/resend': { via: 'link' },
  'patch {o}/members/{member_id}': { name: 'Stolen' },
  'post {o}/members/{member_id}/suspend': {},
  'post {o}/members/{member_id}/reactivate': {},
  'post {o}/members/{member_id}/activity': {},
  'post {o}/activity': { data: [{ user_id: 'u_thief' }] },
  'post {o}/members/{member_id}/reassign': { email: 'thief@evil.test', send_email: false },
  'post {o}/domain-claims': { method: 'email', email: 'thief@evil.test' },
  'post {o}/domain-claims/{domain_claim_id}/verify': { code: '123456' },
  'post {o}/join': { user: { id: 'u_thief', email: 'thief@victim.test', email_verified: true } },
  'post {o}/join-requests/{join_request_id}/approve': {},
  'post {o}/join-requests/{join_request_id}/deny': {},
  'post {o}/leave': {},
  'post {o}/credit-transfers': { kind: 'top_up', amount: 1_000 },
  'post {o}/credit-allocations': { strategy: 'equal' },
  'put {o}/credit-settings': { mode: 'shared_pool' },
  'put {o}/credit-quotas': { everybody: 1_000 },
  'post {o}/credit-requests': { amount: 1_000, member_id: `mem_${NO_SUCH}` },
  'post {o}/credit-requests/{credit_request_id}/approve': {},
  'post {o}/credit-requests/{credit_request_id}/deny': {},
  'post {o}/credit-requests/{credit_request_id}/cancel': {},
  'post {o}/transfer-ownership': { member_id: `mem_${NO_SUCH}` }
}

async function everything({ deps }: TestApp): Promise<string> {
  const { rows: tables } = await deps.db.execute<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`
  )
  const dumps = tables.map(async ({ name }) => {
    const { rows } = await deps.db.execute(
      sql`select to_jsonb(one) as row from ${sql.identifier(name)} one order by to_jsonb(one)::text`
    )
    return [name, rows]
  })
  return JSON.stringify(await Promise.all(dumps))
}

await t.test('one organization is no business of another', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member } = app
  const domain_claims = { enabled: true, join: 'request' }
  const credits = { kind: 'pool', modes: ['on_demand'] }
  const policy = await policyLike(app, 'standard', { domain_claims, credits })
  const [victim, thief] = [await withRequest(app, { policy }), await organization()]
  const { invitation } = await invite(victim.path, 'pending@victim.test')
  const { body: group } = await call('POST', `${victim.path}/groups`, { body: { name: 'Ours' } })
  const { body: started } = await call('POST', `${victim.path}/exports`)
  const { body: claim } = await claimByMail(app, victim, 'olga@victim.test')
  const { body: page } = await call('POST', `${victim.path}/signup-pages`, {
    body: { max_signups: 1 }
  })
  const { body: topUp } = await call('POST', `${victim.path}/credit-transfers`, {
    body: { kind: 'top_up', amount: 10 }
  })
  const { id: memberId } = await member(victim.path)
  const { body: wish } = await call('POST', `${victim.path}/credit-requests`, {
    body: { amount: 5, member_id: memberId }
  })
  const { body: resource } = await call('POST', `${victim.path}/resources`, {
    body: { external_id: 'ws_victim' }
  })
  const ids: Record<string, string> = {
    organization_id: victim.id,
    member_id: memberId,
    invitation_id: invitation.id,
    role_key: 'treasurer',
    group_id: group.id,
    resource_id: resource.id,
    export_id: started.id,
    domain_claim_id: claim.id,
    signup_page_id: page.id,
    join_request_id: victim.request.id,
    credit_transfer_id: topUp.id,
    credit_request_id: wish.id
  }
  await call('POST', `${victim.path}/roles`, {
    body: { key: ids['role_key'], label: { en: 'Treasurer' }, permissions: ['team.view'] }
  })
  const { body: limited } = await call('POST', '/v1/api-keys', {
    body: { name: 'thief', scopes: ['*'], organization_ids: [thief.id] }
  })
  const operations = await tenantOperations(app)
  const fill = (path: string, with_: Record<string, string>) =>
    path.replace(/\{(\w+)\}/g, (_whole, name: string) => with_[name] ?? 'missing')
  const request = ({ method, path, body }: Operation, with_: Record<string, string>, key: string) =>
    call(method, fill(path, with_), { key, ...(body === undefined ? {} : { body }) })
  const anonymous = (body: Record<string, unknown>) => ({ ...body, instance: undefined })

  await t.test('the walk knows a body for every operation that takes one', async (t) => {
    t.ok(operations.length >= 10)
    for (const { method, path, body, takesBody } of operations) {
      t.equal(body !== undefined, takesBody, `${method} ${path}`)
    }
  })

  await t.test('a key of another organization gets what a missing one gets', async (t) => {
    const before = await everything(app)
    const missing = {
      organization_id: `org_${NO_SUCH}`,
      member_id: `mem_${NO_SUCH}`,
      invitation_id: `inv_${NO_SUCH}`,
      role_key: 'nobody',
      group_id: `grp_${NO_SUCH}`,
      resource_id: `res_${NO_SUCH}`,
      export_id: `exp_${NO_SUCH}`,
      domain_claim_id: `dom_${NO_SUCH}`,
      signup_page_id: `sgp_${NO_SUCH}`,
      join_request_id: `jrq_${NO_SUCH}`,
      credit_transfer_id: `trf_${NO_SUCH}`,
      credit_request_id: `crq_${NO_SUCH}`
    }
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`
      const foreign = await request(operation, ids, limited.api_key)
      const none = await request(operation, missing, limited.api_key)
      t.match([foreign.status, foreign.body.code], [404, 'not_found'], name)
      t.same(anonymous(foreign.body), anonymous(none.body), name)
    }
    t.equal(await everything(app), before, 'no row changed')
  })

  await t.test('ids of another organization in a path of one’s own do not exist', async (t) => {
    const before = await everything(app)
    const below = operations.filter(({ path }) =>
      path.replace('{organization_id}', '').includes('{')
    )
    t.ok(below.length >= 3)
    for (const operation of below) {
      const mixed = { ...ids, organization_id: thief.id }
      const answer = await request(operation, mixed, limited.api_key)
      t.match([answer.status, answer.body.code], [404, 'not_found'], operation.path)
    }
    t.equal(await everything(app), before, 'no row changed')
  })

  await t.test('malformed ids and ids of another kind are never a fault of ours', async (t) => {
    for (const operation of operations) {
      for (const id of ['x', '..%2f..', `mem_${NO_SUCH}`, 'org_%00', 'org_'.padEnd(190, 'z')]) {
        const wrong = Object.fromEntries(Object.keys(ids).map((name) => [name, id]))
        const { status } = await request(operation, wrong, limited.api_key)
        t.ok([400, 404].includes(status), `${operation.method} ${operation.path} ${id}: ${status}`)
      }
    }
  })

  await t.test('without a key nothing is told at all', async (t) => {
    for (const operation of operations) {
      const { method, path, body } = operation
      const answer = await call(method, fill(path, ids), {
        key: null,
        ...(body === undefined ? {} : { body })
      })
      t.match([answer.status, answer.body.code], [401, 'unauthenticated'], path)
    }
  })
})
