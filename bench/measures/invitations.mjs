import { newUuid } from '../baseline/ids.mjs'
import { runLoadOn } from '../lib/load.mjs'
import { countOffers } from '../lib/offers.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedOrganizations } from '../lib/seed.mjs'
import { compare, median } from '../lib/statistics.mjs'

const CASES = [
  { organizations: 1, connections: 64 },
  { organizations: 100, connections: 64 },
  { organizations: 1, connections: 16 },
  { organizations: 100, connections: 16 }
]
const AIM = 0.5

/** `POST {organization}/invitations` with one address beside the bare SQL of it. */
export async function measureInvitations({ pool, env, rounds, seconds, warmUp, leadIn, settled }) {
  const bare = await startProcess('baseline/invitations.mjs', env)
  const ours = await startProcess('muster.mjs', env)
  const sides = {
    sql: (organizations, connections, duration) =>
      bare.ask('loop', { organizations, connections, seconds: duration }),
    route: (organizations, connections, duration) => {
      const paths = organizations.map(({ uuid }) => `/v1/${uuid}`)
      return post(bare, paths, connections, duration)
    },
    ours: (organizations, connections, duration) => {
      const paths = organizations.map(({ path }) => `${path}/invitations`)
      return post(ours, paths, connections, duration)
    }
  }

  const run = async (side, { organizations: count, connections }, duration) => {
    // Fresh ones each time, so that none meets more rows than the other.
    const organizations = await seedOrganizations(pool, count)
    await settled()
    const result = await sides[side](organizations, connections, duration)
    await proveWritten(pool, organizations, result.answered, connections)
    return result
  }

  const rows = []
  for (const side of Object.keys(sides)) await run(side, CASES[1], warmUp)
  for (const one of CASES) {
    const runs = { sql: [], route: [], ours: [] }
    for (let round = 0; round < rounds; round += 1) {
      for (const side of Object.keys(runs)) {
        await run(side, one, leadIn)
        runs[side].push(await run(side, one, seconds))
      }
    }
    rows.push(toRow(one, runs))
  }
  await bare.stop()
  await ours.stop()
  return rows
}

function post(server, paths, connections, seconds) {
  const batch = newUuid()
  let turn = 0
  const next = () => {
    turn += 1
    return {
      method: 'POST',
      path: paths[turn % paths.length],
      headers: { ...server.ready.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ emails: `person.${turn}@${batch}.test` })
    }
  }
  return runLoadOn(server, { connections, seconds, next })
}

/** What was answered was written, all of it; requests under way at the end may have been, too. */
async function proveWritten(pool, organizations, answered, connections) {
  const { invitations, ...others } = await countOffers(pool, organizations)
  const expected = invitations >= answered && invitations <= answered + connections
  const complete = Object.values(others).every((count) => count === invitations)
  if (expected && complete) return
  throw new Error(`${answered} answered, but ${invitations} written: ${JSON.stringify(others)}`)
}

function toRow({ organizations, connections }, { sql, route, ours }) {
  const speeds = (runs) => runs.map(({ perSecond }) => perSecond)
  const speed = (runs) => `${Math.round(median(speeds(runs)))}/s`
  const { ratio, min, max } = compare(speeds(ours), speeds(sql))
  const behind = compare(speeds(ours), speeds(route))
  const of = (key) => Math.round(median(ours.map((run) => run[key])))
  const place = organizations === 1 ? 'one organization' : `over ${organizations} organizations`
  return {
    name: `one invitation, ${place}, ${connections} connections`,
    figure: speed(ours),
    baseline: `${speed(sql)} bare SQL`,
    ratio,
    min,
    max,
    aim: `≥ ${AIM}`,
    met: ratio >= AIM,
    note:
      `${behind.ratio.toFixed(2)} of the same SQL behind a Fastify route (${speed(route)}); ` +
      `ours p99 ${of('p99')} ms; ${of('cpuUs')} µs of CPU in Node`
  }
}
