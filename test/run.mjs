// The entry of `npm test`. A PostgreSQL server (TEST_DATABASE_URL, else an embedded one), in it a
// migrated template for the test files to copy, the tests compiled, then the suite. Arguments: files
// or folders of `test`; none: all of them. Nothing of it outlives the run, but what tap said, in
// `suite.tap` where TEST_RESULTS_DIR says to keep it.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../dist/db/embedded.js'
import { migrateDatabase } from '../dist/db/migrate.js'
import { bundleTests, compiledPath, compileTests } from './compile.mjs'
import LogReporter from './reporter.mjs'
import { scratchParent } from './scratch.mjs'

/** A test file names its copies after the template, so that those of a killed file go with it. */
const TEMPLATE = `muster_test_${randomBytes(6).toString('hex')}`

/** A slow machine takes three times what a fast one does. */
const FILE_TIMEOUT_S = 300

let suite
let signal
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    signal = name
    if (suite) process.kill(-suite.pid, name)
  })
}

const scratch = await mkdtemp(join(await scratchParent(), 'muster-test-'))
try {
  await chmod(scratch, 0o1777) // As root, PostgreSQL and some of the tests are another user.
  const { TEST_DATABASE_URL: url } = process.env
  process.exitCode = await (url ? runOn(url) : runOnEmbedded())
} finally {
  await rm(scratch, { recursive: true, force: true })
}

async function runOnEmbedded() {
  const password = randomBytes(16).toString('hex')
  const server = await startEmbedded({ dataDir: join(scratch, 'data'), password })
  // Nothing here has to survive a power cut; the tests of crashes start servers of their own.
  await query(server.url, 'alter role current_user set synchronous_commit = off')
  return await runOn(server.url).finally(() => server.stop())
}

async function runOn(adminUrl) {
  const template = new URL(adminUrl)
  template.pathname = TEMPLATE
  await query(adminUrl, `create database ${TEMPLATE}`)
  try {
    await migrateDatabase(template.href)
    return signal ? 1 : await runTests(adminUrl)
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

async function runTests(adminUrl) {
  const compiled = `dist-${TEMPLATE}`
  try {
    const wanted = process.argv.slice(2).map(normalize)
    const tests = (await compileTests(compiled)).filter((path) => isWanted(path, wanted))
    if (tests.length === 0) throw new Error(`there is no test in ${wanted.join(' ')}`)
    const files =
      wanted.length > 0
        ? tests.map((path) => compiledPath(compiled, path))
        : await bundleTests(compiled, tests)
    const { code, output } = await runSuite(adminUrl, files)
    const empty = findEmptyTests(output)
    for (const name of empty) console.error(`not ok - ${name} tests nothing`)
    return signal || empty.length > 0 ? 1 : (code ?? 1)
  } finally {
    await rm(compiled, { recursive: true, force: true })
  }
}

/** Prints what matters of what tap says, and answers with all of it. */
async function runSuite(adminUrl, files) {
  suite = spawn(process.execPath, ['test/suite.mjs', ...files], {
    detached: true, // A group of its own: tap does not pass every signal on to its files.
    stdio: ['inherit', 'pipe', 'inherit'],
    env: {
      ...process.env,
      TMPDIR: scratch,
      TAP_FAIL_TODO: '1',
      TAP_TIMEOUT: String(FILE_TIMEOUT_S),
      TEST_DATABASE_URL: adminUrl,
      TEST_TEMPLATE_DATABASE: TEMPLATE
    }
  })
  let output = ''
  suite.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk))
  suite.stdout.pipe(new LogReporter()).pipe(process.stdout, { end: false })
  const [code] = await once(suite, 'close')
  suite = undefined
  const { TEST_RESULTS_DIR: kept } = process.env
  if (kept) await writeFile(join(kept, 'suite.tap'), output)
  return { code, output }
}

function isWanted(path, wanted) {
  const isIn = (part) => path === part || path.startsWith(part.endsWith(sep) ? part : part + sep)
  return wanted.length === 0 || wanted.some(isIn)
}

/** Tap lets a test without a single assertion pass, and a file without a test. Here they fail. */
function findEmptyTests(output) {
  const empty = []
  const path = []
  for (const line of output.split('\n')) {
    const depth = line.search(/\S/) / 4
    const [, subtest] = /^ *# Subtest: (.*)/.exec(line) ?? []
    if (subtest !== undefined) path.splice(depth, path.length, subtest)
    if (/^ *1\.\.0(?: # no tests found)?$/.test(line)) empty.push(path.slice(0, depth))
  }
  return empty.map((path) => path.join(' > '))
}
