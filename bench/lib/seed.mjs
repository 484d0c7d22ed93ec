import { randomUUID } from 'node:crypto'
import { encodeId, newUuid } from '../baseline/ids.mjs'

/** Far above what a measurement writes: the limit is counted, never reached. */
const SEAT_LIMIT = 10_000_000

/** Organizations as POST /v1/organizations makes them, each with its owner. */
export async function seedOrganizations(pool, count) {
  const ids = Array.from({ length: count }, newUuid)
  const owners = ids.map(newUuid)
  await pool.query(
    `insert into organizations (id, name, policy_key, seats, locale, time_zone, created_at,
       updated_at)
     select id, 'Acme', 'standard', $2, 'en', 'UTC', now(), now() from unnest($1::uuid[]) as id`,
    [ids, SEAT_LIMIT]
  )
  await pool.query(
    `insert into members (organization_id, id, user_id, email, email_key, name, role, status,
       created_at, updated_at, joined_at)
     select organization_id, id, 'u_' || id, 'owner@acme.test', 'owner@acme.test', 'Olga', 'owner',
       'active', now(), now(), now()
     from unnest($1::uuid[], $2::uuid[]) as owner(organization_id, id)`,
    [ids, owners]
  )
  return ids.map((uuid) => ({ uuid, path: `/v1/organizations/${encodeId('org', uuid)}` }))
}

/**
 * Fills organizations with all kinds of members, each of whom was invited: four in five active, the
 * others not yet, half of them too late; some with an external id, some with metadata.
 */
export async function seedMembers(pool, organizations, count) {
  for (const { uuid } of organizations) {
    const ids = Array.from({ length: count }, newUuid)
    await pool.query(SEED_MEMBERS, [uuid, ids, ids.map(newUuid)])
  }
  await pool.query('vacuum analyze')
}

const SEED_MEMBERS = `
  with seeded as (
    select id, invitation_id, n, 'person.' || n || '@acme.test' as email, n % 5 = 0 as invited,
      now() + interval '7 days' * (case when n % 2 = 0 then 1 else -1 end) as ends
    from unnest($2::uuid[], $3::uuid[]) with ordinality as member(id, invitation_id, n)),
  invited as (
    insert into invitations (organization_id, id, member_id, email, email_key, role, status,
      delivery, locale, secret_id, policy_version, lifetime_days, email_must_match, invited_by_type,
      invited_by_id, created_at, updated_at, expires_at, ended_at)
    select $1, invitation_id, id, email, email, 'member',
      case when invited then 'pending' else 'accepted' end, 'sent', 'en', 'k1', 1, 7, true, 'api_key',
      'key_01jd3v8k2ffb5t0m5r6w9x7y3z', now(), now(), ends, case when not invited then now() end
    from seeded)
  insert into members (organization_id, id, external_id, user_id, email, email_key, name, role,
    status, invitation_id, offer_expires_at, offer_lapses_to, metadata, created_at, updated_at,
    joined_at)
  select $1, id, case when n % 3 = 0 then 'crm-' || n end,
    case when not invited then 'u_' || n end, email, email,
    case when n % 4 <> 0 then 'Pérsona "' || n || '"' end,
    case when n % 10 = 0 then 'admin' else 'member' end,
    case when invited then 'invited' else 'active' end, invitation_id,
    case when invited then ends end, case when invited then 'invitation_expired' end,
    case when n % 3 = 1 then '{"plan": "team", "team": "north"}'::jsonb else '{}' end,
    now() - interval '1 millisecond' * n, now(), case when not invited then now() end
  from seeded`

/** Members of one organization who are just there, nobody having invited them; by their uuids. */
export async function seedActive(pool, organization, count) {
  const ids = Array.from({ length: count }, newUuid)
  await pool.query(SEED_ACTIVE, [organization, ids])
  return ids
}

const SEED_ACTIVE = `
  insert into members (organization_id, id, user_id, email, email_key, name, role, status,
    created_at, updated_at, joined_at)
  select $1, id, 'u_' || n, 'person.' || n || '@acme.test', 'person.' || n || '@acme.test',
    'Person ' || n, 'member', 'active', now(), now(), now()
  from unnest($2::uuid[]) with ordinality as member(id, n)`

/** Addresses that nobody has. */
export const newAddresses = (count) => {
  const batch = randomUUID().slice(0, 8)
  return Array.from({ length: count }, (_, index) => `person.${index}@${batch}.test`)
}
