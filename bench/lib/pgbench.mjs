import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'

/** Where Debian keeps the programs of each version. */
const DEBIAN = '/usr/lib/postgresql'
const BASELINE = new URL('../baseline/', import.meta.url)
const run = promisify(execFile)
const CLIENTS = ['-c', '16', '-j', '2']

/** Of Debian's versions the newest, else what the path has; undefined where there is none. */
export async function findPgbench() {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a))
  const path = process.env.PATH?.split(delimiter).filter(Boolean) ?? []
  for (const folder of [...newestFirst.map((version) => join(DEBIAN, version, 'bin')), ...path]) {
    const program = join(folder, 'pgbench')
    // Debian has one on the path that only says which package is missing.
    const works = await run(program, ['--version']).then(
      () => true,
      () => false
    )
    if (works) return program
  }
  return undefined
}

/** Runs a script of bench/baseline for whole seconds on this database, with 16 clients. */
export async function runPgbench(program, { url, script, seconds }) {
  const { password, ...place } = new pg.Client(url)
  const { stdout } = await run(
    program,
    ['-n', '-M', 'prepared', ...CLIENTS, '-T', String(Math.ceil(seconds)), '-f', pathOf(script)],
    {
      env: {
        ...process.env,
        PGHOST: place.host,
        PGPORT: String(place.port),
        PGUSER: place.user,
        PGDATABASE: place.database,
        PGPASSWORD: password ?? ''
      }
    }
  )
  const read = (pattern) => Number(pattern.exec(stdout)?.[1])
  const perSecond = read(/^tps = ([\d.]+) \(without/m)
  if (!(perSecond > 0) || read(/^number of failed transactions: (\d+)/m) !== 0) {
    throw new Error(`${script}: ${stdout}`)
  }
  return { perSecond, averageMs: read(/^latency average = ([\d.]+) ms/m) }
}

const pathOf = (script) => fileURLToPath(new URL(script, BASELINE))
