import { countOffers } from '../lib/offers.mjs'
import { startProcess } from '../lib/processes.mjs'
import { newAddresses, seedOrganizations } from '../lib/seed.mjs'
import { compare, median } from '../lib/statistics.mjs'

const ADDRESSES = 1_000
/** Batches of one side in one round; the first ones of the process are its warm-up. */
const BATCHES = 5
const AIM = 3

/** One request with a thousand addresses beside four bare inserts of a thousand rows. */
export async function measureBatch({ pool, env, rounds, settled }) {
  const bare = await startProcess('baseline/invitations.mjs', env)
  const ours = await startProcess('muster.mjs', env)
  const sides = {
    sql: (organization) => bare.ask('timeBatch', { organization, count: ADDRESSES }),
    ours: (organization) => timeRequest(ours, organization)
  }
  const run = async (side) => {
    const organizations = await seedOrganizations(pool, BATCHES)
    await settled()
    const times = []
    for (const organization of organizations) times.push(await sides[side](organization))
    const counts = Object.values(await countOffers(pool, organizations))
    if (counts.some((count) => count !== BATCHES * ADDRESSES)) {
      throw new Error(`not everything was written: ${counts.join(', ')}`)
    }
    return median(times)
  }

  const times = { sql: [], ours: [] }
  for (const side of Object.keys(times)) await run(side)
  for (let round = 0; round < rounds; round += 1) {
    for (const side of Object.keys(times)) times[side].push(await run(side))
  }
  await bare.stop()
  await ours.stop()
  const { ratio, min, max } = compare(times.ours, times.sql)
  return [
    {
      name: `a batch of ${ADDRESSES} addresses, one at a time`,
      figure: `${Math.round(median(times.ours))} ms`,
      baseline: `${Math.round(median(times.sql))} ms bare SQL`,
      ratio,
      min,
      max,
      aim: `≤ ${AIM}`,
      met: ratio <= AIM,
      note: `${BATCHES} batches in each round, every one in an empty organization`
    }
  ]
}

async function timeRequest({ ready: { url, headers } }, { path }) {
  const body = JSON.stringify({ emails: newAddresses(ADDRESSES) })
  const start = performance.now()
  const response = await fetch(`${url}${path}/invitations`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body
  })
  const text = await response.text()
  const time = performance.now() - start
  if (response.status !== 201) throw new Error(`${path}: ${response.status} ${text}`)
  const created = JSON.parse(text).data.filter(({ status }) => status === 'created')
  if (created.length !== ADDRESSES) throw new Error(`${path}: only ${created.length} created`)
  return time
}
