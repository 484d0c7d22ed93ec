import { postJson, readLedger, seedCredits } from '../lib/credits.mjs'
import { proveDurable } from '../lib/durable.mjs'
import { startProcess } from '../lib/processes.mjs'
import { median } from '../lib/statistics.mjs'

const MEMBERS = 10_000
const AIM_MS = 2_000
const EACH = 100

/** `POST {organization}/credit-allocations`: the same to every member of a large team. */
export async function measureAllocation({ pool, env, rounds, settled }) {
  await proveDurable(pool)
  const server = await startProcess('muster.mjs', env)
  const times = []
  // The first is the warm-up.
  for (let round = 0; round <= rounds; round += 1) {
    const team = await seedCredits({ pool, server, members: MEMBERS, mode: 'allocated' })
    await settled()
    const { ms } = await postJson(server, `${team.path}/credit-allocations`, {
      strategy: 'equal',
      total: MEMBERS * EACH
    })
    const { allocated } = await readLedger(pool, team)
    if (allocated !== MEMBERS) throw new Error(`only ${allocated} of ${MEMBERS} got anything`)
    times.push(Math.round(ms))
  }
  await server.stop()
  const [first, ...others] = times
  return [
    {
      name: `an equal allocation to ${MEMBERS} members`,
      figure: `${Math.round(median(others))} ms`,
      aim: `≤ ${AIM_MS} ms`,
      met: median(others) <= AIM_MS,
      note: `${Math.min(...others)}–${Math.max(...others)} in ${rounds}, every one in another organization; the very first ${first} ms`
    }
  ]
}
