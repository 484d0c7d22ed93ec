import { runLoadOn } from '../lib/load.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedMembers, seedOrganizations } from '../lib/seed.mjs'
import { compare, median } from '../lib/statistics.mjs'

const CONNECTIONS = 64
/** One large team, and many of the usual size. */
const CASES = [
  { name: 'one organization of 10,000', organizations: 1, members: 10_000 },
  { name: 'over 100 organizations of 120', organizations: 100, members: 120 }
]
/** What every member may, and at the end what none may: a quarter of the answers are refusals. */
const PERMISSIONS = ['team.view', 'org.view', 'resource.view:assigned', 'member.invite']
/** Each connection asks about people of its own, so that no two ask the same at once. */
const REQUESTS = 400
const AIM = 0.4

/** `POST {organization}/authorize` with one check beside a bare Fastify route that takes the same. */
export async function measureAuthorize({ pool, env, rounds, seconds, warmUp, leadIn, settled }) {
  const cases = []
  for (const one of CASES) {
    const organizations = await seedOrganizations(pool, one.organizations)
    await seedMembers(pool, organizations, one.members)
    cases.push({ ...one, requestsOf: requestsAbout(organizations, one.members) })
  }
  const bare = await startProcess('baseline/authorize.mjs', env)
  const ours = await startProcess('muster.mjs', env)
  const load = (server, { requestsOf }, duration) =>
    runLoadOn(server, { connections: CONNECTIONS, seconds: duration, requestsOf })
  const measure = async (server, one) => {
    await load(server, one, leadIn)
    return load(server, one, seconds)
  }

  const rows = []
  for (const one of cases) {
    await proveAnswers(ours, one)
    await load(bare, one, warmUp)
    await load(ours, one, warmUp)
    const runs = { bare: [], ours: [] }
    for (let round = 0; round < rounds; round += 1) {
      await settled()
      runs.bare.push(await measure(bare, one))
      runs.ours.push(await measure(ours, one))
    }
    rows.push(toRow(one, runs))
  }
  await bare.stop()
  await ours.stop()
  return rows
}

/** Of each five people that are seeded four are active: those whose number is no multiple of five. */
function requestsAbout(organizations, members) {
  const active = Math.floor((members * 4) / 5)
  return (connection) =>
    Array.from({ length: REQUESTS }, (_, index) => {
      const nth = connection * REQUESTS + index
      const { path } = organizations[nth % organizations.length]
      // A step that has no factor in common with their number comes round to everybody.
      const place = (nth * 7_919) % active
      const user_id = `u_${place + 1 + Math.floor(place / 4)}`
      const body = JSON.stringify({ user_id, permission: PERMISSIONS[nth % PERMISSIONS.length] })
      const headers = { 'content-type': 'application/json' }
      return { method: 'POST', path: `${path}/authorize`, headers, body }
    })
}

/** Every answer must be about an active member, and be what the role says. */
async function proveAnswers({ ready: { url, headers } }, { requestsOf }) {
  for (const { method, path, body, headers: own } of requestsOf(0)) {
    const response = await fetch(url + path, { method, headers: { ...headers, ...own }, body })
    const { allowed, code, role } = await response.json()
    const expected = JSON.parse(body).permission !== 'member.invite'
    if (role !== 'member' || allowed !== expected) {
      throw new Error(`${body}: ${response.status} ${allowed} ${code}`)
    }
  }
}

function toRow({ name }, runs) {
  const speeds = (side) => runs[side].map(({ perSecond }) => perSecond)
  const speed = (side) => `${Math.round(median(speeds(side)))}/s`
  const details = (side) => {
    const of = (key) => Math.round(median(runs[side].map((run) => run[key])))
    return `p50 ${of('p50')} ms, p99 ${of('p99')} ms; ${of('cpuUs')} µs of CPU in Node`
  }
  const { ratio, min, max } = compare(speeds('ours'), speeds('bare'))
  return {
    name: `authorize, ${name}, ${CONNECTIONS} connections`,
    figure: speed('ours'),
    baseline: `${speed('bare')} bare Fastify`,
    ratio,
    min,
    max,
    aim: `≥ ${AIM}`,
    met: ratio >= AIM,
    note: `ours ${details('ours')}; bare ${details('bare')}`
  }
}
