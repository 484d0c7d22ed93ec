// The entry of `npm run bench`. Everything runs on a throw-away PostgreSQL; the result is
// bench/RESULTS.md. To look closer, name what to measure: `node bench/run.mjs members batch` prints
// only. BENCH_ROUNDS, BENCH_SECONDS and BENCH_WARM_UP shorten it, BENCH_DIST measures another build,
// and with BENCH_LOG_LEVEL=info the server writes a line for each request.
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { describeServer, settle, withDatabase } from './lib/database.mjs'
import { DIST } from './lib/dist.mjs'
import { stopProcesses } from './lib/processes.mjs'
import { toReport, toTable } from './lib/report.mjs'
import { measureAllocation } from './measures/allocation.mjs'
import { measureAuthorize } from './measures/authorize.mjs'
import { measureBatch } from './measures/batch.mjs'
import { measureBoot } from './measures/boot.mjs'
import { measureBulk } from './measures/bulk.mjs'
import { measureCredits } from './measures/credits.mjs'
import { measureCrowd } from './measures/crowd.mjs'
import { measureInvitations } from './measures/invitations.mjs'
import { measureMembers } from './measures/members.mjs'
import { measureWebhooks } from './measures/webhooks.mjs'

const MEASURES = {
  members: measureMembers,
  authorize: measureAuthorize,
  invitations: measureInvitations,
  batch: measureBatch,
  bulk: measureBulk,
  credits: measureCredits,
  allocation: measureAllocation,
  webhooks: measureWebhooks,
  boot: measureBoot,
  // Last: the database is a large one from then on.
  crowd: measureCrowd
}
const { generateKeyRing } = await import(`${DIST}secrets.js`)
const RESULTS = new URL('RESULTS.md', import.meta.url)
const POOL_SIZE = '10'
/** Pools close what has been idle while the other side had its turn: seconds to open it again. */
const LEAD_IN = 0.5

const named = process.argv.slice(2)
const names = named.length > 0 ? named : Object.keys(MEASURES)
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 4)
/** Until the code that a request runs through has been compiled: thousands of requests. */
const warmUp = Number(process.env.BENCH_WARM_UP ?? 10)
const startedAt = new Date()
const [loadBefore] = loadavg()

// What is under way fails, and everything that was started ends with it.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => void stopProcesses())

await withDatabase((database) => measure(database).finally(stopProcesses))

async function measure({ url, pool }) {
  const env = { BENCH_DATABASE: url, BENCH_POOL_SIZE: POOL_SIZE, BENCH_SECRETS: generateKeyRing() }
  const settled = () => settle(pool)
  const options = { rounds, seconds, warmUp, leadIn: LEAD_IN, settled }
  const rows = []
  for (const name of names) {
    const found = await MEASURES[name]({ ...options, pool, env })
    for (const { name: what, note } of found) console.log(`${what}: ${note}`)
    rows.push(...found)
  }
  console.log(`\n${toTable(rows)}\n`)
  if (named.length > 0) return
  const server = await describeServer(pool)
  await writeFile(RESULTS, toReport(rows, { server, rounds, seconds, startedAt, loadBefore }))
}
