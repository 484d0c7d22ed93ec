import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'
import { type IdPrefix, idToUuid } from '../../src/ids.js'
import { PRESETS } from '../../src/policy/presets.js'
import type { TestApp } from './app.js'
import { claimByMail, codeTo } from './domains.js'
import { withRequest } from './joining.js'
import { policyLike, role } from './policies.js'
import { endpointFor, testDelivery } from './webhooks.js'

/** What an organization has one of, by the names that paths, queries and bodies give its id. */
export type Ids = Readonly<Record<string, string>>

export interface Tenant {
  readonly id: string
  readonly path: string
  readonly policy: string
  /** The person with whom it began, as an actor. */
  readonly as: string
  readonly ids: Ids
  /** What nobody else may ever read: ids, names, addresses. */
  readonly secrets: readonly string[]
}

/** Every permission but this one, so that it alone can be missing. */
export const roleWithout = (permission: string) => `no_${permission.replaceAll(/[^a-z0-9]/g, '_')}`

/** A policy under which everything can be done, and a role for each permission that is to be missed. */
export function openPolicy(app: TestApp, missing: readonly string[] = []): Promise<string> {
  const { roles = [], authority } = PRESETS.get('standard') ?? {}
  const [owner] = roles
  const rights = owner?.permissions ?? []
  const lacking = missing.map((permission) =>
    role(
      roleWithout(permission),
      rights.filter((one) => one.split(':')[0] !== permission.split(':')[0])
    )
  )
  return policyLike(app, 'standard', {
    roles: [...roles, ...lacking, role('nothing')],
    authority,
    removal: { handover: 'optional' },
    domain_claims: { enabled: true, join: 'request' },
    credits: { kind: 'pool', modes: ['on_demand', 'shared_pool', 'monthly_quota'] }
  })
}

/** An organization with one of everything that has an id, all of it called after `name`. */
export async function tenantWithEverything(
  app: TestApp,
  name: string,
  policy: string
): Promise<Tenant> {
  const { call, invite, member } = app
  const org = await withRequest(app, { policy, name: `${name} Incorporated` })
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await call('POST', `${org.path}/${path}`, { body })
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
    return String(answer.body.id)
  }
  const email = `pending@${name}.test`
  const { invitation, token } = await invite(org.path, email)
  const ana = await member(org.path, { name: `${name} Ana` })
  const bo = await member(org.path, { name: `${name} Bo` })
  const { body: claim } = await claimByMail(app, org, `olga@${name}.test`)
  const mailed = await codeTo(app, `olga@${name}.test`)
  await call('PUT', `${org.path}/credit-settings`, { body: { mode: 'on_demand' } })
  const credit_transfer_id = await made('credit-transfers', { kind: 'top_up', amount: 1_000 })
  await made('credit-transfers', { kind: 'allocate', amount: 100, member_id: ana.id })
  const hold = { kind: 'hold', amount: 2, member_id: ana.id }
  const group_id = await made('groups', { name: `${name} group`, external_id: `group_${name}` })
  await call('PUT', `${org.path}/groups/${group_id}/members/${ana.id}`)
  const resource_id = await made('resources', { external_id: `ws_${name}` })
  const page = await call('POST', `${org.path}/signup-pages`, { body: { max_signups: 5 } })
  const endpoint = await endpointFor(app, { organization_ids: [org.id] })
  const delivery = await testDelivery(app, endpoint)
  const key = await app.apiKey({ name: `${name} key`, organization_ids: [org.id] })
  await call('POST', `${org.path}/roles`, {
    body: { key: `role_${name}`, label: { en: `${name} role` }, permissions: [] }
  })
  const owner = await call('GET', `${org.path}/members?user_id=${org.owner.user_id}`)
  const { body: log } = await call('GET', `${org.path}/events?limit=1`)
  const ids = {
    organization_id: org.id,
    member_id: ana.id,
    other_member_id: bo.id,
    owner_member_id: String(owner.body.data[0].id),
    invitation_id: String(invitation.id),
    role_key: `role_${name}`,
    group_id,
    group_external_id: `group_${name}`,
    resource_id,
    resource_external_id: `ws_${name}`,
    export_id: await made('exports', {}),
    domain_claim_id: String(claim.id),
    signup_page_id: String(page.body.id),
    join_request_id: String(org.request.id),
    credit_transfer_id,
    hold_id: await made('credit-transfers', hold),
    other_hold_id: await made('credit-transfers', hold),
    credit_request_id: await made('credit-requests', { amount: 5, member_id: ana.id }),
    webhook_endpoint_id: String(endpoint.path.split('/').at(-1)),
    delivery_id: delivery.id,
    api_key_id: key.id,
    event_id: String(log.data[0].id),
    user_id: ana.userId,
    other_user_id: bo.userId,
    email,
    token,
    domain_token: mailed.token,
    slug: String(page.body.slug),
    key: policy
  }
  const names = Object.entries(ids).flatMap(([of, id]) => (of === 'key' ? [] : [id]))
  const secrets = [...names, ana.email, bo.email, `${name} Incorporated`]
  return { id: org.id, path: org.path, policy, as: org.as, ids, secrets }
}

const SUFFIX = '01jd3v8k2ffb5t0m5r6w9x7y3z'
const missingId = (prefix: IdPrefix) => `${prefix}_${SUFFIX}`

/** The same names, of which there is nothing. */
export const MISSING: Ids = {
  organization_id: missingId('org'),
  member_id: missingId('mem'),
  other_member_id: missingId('mem').replace(/z$/, 'y'),
  owner_member_id: missingId('mem').replace(/z$/, 'x'),
  invitation_id: missingId('inv'),
  role_key: 'role_missing',
  group_id: missingId('grp'),
  group_external_id: 'group_missing',
  resource_id: missingId('res'),
  resource_external_id: 'ws_missing',
  export_id: missingId('exp'),
  domain_claim_id: missingId('dom'),
  signup_page_id: missingId('sgp'),
  join_request_id: missingId('jrq'),
  credit_transfer_id: missingId('trf'),
  hold_id: missingId('trf').replace(/z$/, 'y'),
  other_hold_id: missingId('trf').replace(/z$/, 'x'),
  credit_request_id: missingId('crq'),
  webhook_endpoint_id: missingId('whe'),
  delivery_id: missingId('dlv'),
  api_key_id: missingId('key'),
  event_id: missingId('evt'),
  user_id: 'u_missing',
  other_user_id: 'u_missing_too',
  email: 'missing@missing.test',
  token: `mlk_${'0'.repeat(43)}`,
  domain_token: `mlk_${'1'.repeat(43)}`,
  slug: 'missing-slug',
  key: 'missing_policy'
}

/** Every row of an organization as one value; of tables that belong to none, every row. */
export async function fingerprint(db: Db, organizationId?: string): Promise<string> {
  const { rows: tables } = await db.execute<{ name: string; owned: boolean }>(sql`
    select c.relname as name, exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id'
    ) as owned
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition
    order by 1`)
  const uuid = organizationId === undefined ? null : idToUuid('org', organizationId)
  const parts = tables
    .filter(({ owned }) => uuid === null || owned)
    .map(({ name }) => {
      const whose = uuid === null ? sql`true` : sql`one.organization_id = ${uuid}::uuid`
      // When a key was used is written beside its requests, at whatever moment.
      const row =
        name === 'api_keys' ? sql`(to_jsonb(one) - 'last_used_at' - 'last_used_ip')` : sql`one`
      return sql`select ${name}::text as name,
        md5(coalesce(string_agg(md5(${row}::text), '' order by md5(${row}::text)), '')) as rows
        from ${sql.identifier(name)} one where ${whose}`
    })
  const { rows } = await db.execute<{ name: string; rows: string }>(
    sql.join(parts, sql` union all `)
  )
  // The parts come in whatever order they were done.
  const lines = rows.map((row) => `${row.name} ${row.rows}`)
  return lines.sort().join('\n')
}
