import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DIST } from '../lib/dist.mjs'
import { median } from '../lib/statistics.mjs'

const RUNS = 5
const REST_MS = 3_000
const READY_WITHIN_MS = 60_000
const POLL_MS = 5
const BOOT_AIM_MS = 2_000
const RSS_AIM_MB = 200

/** `muster start` on a data folder that has been started before: how soon, and how large at rest. */
export async function measureBoot() {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-boot-'))
  await chmod(folder, 0o755) // As root, PostgreSQL runs as a user of its own.
  try {
    const first = await boot(join(folder, 'data'), 0)
    const runs = []
    for (let run = 0; run < RUNS; run += 1) runs.push(await boot(join(folder, 'data'), REST_MS))
    return toRows(first, runs)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** From the first instruction of the process to its first `ready`. */
async function boot(dataDir, restMs) {
  const port = await freePort()
  const start = performance.now()
  const child = spawn(process.execPath, [fileURLToPath(`${DIST}bundle/cli.js`), 'start'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      MUSTER_DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'error'
    }
  })
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`, child)
    const readyMs = performance.now() - start
    await setTimeout(restMs)
    return { readyMs, ...(restMs > 0 && (await readMemory(child.pid, dataDir))) }
  } finally {
    const ended = child.exitCode === null && once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(url, child) {
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline && child.exitCode === null) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false
      )
    )
      return
    await setTimeout(POLL_MS)
  }
  throw new Error(`muster start did not become ready (exit code ${child.exitCode})`)
}

/** Linux only: the resident memory of Node, and what PostgreSQL's processes hold between them. */
async function readMemory(pid, dataDir) {
  if (process.platform !== 'linux') return {}
  const pidFile = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')
  const postmaster = Number(pidFile.split('\n')[0])
  const pids = [postmaster, ...(await childrenOf(postmaster))]
  const shares = pids.map((one) => readKilobytes(one, 'smaps_rollup', 'Pss'))
  const pss = (await Promise.all(shares)).reduce((sum, share) => sum + share, 0)
  return { rssMb: (await readKilobytes(pid, 'status', 'VmRSS')) / 1024, pssMb: pss / 1024 }
}

async function childrenOf(parent) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = await Promise.all(
    pids.map((pid) => readKilobytes(pid, 'status', 'PPid').catch(() => 0))
  )
  return pids.filter((_, index) => parents[index] === parent)
}

async function readKilobytes(pid, file, field) {
  const text = await readFile(`/proc/${pid}/${file}`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1])
}

function toRows(first, runs) {
  const all = (key) => runs.map((run) => run[key])
  const range = (key, digits) =>
    `${Math.min(...all(key)).toFixed(digits)}–${Math.max(...all(key)).toFixed(digits)}`
  const readyMs = median(all('readyMs'))
  const boot = {
    name: 'boot to ready, data folder in use before',
    figure: `${Math.round(readyMs)} ms`,
    aim: `≤ ${BOOT_AIM_MS} ms`,
    met: readyMs <= BOOT_AIM_MS,
    note: `${range('readyMs', 0)} in ${RUNS} starts; the very first start ${Math.round(first.readyMs)} ms`
  }
  if (runs[0].rssMb === undefined) return [boot]
  const rssMb = median(all('rssMb'))
  return [
    boot,
    {
      name: `memory of Node at rest, ${REST_MS / 1000} s after`,
      figure: `${Math.round(rssMb)} MB`,
      aim: `≤ ${RSS_AIM_MB} MB`,
      met: rssMb <= RSS_AIM_MB,
      note:
        `RSS ${range('rssMb', 0)}; PostgreSQL beside it holds ${Math.round(median(all('pssMb')))} MB ` +
        'PSS'
    }
  ]
}
