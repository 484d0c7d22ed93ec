import { encodeId } from '../baseline/ids.mjs'
import { seedCrowd } from '../lib/crowd.mjs'
import { DIST } from '../lib/dist.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedOrganizations } from '../lib/seed.mjs'
import { median } from '../lib/statistics.mjs'

const load = (file) => import(`${DIST}features/members/${file}`)
const { buildList } = await load('list-members.js')
const { readMemberFilter, readMemberOrder } = await load('list-schemas.js')

/** In all, a tenth of them in one organization; BENCH_MEMBERS=10000000 takes a quarter of an hour more. */
const MEMBERS = Number(process.env.BENCH_MEMBERS ?? 500_000)
const SMALL = 10_000
const TURNS = Number(process.env.BENCH_TURNS ?? 30)
const WARM_UP = 5
const RATIO = 1.5
const SEQUENTIAL = /Seq Scan on (members|group_members|resource_grants)\b/

const DAY_MS = 86_400_000
const daysAgo = (days) => new Date(Date.now() - days * DAY_MS).toISOString()
const search = (texts) => texts.map((q) => `q=${encodeURIComponent(q)}`)

const LISTS = {
  'default list': ['limit=25'],
  'filter by status': ['status=active', 'status=invited', 'status=suspended', 'status=removed'],
  'filter by role': ['role=admin', 'role=member', 'role=readonly'],
  'filter by role and status': ['role=admin&status=suspended', 'role=member&status=active'],
  'filter by group': ['group_id=GROUP'],
  'filter by resource': ['resource_id=RESOURCE'],
  'filter by activity': [`last_active_before=${daysAgo(200)}`, `last_active_after=${daysAgo(1)}`],
  'filter by address, person and external id': [
    'email=owner%40acme.test',
    'user_id=u_77',
    'external_id=crm-7'
  ],
  'sorted by name': ['sort=name', 'sort=name&order=desc'],
  'sorted by address': ['sort=email'],
  'sorted by activity': ['sort=last_active_at', 'sort=last_active_at&order=desc'],
  'search by prefix': search(['m', 'ma', 'el', 'jo', 'z', 'du', 'be', 'mo', 'sø', 'ol', 'ya', 'bj'])
}
const SELECTIVE = search(['keroudin', 'zoe granes', '.4821@', 'yilmaz.77', 'guest77.', 'qxz'])
const COMMON = search(['mar', '@acme', 'ont', 'elo', 'acme.test', 'ier', 'dup'])
/** Fewer than three letters in a row: of these the index knows little. */
const BROKEN = search(['o.b', 'a.d'])

/** `GET {organization}/members` among a tenth of everybody beside the same among 10,000. */
export async function measureCrowd({ pool, env }) {
  const others = Math.max(Math.floor((MEMBERS * 0.9 - SMALL) / SMALL), 0)
  const [large, small, ...rest] = await seedOrganizations(pool, 2 + others)
  await pool.query(`update organizations set policy_key = 'oupi', entitlements = '{team}'`)
  const measured = [
    { ...large, count: MEMBERS / 10 },
    { ...small, count: SMALL }
  ]
  await seedCrowd(pool, { measured, others: rest.map(({ uuid }) => uuid) })
  return measureLists({ pool, env, large, small })
}

/** Of two organizations that are there. */
async function measureLists({ pool, env, large, small }) {
  const server = await startProcess('muster.mjs', env)
  const sides = { large: await open(pool, server, large), small: await open(pool, server, small) }
  const rows = []
  for (const [name, queries] of Object.entries(LISTS)) {
    rows.push(toRatio(name, await timeInTurn(sides, queries)))
  }
  rows.push(toBound('selective fragments', await timeInTurn(sides, SELECTIVE), 50))
  rows.push(toBound('common fragments', await timeInTurn(sides, COMMON), 300))
  rows.push(
    toBound('fragments without three letters in a row', await timeInTurn(sides, BROKEN), 300)
  )
  const all = [...Object.values(LISTS).flat(), ...SELECTIVE, ...COMMON, ...BROKEN]
  for (const query of all) await proveIndexed(pool, large, sides.large.fill(query))
  await server.stop()
  return rows
}

/** An organization, its lists, and how its own ids come into what is asked. */
async function open(pool, server, { uuid, path }) {
  const { url, headers } = server.ready
  const first = async (table) => {
    const { rows } = await pool.query(
      `select id from ${table} where organization_id = $1 order by id limit 1`,
      [uuid]
    )
    return rows[0].id
  }
  const group = encodeId('grp', await first('groups'))
  const resource = encodeId('res', await first('resources'))
  const fill = (query) => query.replace('GROUP', group).replace('RESOURCE', resource)
  const read = async (query) => {
    const start = performance.now()
    const response = await fetch(`${url}${path}/members?${fill(query)}`, { headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${query}: ${response.status} ${text}`)
    return performance.now() - start
  }
  return { fill, read }
}

/** Both right after each other, so that whatever else the machine does falls on both. */
async function timeInTurn({ large, small }, queries) {
  const times = { large: [], small: [] }
  for (let turn = -WARM_UP; turn < TURNS; turn += 1) {
    for (const query of queries) {
      const [one, other] = [await large.read(query), await small.read(query)]
      if (turn < 0) continue
      times.large.push(one)
      times.small.push(other)
    }
  }
  return times
}

/** As the server asks for it, with the planner's default settings. */
async function proveIndexed(pool, { path }, query) {
  const asked = Object.fromEntries(new URLSearchParams(query))
  const ctx = {
    organizationId: path.split('/').at(-1),
    now: new Date(),
    actor: { type: 'api_key' }
  }
  const page = { limit: 25, after: undefined, includeTotal: false }
  const list = { filter: readMemberFilter(asked), order: readMemberOrder(asked) }
  const { text, values } = buildList(ctx, list, page)
  const { rows } = await pool.query(`explain ${text}`, values)
  const scan = rows.map((row) => row['QUERY PLAN']).find((line) => SEQUENTIAL.test(line))
  if (scan) throw new Error(`${query}: ${scan}`)
}

const ms = (value) => `${value.toFixed(1)} ms`

function toRatio(name, { large, small }) {
  const ratio = median(large) / median(small)
  return {
    name: `${name}, p50`,
    figure: ms(median(large)),
    baseline: `${ms(median(small))} of ${SMALL}`,
    ratio,
    min: ratio,
    max: ratio,
    aim: `≤ ${RATIO}`,
    met: ratio <= RATIO,
    note: `p95 ${ms(p95(large))}, of ${SMALL} ${ms(p95(small))}`
  }
}

function toBound(name, { large, small }, most) {
  const slow = p95(large)
  return {
    name: `${name}, p95`,
    figure: ms(slow),
    baseline: `${ms(p95(small))} of ${SMALL}`,
    aim: `≤ ${most} ms`,
    met: slow <= most,
    note: `p50 ${ms(median(large))}, of ${SMALL} ${ms(median(small))}`
  }
}

function p95(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1]
}
