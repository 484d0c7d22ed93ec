// The entry of `npm test`. A PostgreSQL server (TEST_DATABASE_URL, else an embedded one), in it a
// migrated template for the test files to copy, the tests compiled, then tap. Arguments: files or
// folders of `test`; none: all of them. Nothing of it outlives the run, but the raw results where
// TEST_RESULTS_DIR says to keep them.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, normalize, sep } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../dist/db/embedded.js'
import { migrateDatabase } from '../dist/db/migrate.js'
import { bundleTests, compiledPath, compileTests } from './compile.mjs'

/** A test file names its copies after the template, so that those of a killed file go with it. */
const TEMPLATE = `muster_test_${randomBytes(6).toString('hex')}`

let tap
let signal
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    signal = name
    if (tap) process.kill(-tap.pid, name)
  })
}

process.exitCode = await (process.env.TEST_DATABASE_URL
  ? runOn(process.env.TEST_DATABASE_URL)
  : runOnEmbedded())

async function runOnEmbedded() {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'))
  await chmod(folder, 0o755) // As root, PostgreSQL runs as a user of its own.
  try {
    const password = randomBytes(16).toString('hex')
    const server = await startEmbedded({ dataDir: join(folder, 'data'), password })
    // Nothing here has to survive a power cut; the tests of crashes start servers of their own.
    await query(server.url, 'alter role current_user set synchronous_commit = off')
    return await runOn(server.url).finally(() => server.stop())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runOn(adminUrl) {
  const template = new URL(adminUrl)
  template.pathname = TEMPLATE
  await query(adminUrl, `create database ${TEMPLATE}`)
  try {
    await migrateDatabase(template.href)
    return signal ? 1 : await runTap(adminUrl)
  } finally {
    const left = `select datname from pg_database where starts_with(datname, '${TEMPLATE}')`
    for (const { datname } of await query(adminUrl, left)) {
      await query(adminUrl, `drop database ${datname} with (force)`)
    }
  }
}

async function query(url, sql) {
  const client = new pg.Client(url)
  await client.connect()
  return (await client.query(sql).finally(() => client.end())).rows
}

async function runTap(adminUrl) {
  const { TEST_RESULTS_DIR: kept } = process.env
  const results = kept ?? (await mkdtemp(join(tmpdir(), 'muster-results-')))
  const compiled = `dist-${TEMPLATE}`
  try {
    const wanted = process.argv.slice(2).map(normalize)
    const tests = (await compileTests(compiled)).filter((path) => isWanted(path, wanted))
    if (tests.length === 0) throw new Error(`there is no test in ${wanted.join(' ')}`)
    const files =
      wanted.length > 0
        ? tests.map((path) => compiledPath(compiled, path))
        : await bundleTests(compiled, tests)
    const code = await spawnTap(adminUrl, results, files)
    const empty = await findEmptyTests(results)
    for (const name of empty) console.error(`not ok - ${name} tests nothing`)
    return signal || empty.length > 0 ? 1 : (code ?? 1)
  } finally {
    if (!kept) await rm(results, { recursive: true, force: true })
    await rm(compiled, { recursive: true, force: true })
  }
}

async function spawnTap(adminUrl, results, files) {
  const isSeen = process.stdout.isTTY && !process.env.CI
  const reporter = isSeen ? [] : ['--reporter=./test/reporter.mjs']
  tap = spawn(
    'node_modules/.bin/tap',
    ['--fail-todo', `--output-dir=${results}`, ...reporter, ...files],
    {
      detached: true, // A group of its own: tap alone does not pass every signal on to its files.
      stdio: 'inherit',
      env: { ...process.env, TEST_DATABASE_URL: adminUrl, TEST_TEMPLATE_DATABASE: TEMPLATE }
    }
  )
  const [code] = await once(tap, 'close')
  tap = undefined
  return code
}

function isWanted(path, wanted) {
  const isIn = (part) => path === part || path.startsWith(part.endsWith(sep) ? part : part + sep)
  return wanted.length === 0 || wanted.some(isIn)
}

/** Tap lets a test without a single assertion pass, and a file without a test. Here they fail. */
async function findEmptyTests(results) {
  const empty = []
  const files = await readdir(results, { recursive: true })
  for (const file of files.filter((file) => file.endsWith('.tap'))) {
    const path = [file.replace(/\.tap$/, '')]
    for (const line of (await readFile(join(results, file), 'utf8')).split('\n')) {
      const depth = line.search(/\S/) / 4
      const [, subtest] = /^ *# Subtest: (.*)/.exec(line) ?? []
      if (subtest !== undefined) path.splice(depth + 1, path.length, subtest)
      if (/^ *1\.\.0(?: # no tests found)?$/.test(line)) empty.push(path.slice(0, depth + 1))
    }
  }
  return empty.map((path) => path.join(' > '))
}
