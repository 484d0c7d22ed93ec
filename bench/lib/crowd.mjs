import { newUuid } from '../baseline/ids.mjs'

/** Written by one statement. */
const BATCH = 100_000
const OTHERS_EACH = 10_000

const FIRST_NAMES = (
  'Marie Jean Élodie José Anaïs François Zoé Łukasz Søren Björn Chloé René Noël Hélène Jürgen Inés Máté ' +
  'Ayşe Đorđe Þóra Œdipe Éric Ana Paul Léa Hugo Emma Louis Jade Raphaël Alice Jules Manon Adam Camille ' +
  'Lucas Inès Nathan Sarah Gabriel Eva Théo Clara Arthur Lina Maël Juliette Tom Margaux Enzo Agathe Noé ' +
  'Jeanne Sacha Lucie Mathis Rose Yanis Nina Aaron Mila Rayan Ambre Ethan Iris Axel Romane Victor Olivia ' +
  'Samuel Charlotte Oscar Élise Martin Capucine Maxime Apolline Ibrahim Victoire Valentin Xavier'
).split(' ')
const FAMILY_NAMES = (
  'Dupont Martin Müller Bernard García Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon ' +
  'Laurent Lefèvre Michel Roux Fontaine Björklund Østergård Nowak Kowalski Yılmaz Novák Szabó Nagy Rossi ' +
  'Bianchi Silva Gonçalves Ångström O’Brien Smith Jones Taylor Brown Wilson Evans Roberts Johnson Walker'
).split(' ')
const [OPENINGS, MIDDLES, ENDINGS] = [
  'Bel Mont Char Gran Ker Val Tré Pel Mar Lan Ros Cor Bran Dal Fer Gil Har Jou Kol Lam Mor Nor Pré Quin',
  'a e i o u an en on ar er il ou eu ai am em el ol ur is',
  'bert card din fort geon hart lier mont nec pier quet ric sard tel vaux wick zon blay chet drin'
].map((text) => text.split(' '))

/**
 * Fills the first of the organizations with so many members each, and as many others, of 10,000 each,
 * as there are to be in all; everybody has a name and an address of a person. The indexes are made
 * afterwards, and everything is analyzed. Takes a superuser: foreign keys and triggers are left out.
 */
export async function seedCrowd(pool, { measured, others, log = () => undefined }) {
  const client = await pool.connect()
  try {
    await client.query(`set session_replication_role = replica`)
    const restore = await dropIndexes(client)
    for (const one of [...measured, ...others.map((uuid) => ({ uuid, count: OTHERS_EACH }))]) {
      await fill(client, one, measured.includes(one))
      log(`${one.count} members`)
    }
    await client.query(`set maintenance_work_mem = '1GB'`)
    for (const statement of restore) {
      await client.query(statement)
      log(statement)
    }
    for (const table of TABLES) await client.query(`vacuum analyze ${table}`)
    log('analyzed')
  } finally {
    client.release(true)
  }
}

const TABLES = [
  'organizations',
  'members',
  'groups',
  'group_members',
  'resources',
  'resource_grants',
  'credit_accounts'
]

/** All but what constraints stand on; answers with the statements that make them again. */
async function dropIndexes(client) {
  const { rows } = await client.query(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made
     from pg_index where indrelid = any($1::regclass[]) and not exists (
       select from pg_constraint where conindid = indexrelid)`,
    [TABLES]
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ made }) => made)
}

async function fill(client, { uuid, count }, isMeasured) {
  const groups = Array.from({ length: isMeasured ? 20 : 6 }, newUuid)
  const resources = Array.from({ length: isMeasured ? 100 : 10 }, newUuid)
  await client.query(SEED_GROUPS, [uuid, groups])
  await client.query(SEED_RESOURCES, [uuid, resources])
  for (let start = 1; start <= count; start += BATCH) {
    const end = Math.min(start + BATCH - 1, count)
    const names = [FIRST_NAMES, FAMILY_NAMES, OPENINGS, MIDDLES, ENDINGS]
    await client.query(SEED_CROWD, [uuid, start, end, Date.now(), ...names, groups, resources])
  }
}

const SEED_GROUPS = `
  insert into groups (organization_id, id, name, created_at, updated_at)
  select $1::uuid, id, 'Group ' || n, now(), now() from unnest($2::uuid[]) with ordinality as g(id, n)`

const SEED_RESOURCES = `
  insert into resources (organization_id, id, kind, external_id, name, status, created_at, updated_at)
  select $1::uuid, id, 'resource', 'res-' || n, 'Resource ' || n, 'active', now(), now()
  from unnest($2::uuid[]) with ordinality as r(id, n)`

// Groups of a half, a fifth, a tenth … of all; one resource that a fifth has, and many that few have.
// Ids in the order of creation, as ours are.
const SEED_CROWD = `
  with drawn as materialized (
    select n, (lpad(to_hex($4::bigint + n), 12, '0') || '7' || substr(hash, 1, 3) || '8'
        || substr(hash, 4, 15))::uuid as id,
      $5::text[] as firsts, $6::text[] as families, $7::text[] as openings, $8::text[] as middles,
      $9::text[] as endings, random() as a, random() as b, random() as c, random() as d,
      random() as e, random() as s, random() as p, random() as t
    from generate_series($2::int, $3::int) n, lateral md5($1::uuid::text || n::text) as hash),
  named as (
    select *, firsts[1 + floor(power(a, 1.6) * cardinality(firsts))::int] as first,
      case when b < 0.4 then families[1 + floor(power(c, 1.4) * cardinality(families))::int]
        else openings[1 + floor(c * cardinality(openings))::int]
          || middles[1 + floor(d * cardinality(middles))::int]
          || endings[1 + floor(e * cardinality(endings))::int]
      end as family,
      case when s < 0.85 then 'active' when s < 0.91 then 'invited'
        when s < 0.94 then 'invitation_expired' when s < 0.96 then 'suspended' else 'removed'
      end as status
    from drawn),
  written as (
    insert into members (organization_id, id, external_id, user_id, email, email_key, name, role,
      status, ended_by, offer_expires_at, offer_lapses_to, metadata, created_at, updated_at,
      joined_at, removed_at, last_active_at)
    select $1::uuid, id, 'crm-' || n, case when has_joined then 'u_' || n end, email, email,
      case when n % 50 <> 0 then first || ' ' || family end,
      case when p < 0.0001 then 'owner' when p < 0.02 then 'admin' when p < 0.1 then 'readonly'
        else 'member' end, status, case when status = 'removed' then 'removed' end,
      case when status = 'invited'
        then now() + interval '1 hour' * (case when n % 97 = 0 then -1 else 24 end) end,
      case when status = 'invited' then 'invitation_expired' end, '{}',
      now() - interval '1 second' * (2000000 - n), now(),
      case when has_joined then now() - interval '500 days' * t end,
      case when status = 'removed' then now() end,
      case when has_joined and n % 20 <> 0 then now() - interval '400 days' * power(t, 4) end
    from named, lateral (select status in ('active', 'suspended', 'removed') as has_joined,
      lower(fold_text(first) || '.' || replace(fold_text(family), '’', '') || '.' || n || '@'
        || case when n % 5 = 0 then 'guest' || n % 211 || '.test' else 'acme.test' end) as email
    ) as of_status),
  grouped as (
    insert into group_members (organization_id, group_id, member_id, created_at)
    select $1::uuid, g.id, named.id, now()
    from named join unnest($10::uuid[]) with ordinality as g(id, g) on n % (g * g + 1) = 0
    where status <> 'removed'),
  granted as (
    insert into resource_grants
      (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
    select $1::uuid, r.id, named.id, 'member', false, false, now()
    from named join unnest($11::uuid[]) with ordinality as r(id, r)
      on (r = 1 and n % 5 = 0) or (n % 7 = 1 and n / 7 % (cardinality($11::uuid[]) - 1) = r - 2)
    where status <> 'removed')
  insert into credit_accounts (organization_id, holder_id, balance, spent, used, requests)
  select $1::uuid, id, 1000, n % 500, n % 500, n % 40 from named where n % 2 = 0 and n <= 1000000`
