import { readFile } from 'node:fs/promises'
import { readLedger, seedCredits } from '../lib/credits.mjs'
import { proveDurable } from '../lib/durable.mjs'
import { findPgbench, runPgbench } from '../lib/pgbench.mjs'
import { runPostsOn } from '../lib/posts.mjs'
import { startProcess } from '../lib/processes.mjs'
import { compare, median } from '../lib/statistics.mjs'

const CONNECTIONS = 64
const MEMBERS = 10_000
const SCHEMA = new URL('../baseline/credits-schema.sql', import.meta.url)
const CASES = [
  {
    name: 'spends, one pool',
    script: 'transfer-hot.sql',
    aim: 8,
    team: { members: 1, mode: 'allocated' }
  },
  {
    name: `spends of ${MEMBERS} members, one shared pool`,
    script: 'transfer-hot.sql',
    aim: 8,
    team: { members: MEMBERS + 1, mode: 'shared_pool' }
  },
  {
    name: `spends of ${MEMBERS} members, each its own`,
    script: 'transfer-spread.sql',
    aim: 1.5,
    team: { members: MEMBERS + 1, mode: 'allocated', allocated: true }
  }
]
const SLOWEST_AIM = 5

/** `POST {organization}/credit-transfers` beside plain double-entry transactions in pgbench. */
export async function measureCredits({ pool, env, rounds, seconds, warmUp, leadIn, settled }) {
  await proveDurable(pool)
  const program = await findPgbench()
  await pool.query(await readFile(SCHEMA, 'utf8'))
  const server = await startProcess('muster.mjs', env)
  const sides = {
    pgbench: ({ script }, duration) =>
      runPgbench(program, { url: env.BENCH_DATABASE, script, seconds: duration }),
    ours: ({ team }, duration) => spend(pool, server, team, duration)
  }
  if (!program) delete sides.pgbench

  const runRound = async (one) => {
    for (const side of Object.keys(sides)) {
      // Each pgbench opens connections of its own, and counts from when it has them.
      if (side === 'ours') await sides.ours(one, leadIn)
      await settled()
      one.runs[side].push(await sides[side](one, seconds))
    }
  }

  const cases = []
  for (const one of CASES) {
    cases.push({ ...one, team: await seedCredits({ pool, server, ...one.team }), runs: newRuns() })
  }
  for (const one of cases) await sides.ours(one, warmUp)
  for (let round = 0; round < rounds; round += 1) {
    for (const one of cases) await runRound(one)
  }
  await server.stop()
  await pool.query('drop schema classic cascade')
  return cases.flatMap(toRows)
}

const newRuns = () => ({ pgbench: [], ours: [] })

/** Each spend has a key of its own, and is of the next member where there are any. */
async function spend(pool, server, team, seconds) {
  const { path, memberIds } = team
  // A step that has no factor in common with their number comes round to everybody.
  const memberOf = (turn) => memberIds[(turn * 7_919) % memberIds.length]
  const before = await readLedger(pool, team)
  const result = await runPostsOn(server, {
    path: `${path}/credit-transfers`,
    connections: CONNECTIONS,
    seconds,
    bodyOf: (turn) => JSON.stringify({ kind: 'spend', amount: 1, member_id: memberOf(turn) })
  })
  const written = (await readLedger(pool, team)).spends - before.spends
  if (written === result.answered) return result
  throw new Error(`${result.answered} spends were answered, but ${written} written`)
}

function toRows({ name, aim, runs: { pgbench, ours } }) {
  const speeds = (runs) => runs.map(({ perSecond }) => perSecond)
  const of = (runs, key) => median(runs.map((run) => run[key]))
  const speed = (runs) => `${Math.round(median(speeds(runs)))}/s`
  const figure = { name: `${name}, ${CONNECTIONS} connections`, figure: speed(ours) }
  const cpu = `${Math.round(of(ours, 'cpuUs'))} µs of CPU in Node`
  const slowest = compare(
    ours.map(({ p99 }) => p99),
    ours.map(({ p50 }) => p50)
  )
  return [
    pgbench.length > 0
      ? {
          ...figure,
          baseline: `${speed(pgbench)} pgbench`,
          ...compare(speeds(ours), speeds(pgbench)),
          aim: `≥ ${aim}`,
          met: compare(speeds(ours), speeds(pgbench)).ratio >= aim,
          note: `${cpu}; pgbench on average ${of(pgbench, 'averageMs').toFixed(1)} ms`
        }
      : { ...figure, note: `${cpu}; no ratio, because pgbench is not installed` },
    {
      name: `${name}: the slowest percent`,
      figure: `p99 ${of(ours, 'p99').toFixed(1)} ms`,
      baseline: `p50 ${of(ours, 'p50').toFixed(1)} ms`,
      ...slowest,
      aim: `≤ ${SLOWEST_AIM}`,
      met: slowest.ratio <= SLOWEST_AIM,
      note: 'of the same requests'
    }
  ]
}
