import { setTimeout } from 'node:timers/promises'

const QUIET_WITHIN_MS = 10_000
const POLL_MS = 20

/** What invitations have left in these organizations, once nothing is under way any more. */
export async function countOffers(pool, organizations) {
  await untilQuiet(pool)
  const { rows } = await pool.query(
    `select (select count(*)::int from invitations where organization_id = any($1)) as invitations,
       (select count(*)::int from members
         where organization_id = any($1) and status = 'invited') as members,
       (select count(*)::int from events
         where organization_id = any($1) and type = 'member.invited') as events,
       (select count(*)::int from jobs where organization_id = any($1)) as jobs`,
    [organizations.map(({ uuid }) => uuid)]
  )
  return rows[0]
}

/** A server works on after its client has gone: wait until no request is left. */
export async function untilQuiet(pool) {
  const deadline = performance.now() + QUIET_WITHIN_MS
  let quiet = 0
  while (quiet < 3) {
    const { rows } = await pool.query(
      `select count(*)::int as busy from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
         and backend_type = 'client backend'`
    )
    quiet = rows[0].busy === 0 ? quiet + 1 : 0
    if (performance.now() > deadline) throw new Error('the server did not come to rest')
    await setTimeout(POLL_MS)
  }
}
