import { encodeId } from '../baseline/ids.mjs'
import { postJson } from '../lib/credits.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedActive, seedOrganizations } from '../lib/seed.mjs'
import { median } from '../lib/statistics.mjs'

const MEMBERS = 1_000
/** As many as `POST {organization}/members/bulk` changes in one transaction. */
const AT_ONCE = 100
/** A list against the single calls it stands for. */
const TIMES_AIM = 10

/** A thousand members suspended: by one call, by one call each, and by the bare statements. */
export async function measureBulk({ pool, env, rounds, settled }) {
  const server = await startProcess('muster.mjs', env)
  const times = { many: [], single: [], bare: [] }
  // The first is the warm-up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, suspend] of Object.entries({ many, single, bare })) {
      const team = await seedTeam(pool)
      await settled()
      const start = performance.now()
      await suspend(server, team, pool)
      times[name].push(performance.now() - start)
      await prove(pool, team)
    }
  }
  await server.stop()
  const [list, each, least] = ['many', 'single', 'bare'].map((name) => median(times[name].slice(1)))
  return [
    {
      name: `${MEMBERS} members suspended by one call`,
      figure: `${Math.round(list)} ms`,
      aim: `≤ a ${TIMES_AIM}th of single calls`,
      met: list * TIMES_AIM <= each,
      note: `${Math.round(each)} ms by one call each, one after the other; ${Math.round(least)} ms by the bare statements, ${AT_ONCE} in a transaction`
    }
  ]
}

async function seedTeam(pool) {
  const [{ uuid, path }] = await seedOrganizations(pool, 1)
  const uuids = await seedActive(pool, uuid, MEMBERS)
  return { uuid, path, uuids, ids: uuids.map((id) => encodeId('mem', id)) }
}

async function many(server, { path, ids }) {
  await postJson(server, `${path}/members/bulk`, { action: 'suspend', member_ids: ids })
}

async function single(server, { path, ids }) {
  for (const id of ids) await postJson(server, `${path}/members/${id}/suspend`, {})
}

async function bare(_server, { uuid, uuids }, pool) {
  for (let start = 0; start < uuids.length; start += AT_ONCE) {
    const client = await pool.connect()
    const chunk = uuids.slice(start, start + AT_ONCE)
    await client.query('begin')
    await client.query('select from organizations where id = $1 for no key update', [uuid])
    await client.query(SUSPEND, [uuid, chunk])
    await client.query(TELL, [uuid, chunk])
    await client.query('commit')
    client.release()
  }
}

const SUSPEND = `
  update members set status = 'suspended', updated_at = now()
  where organization_id = $1 and id = any($2)`

const TELL = `
  with told as (
    insert into events (organization_id, id, keep_until, type, occurred_at, actor_type, actor_id,
      subject_type, subject_id, data, changes, policy_version)
    select $1, gen_random_uuid(), 'infinity', 'member.suspended', now(), 'api_key', 'key_bare',
      'member', id::text, '{"role": "member", "sessions": "revoke"}',
      '{"status": ["active", "suspended"]}', 1
    from unnest($2::uuid[]) id returning *)
  insert into event_personal (organization_id, event_id, keep_until, leaves)
  select organization_id, id, keep_until, '[]' from told`

async function prove(pool, { uuid }) {
  const { rows } = await pool.query(
    `select (select count(*)::int from members where organization_id = $1
        and status = 'suspended') as members,
      (select count(*)::int from events where organization_id = $1
        and type = 'member.suspended') as events`,
    [uuid]
  )
  const [{ members, events }] = rows
  if (members !== MEMBERS || events !== MEMBERS) {
    throw new Error(`${members} members and ${events} events instead of ${MEMBERS}`)
  }
}
