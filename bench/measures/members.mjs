import { runLoadOn } from '../lib/load.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedMembers, seedOrganizations } from '../lib/seed.mjs'
import { compare, median } from '../lib/statistics.mjs'

const CONNECTIONS = 64
const ORGANIZATIONS = 100
const MEMBERS = 120
const AIM = 0.7

/** `GET {organization}/members?limit=50` beside the same list written by hand. */
export async function measureMembers({ pool, env, rounds, seconds, warmUp, leadIn, settled }) {
  const organizations = await seedOrganizations(pool, ORGANIZATIONS)
  await seedMembers(pool, organizations, MEMBERS)
  const servers = {
    bare: await startProcess('baseline/bare.mjs', env),
    baseline: await startProcess('baseline/members.mjs', env),
    ours: await startProcess('muster.mjs', env)
  }
  const { bare, baseline, ours } = servers
  const lists = organizations.map(({ path }) => ({ path: `${path}/members?limit=50` }))
  const one = await provePages(baseline, ours, lists)
  const load = (server, requests, duration) =>
    runLoadOn(server, { connections: CONNECTIONS, seconds: duration, requests })
  const measure = async (server, requests) => {
    await load(server, requests, leadIn)
    return load(server, requests, seconds)
  }

  const runs = { bare: [], baseline: [], ours: [], one: [] }
  const takeRound = async () => ({
    bare: await measure(bare, [{ path: '/' }]),
    baseline: await measure(baseline, lists),
    ours: await measure(ours, lists),
    one: await measure(ours, one)
  })
  await load(baseline, lists, warmUp)
  await load(ours, lists, warmUp)
  await takeRound()
  for (let round = 0; round < rounds; round += 1) {
    await settled()
    for (const [name, run] of Object.entries(await takeRound())) runs[name].push(run)
  }
  for (const server of Object.values(servers)) await server.stop()
  return toRows(runs)
}

/** Both must send the same bytes for every organization; returns requests for one member of each. */
async function provePages(baseline, ours, lists) {
  const read = async ({ ready: { url, headers } }, path) => {
    const response = await fetch(url + path, { headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.text()
  }
  const requests = []
  for (const { path } of lists) {
    const page = await read(ours, path)
    if (page !== (await read(baseline, path))) throw new Error(`${path}: the pages differ`)
    const { data, has_more: more } = JSON.parse(page)
    if (data.length !== 50 || !more) throw new Error(`${path}: not a full page`)
    requests.push({ path: `${path.split('?')[0]}/${data[25].id}` })
  }
  return requests
}

function toRows(runs) {
  const speeds = (name) => runs[name].map(({ perSecond }) => perSecond)
  const speed = (name) => `${Math.round(median(speeds(name)))}/s`
  const details = (name) => {
    const of = (key) => Math.round(median(runs[name].map((run) => run[key])))
    return `p99 ${of('p99')} ms; ${of('cpuUs')} µs of CPU in Node`
  }
  const { ratio, min, max } = compare(speeds('ours'), speeds('baseline'))
  return [
    {
      name: `members?limit=50, ${CONNECTIONS} connections`,
      figure: speed('ours'),
      baseline: `${speed('baseline')} by hand`,
      ratio,
      min,
      max,
      aim: `≥ ${AIM}`,
      met: ratio >= AIM,
      note: `ours ${details('ours')}; by hand ${details('baseline')}`
    },
    {
      name: `one member, ${CONNECTIONS} connections`,
      figure: speed('one'),
      note: details('one')
    },
    {
      name: `bare Fastify route, ${CONNECTIONS} connections`,
      baseline: speed('bare'),
      note: details('bare')
    }
  ]
}
