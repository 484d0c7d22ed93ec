import { setTimeout as sleep } from 'node:timers/promises'
import { postJson } from '../lib/credits.mjs'
import { startProcess } from '../lib/processes.mjs'
import { seedOrganizations } from '../lib/seed.mjs'
import { compare, median } from '../lib/statistics.mjs'

const TYPE = 'group.created'
/** As many as ours opens to one endpoint. */
const CONNECTIONS = 32
const DELIVERIES = 30_000
/** Few at a time and many turns: what else goes on meets all sides alike. */
const COMMANDS = 40
const TURNS = 12
const ALONE = 100
const ALONE_PAUSE_MS = 60

/** What webhooks cost a command, how soon they arrive, and how many a second. */
export async function measureWebhooks({ pool, env, rounds, settled }) {
  const server = await startProcess('muster.mjs', env)
  const receiver = await startProcess('baseline/receiver.mjs', {})
  const sender = await startProcess('baseline/receiver.mjs', {})
  const bench = { pool, server, receiver, sender, settled, rounds }
  const cost = await measureCost(bench)
  const worker = await startProcess('worker.mjs', env)
  const soon = await measureLatency(bench)
  const many = await measureThroughput(bench)
  await worker.stop()
  await server.stop()
  await receiver.stop()
  await sender.stop()
  return [...cost, ...soon, ...many]
}

const createEndpoint = async ({ server, receiver }, type = TYPE) => {
  const body = { url: receiver.ready.url, event_types: [type] }
  const { answer } = await postJson(server, '/v1/webhook-endpoints', body)
  return answer
}

async function deleteEndpoint({ server: { ready } }, { id }) {
  await fetch(`${ready.url}/v1/webhook-endpoints/${id}`, {
    method: 'DELETE',
    headers: ready.headers
  })
}

let named = 0
const createGroup = (server, path) => {
  named += 1
  return postJson(server, `${path}/groups`, { name: `Group ${named}` })
}

/** Commands one after the other; nobody takes the deliveries meanwhile. */
async function measureCost({ pool, server, receiver, settled, rounds }) {
  const run = async () => {
    const [{ path }] = await seedOrganizations(pool, 1)
    const times = []
    for (let count = 0; count < COMMANDS; count += 1) {
      times.push((await createGroup(server, path)).ms)
    }
    return median(times)
  }
  const trigger = (verb) => pool.query(`alter table events ${verb} trigger events_delivered`)
  const sides = {
    without: { begin: () => trigger('disable'), end: () => trigger('enable') },
    none: { begin: () => undefined, end: () => undefined },
    one: {
      begin: async () => {
        sides.one.endpoint = await createEndpoint({ server, receiver })
      },
      end: () => deleteEndpoint({ server }, sides.one.endpoint)
    }
  }
  const times = { without: [], none: [], one: [] }
  await settled()
  for (let round = -1; round < rounds * TURNS; round += 1) {
    for (const [name, { begin, end }] of Object.entries(sides)) {
      await begin()
      const time = await run()
      await end()
      if (round >= 0) times[name].push(time)
    }
  }
  const none = compare(times.none, times.without)
  const one = compare(times.one, times.none)
  const ms = (all) => `${median(all).toFixed(2)} ms`
  return [
    {
      name: 'a command, no endpoint',
      figure: ms(times.none),
      baseline: `${ms(times.without)} without the trigger`,
      ...none,
      aim: '≤ 1.02',
      met: none.ratio <= 1.02,
      note: `medians of ${COMMANDS} commands one after the other, ${rounds * TURNS} turns`
    },
    {
      name: 'a command, one matching endpoint',
      figure: ms(times.one),
      baseline: `${ms(times.none)} with none`,
      ...one,
      aim: '≤ 1.15',
      met: one.ratio <= 1.15,
      note: 'the same turns'
    }
  ]
}

/** From the answer of a command, which comes after its commit, to the first attempt's arrival. */
async function measureLatency(bench) {
  const { pool, server, receiver, settled } = bench
  const endpoint = await createEndpoint(bench)
  const [{ path }] = await seedOrganizations(pool, 1)
  for (let count = 0; count < 20; count += 1) await createGroup(server, path)
  await settled()
  await receiver.ask('take')
  const sent = new Map()
  for (let count = 0; count < ALONE; count += 1) {
    const { answer } = await createGroup(server, path)
    sent.set(answer.id, Date.now())
    await sleep(ALONE_PAUSE_MS + (count % 10) * 11)
  }
  await sleep(1_000)
  const arrivals = await receiver.ask('take')
  const waits = await waitsOf(pool, sent, arrivals)
  await deleteEndpoint(bench, endpoint)
  const quantile = (q) => waits[Math.floor((waits.length - 1) * q)]
  return [
    {
      name: 'commit to the first attempt, p50',
      figure: `${quantile(0.5)} ms`,
      aim: '≤ 100 ms',
      met: quantile(0.5) <= 100,
      note: `${waits.length} commands, one every ${ALONE_PAUSE_MS} to ${ALONE_PAUSE_MS + 99} ms`
    },
    {
      name: 'commit to the first attempt, p99',
      figure: `${quantile(0.99)} ms`,
      aim: '≤ 500 ms',
      met: quantile(0.99) <= 500,
      note: 'the same'
    }
  ]
}

async function waitsOf(pool, sent, arrivals) {
  const { DIST } = await import('../lib/dist.mjs')
  const { uuidToId } = await import(`${DIST}ids.js`)
  const { rows } = await pool.query(
    `select id, subject_id from events where subject_id = any($1)`,
    [[...sent.keys()]]
  )
  const waits = rows.map(({ id, subject_id }) => {
    const arrived = arrivals[uuidToId('evt', id)]
    if (arrived === undefined) throw new Error(`${id} has not arrived`)
    return Math.max(0, arrived - sent.get(subject_id))
  })
  if (waits.length !== sent.size) throw new Error('not every command has left its event')
  return waits.sort((a, b) => a - b)
}

/** A heap of deliveries that are due, beside as many bare POSTs of the same body. */
async function measureThroughput(bench) {
  const { pool, receiver, sender, settled, rounds } = bench
  const [{ uuid }] = await seedOrganizations(pool, 1)
  const rates = { ours: [], bare: [] }
  let endpoint
  for (let round = -1; round < rounds; round += 1) {
    endpoint = await createEndpoint(bench)
    await settled()
    await receiver.ask('take')
    const arrived = receiver.ask('timeOf', DELIVERIES)
    await pool.query(HEAP, [uuid, DELIVERIES])
    const ours = await arrived
    await untilWritten(pool)
    await deleteEndpoint(bench, endpoint)
    await settled()
    const body = await bodyOf(pool, uuid)
    const bare = await sender.ask('post', {
      url: receiver.ready.url,
      count: DELIVERIES,
      connections: CONNECTIONS,
      body
    })
    if (round < 0) continue
    rates.ours.push((DELIVERIES / ours) * 1000)
    rates.bare.push((DELIVERIES / bare) * 1000)
  }
  const result = compare(rates.ours, rates.bare)
  return [
    {
      name: 'deliveries, sustained',
      figure: `${Math.round(median(rates.ours))}/s`,
      baseline: `${Math.round(median(rates.bare))}/s bare POSTs with undici`,
      ...result,
      aim: '≥ 0.3',
      met: result.ratio >= 0.3,
      note: `${DELIVERIES} in each round, from the first arrival to the last; ${CONNECTIONS} connections`
    }
  ]
}

const HEAP = `
  with told as (
    insert into events (organization_id, id, keep_until, type, occurred_at, actor_type, actor_id,
      subject_type, subject_id, data, changes)
    select $1, gen_random_uuid(), '9999-01-01Z', '${TYPE}', now(), 'member',
      'mem_01jd3v8k2ffb5t0m5r6w9x7y3z', 'group', 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z',
      '{"external_id": null}', '{}'
    from generate_series(1, $2::int)
    returning organization_id, id, keep_until)
  insert into event_personal (organization_id, event_id, keep_until, leaves)
  select organization_id, id, keep_until,
    '{"data.name": ["A group", "c2FsdHNhbHRzYWx0c2FsdA"], "actor_name": ["Olga", "c2FsdHNhbHRzYWx0c2FsdA"]}'
  from told`

async function untilWritten(pool) {
  for (;;) {
    const { rows } = await pool.query(
      `select count(*)::int as left from webhook_deliveries where status = 'pending'`
    )
    if (rows[0].left === 0) return
    await sleep(20)
  }
}

/** What ours sends, in size and shape. */
async function bodyOf(pool, uuid) {
  const { rows } = await pool.query(
    `select json_build_object('id', 'evt_01jd3v8k2ffb5t0m5r6w9x7y3z', 'type', type, 'occurred_at',
      occurred_at, 'organization_id', 'org_01jd3v8k2ffb5t0m5r6w9x7y3z', 'actor', json_build_object(
        'type', actor_type, 'id', actor_id, 'name', 'Olga'), 'subject', json_build_object('type',
        subject_type, 'id', subject_id), 'data', json_build_object('name', 'A group', 'external_id',
        null), 'changes', changes, 'origin', null, 'request_id', null, 'policy_version', null)::text
      as body from events where organization_id = $1 and type = '${TYPE}' limit 1`,
    [uuid]
  )
  return rows[0].body
}
