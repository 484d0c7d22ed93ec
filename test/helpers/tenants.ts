import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'
import { idToUuid } from '../../src/ids.js'
import type { TestApp } from './app.js'
import { claimDomain } from './domains.js'
import { dumpRows } from './dump.js'

/** Every table whose rows belong to an organization, as the database itself knows; parts are no own. */
export async function tenantTables(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select table_name as name from information_schema.columns
    join pg_class on oid = format('%I.%I', table_schema, table_name)::regclass
    where table_schema = 'public' and column_name = 'organization_id' and not relispartition
    order by 1`)
  return rows.map(({ name }) => name).filter((name) => name !== 'deleted_organizations')
}

/** How many rows an organization has in each of them. */
export async function countRows(db: Db, id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of await tenantTables(db)) {
    const { rows } = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from ${sql.identifier(name)}
      where organization_id = ${idToUuid('org', id)}`)
    counts[name] = rows[0]?.count ?? 0
  }
  return counts
}

/** Rows of Muster's own tables that name an organization in any way, by table. */
export async function rowsNaming(db: Db, id: string): Promise<Record<string, string[]>> {
  const names = [id, idToUuid('org', id)]
  const found = Object.entries(await dumpRows(db)).map(
    ([table, rows]) =>
      [table, rows.filter((row) => names.some((name) => row.includes(name)))] as const
  )
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
}

/** An organization with at least a row in every tenant table, and no job that is still to be run. */
export async function fullOrganization(app: TestApp) {
  const { call, deps, unique } = app
  const org = await app.organization({ external_id: unique('ext') })
  const ana = await app.member(org.path)
  const bo = await app.member(org.path, { role: 'admin' })
  const { invitation, token } = await app.invite(org.path, `${unique('open')}@full.test`)
  const { invitation: again } = await app.invite(org.path, `${unique('again')}@full.test`)
  await call('POST', `${org.path}/invitations/${again.id}/resend`, { body: { via: 'link' } })
  await call('POST', `${org.path}/roles`, {
    body: { key: 'auditor', label: { en: 'Auditor' }, permissions: ['audit.view'] }
  })
  await call('PUT', `${org.path}/branding`, { body: { color: '#0f766e', logo: null } })
  const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
  for (const { id } of [ana, bo]) await call('PUT', `${org.path}/groups/${group.id}/members/${id}`)
  const resources = `${org.path}/resources`
  const { body: resource } = await call('POST', resources, { body: { external_id: 'ws_1' } })
  const at = `${resources}/${String(resource.id)}`
  await call('PUT', `${at}/grants/${ana.id}`, { body: {} })
  await call('PUT', `${at}/group-grants/${group.id}`, { body: {} })
  await call('PUT', `${at}/owners/${ana.id}`)
  await call('DELETE', `${org.path}/members/${bo.id}`)
  await claimDomain(app, org, `${unique('full').replace('_', '-')}.test`)
  await call('POST', `${org.path}/signup-pages`, { body: { max_signups: 2 } })
  await insertTheRest(deps.db, org.id)
  await insertWebhooks(deps.db, org.id)
  await insertCredits(deps.db, org.id, ana.id)
  return { ...org, ana, token, invitation }
}

/** What takes a particular policy, or a failure, to come about. */
async function insertTheRest(db: Db, id: string): Promise<void> {
  const uuid = idToUuid('org', id)
  await db.execute(sql`
    insert into former_identities (organization_id, member_id, number, user_id, email, email_key, until)
    select organization_id, id, 1, 'u_before', 'before@full.test', 'before@full.test', now()
    from members where organization_id = ${uuid} limit 1`)
  await db.execute(sql`
    with export as (
      insert into exports (organization_id, id, status, requested_by_type, created_at)
      values (${uuid}, gen_random_uuid(), 'finished', 'api_key', now()) returning id),
    chunks as (
      insert into export_chunks (organization_id, export_id, number, content)
      select ${uuid}, export.id, number, 'lines' from export, generate_series(0, 2) number),
    entries as (
      insert into billing_entries (organization_id, id, number, kind, reason, subject_type,
        subject_id, quantity, occurred_at, created_at, policy_version)
      values (${uuid}, gen_random_uuid(), 1, 'overage', 'once', 'organization', 'org', 1, now(),
        now(), 1)),
    requests as (
      insert into join_requests (organization_id, id, status, domain, user_id, email, email_key,
        created_at, decided_by_type, decided_by_id, decided_at)
      values (${uuid}, gen_random_uuid(), 'denied', 'full.test', ${`u_${id}`}, 'Ask@full.test',
        'ask@full.test', now(), 'api_key', 'key', now())),
    asked as (
      insert into signups (organization_id, signup_page_id, email_key, created_at)
      select organization_id, id, 'asks@full.test', now() from signup_pages
      where organization_id = ${uuid}),
    news as (
      insert into notices (organization_id, id, permission, subject, text, recipient_count,
        created_by_type, created_at)
      values (${uuid}, gen_random_uuid(), 'notify.special.all', '{"en": "News"}', '{"en": "Hi"}', 1,
        'api_key', now())),
    silenced as (
      insert into mail_suppressions (organization_id, id, email_key, reason, created_at)
      values (${uuid}, gen_random_uuid(), 'quiet@full.test', 'unsubscribed', now())),
    allowances as (
      insert into resend_allowances (organization_id, email_key, window_started_at, sent)
      values (${uuid}, 'again@full.test', now(), 1) on conflict do nothing)
    insert into jobs (organization_id, id, name, payload, created_at, attempts, last_error, failed_at)
    values (${uuid}, gen_random_uuid(), 'send-invitation-email', '{}', now(), 7, 'no', now())`)
}

/** A seal, and what a consumer that is gone has been told: no endpoint waits for anything. */
async function insertWebhooks(db: Db, id: string): Promise<void> {
  const uuid = idToUuid('org', id)
  await db.execute(sql`
    with told as (
      select * from events where organization_id = ${uuid} order by position limit 2),
    deliveries as (
      insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
        event_type, position, status, attempts, created_at, ended_at)
      select organization_id, gen_random_uuid(), gen_random_uuid(), id, keep_until, type, position,
        'delivered', 2, occurred_at, occurred_at from told
      returning organization_id, id),
    attempts as (
      insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms,
        status_code, response_headers, response_body)
      select organization_id, id, number, now(), 5, 500 - 300 * (number - 1), '{}', 'thanks'
      from deliveries, generate_series(1, 2) number)
    insert into event_seals (organization_id, number, first_position, last_position, event_count,
      last_occurred_at, chain_kept_until, keep_until, previous_hash, digests, root, hash, sealed_at,
      key_id, signature)
    select organization_id, row_number() over (order by position), position, position, 1,
      occurred_at, keep_until, keep_until, '\\x00', '\\x00', '\\x00', '\\x00', now(), 'k1', '\\x00'
    from told`)
}

/** A ledger in which one of everything has happened: most products have none. */
async function insertCredits(db: Db, id: string, memberId: string): Promise<void> {
  const [uuid, member] = [idToUuid('org', id), idToUuid('mem', memberId)]
  const pool = '00000000-0000-0000-0000-000000000000'
  await db.execute(sql`
    with ids as materialized (
      select gen_random_uuid() as top_up, gen_random_uuid() as allocation, gen_random_uuid() as hold),
    accounts as (
      insert into credit_accounts (organization_id, holder_id, issued, balance, held, spent)
      values (${uuid}, ${pool}, 1000, 600, 0, 0), (${uuid}, ${member}, 0, 300, 100, 0)),
    transfers as (
      insert into credit_transfers (organization_id, id, kind, amount, from_account, from_id,
        to_account, to_id, member_id, balance, priority, actor_type, actor_id, created_at)
      select ${uuid}::uuid, top_up, 'top_up', 1000, 'issued', ${pool}::uuid, 'pool', ${pool}::uuid,
        null::uuid, 1000, 1, 'api_key', 'key', now() from ids
      union all
      select ${uuid}::uuid, allocation, 'allocate', 400, 'pool', ${pool}::uuid, 'member',
        ${member}::uuid, ${member}::uuid, 600, null, 'api_key', 'key', now() from ids
      union all
      select ${uuid}::uuid, hold, 'hold', 100, 'member', ${member}::uuid, 'held', ${member}::uuid,
        ${member}::uuid, 300, null, 'api_key', 'key', now() from ids),
    holds as (
      insert into credit_holds (organization_id, id, holder_id, member_id, amount, expires_at)
      select ${uuid}, hold, ${member}::uuid, ${member}::uuid, 100, '2100-01-01' from ids),
    lots as (
      insert into credit_lots (organization_id, holder_id, top_up_id, remaining, priority)
      select ${uuid}, holder, top_up, 300, 1 from ids, unnest(array[${pool}, ${member}]::uuid[]) holder),
    parts as (
      insert into credit_transfer_lots (organization_id, transfer_id, top_up_id, amount)
      select ${uuid}, allocation, top_up, 400 from ids),
    settings as (
      insert into credit_settings (organization_id, updated_at) values (${uuid}, now())),
    quotas as (
      insert into credit_quotas (organization_id, scope, key, amount)
      values (${uuid}, 'everybody', '', 500), (${uuid}, 'role', 'member', 700))
    insert into credit_requests (organization_id, id, member_id, amount, reason, status, created_at,
      updated_at)
    values (${uuid}, gen_random_uuid(), ${member}, 200, 'A thesis', 'pending', now(), now())`)
}

/** A team of so many active members, each with the offer that it accepted and three events. */
export async function largeOrganization(app: TestApp, count: number) {
  const org = await app.organization()
  const uuid = idToUuid('org', org.id)
  await app.deps.db.execute(sql`
    with people as materialized (
      select gen_random_uuid() as member_id, gen_random_uuid() as invitation_id, n
      from generate_series(1, ${count}::int) n),
    seats as (
      insert into members (organization_id, id, user_id, email, email_key, role, status,
        invitation_id, created_at, updated_at, joined_at)
      select ${uuid}, member_id, 'u_' || n, n || '@large.test', n || '@large.test', 'member',
        'active', invitation_id, now(), now(), now() from people),
    offers as (
      insert into invitations (organization_id, id, member_id, email, email_key, role, status,
        locale, secret_id, policy_version, email_must_match, invited_by_type, invited_by_id,
        created_at, updated_at)
      select ${uuid}, invitation_id, member_id, n || '@large.test', n || '@large.test', 'member',
        'accepted', 'en', 'k1', 1, true, 'api_key', 'key', now(), now() from people)
    insert into events (organization_id, id, keep_until, type, occurred_at, actor_type,
      subject_type, subject_id, data, changes)
    select ${uuid}, gen_random_uuid(), '9999-01-01Z', 'member.joined', now(), 'user', 'member',
      member_id::text, '{"role": "member"}', '{}'
    from people, generate_series(1, 3)`)
  await app.deps.db.execute(sql`
    insert into event_personal (organization_id, event_id, keep_until, leaves)
    select organization_id, id, keep_until,
      '{"data.user_id": ["u_n", "salt"], "data.email": ["n@large.test", "salt"]}'
    from events where organization_id = ${uuid} on conflict do nothing`)
  await app.deps.db.execute(sql`analyze members, invitations, events`)
  return org
}
