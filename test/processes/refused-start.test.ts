import { once } from 'node:events'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { generateKeyRing } from '../../src/secrets.js'
import { onItsOwn, serverPid } from '../helpers/embedded.js'
import {
  clientOf,
  createOrganization,
  deploymentOn,
  freePort,
  newDataDir,
  PATIENCE_MS,
  runMuster,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const asRoot = { skip: isRoot ? onItsOwn.skip : 'needs to run as root' }

/** What may not be used stops a start with one line that says what to mend. */
function refusal(message: RegExp) {
  return { code: 1, stdout: '', stderr: message }
}

await t.test('a busy port stops the start, and nothing is left running', onItsOwn, async (t) => {
  const { dataDir } = await usedDataDir(t)
  const port = await freePort()
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const ended = await runMuster(t, 'start', { MUSTER_DATA_DIR: dataDir, PORT: String(port) })
  t.match(ended, refusal(new RegExp(`^muster: PORT ${port} is in use on 127.0.0.1.*\\n$`)))
  t.equal(await serverPid(dataDir), 0)
})

await t.test('a data folder that is none stops the start', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  await writeFile(dataDir, '')
  const below = join(dataDir, 'below')
  const ended = await runMuster(t, 'start', { MUSTER_DATA_DIR: below })
  t.match(ended, refusal(/^muster: MUSTER_DATA_DIR: cannot use \S+ \(ENOTDIR\).*\n$/))
})

await t.test('a data folder that cannot be written stops the start', asRoot, async (t) => {
  const dataDir = await newDataDir(t)
  await mkdir(dataDir, { mode: 0o555 })
  const ended = await runMuster(t, 'start', { MUSTER_DATA_DIR: dataDir }, NOBODY)
  t.match(ended, refusal(/^muster: MUSTER_DATA_DIR: cannot use \S+ \(EACCES\).*\n$/))
})

await t.test(
  'secrets that are damaged stop the start before the database does',
  onItsOwn,
  async (t) => {
    const { dataDir } = await usedDataDir(t)
    await writeFile(join(dataDir, 'secrets.json'), '{')
    const ended = await runMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    t.match(ended, refusal(/^muster: \S+secrets\.json is damaged.*\n$/))
    t.equal(await serverPid(dataDir), 0)
  }
)

await t.test(
  'a database that does not answer is named without its password',
  onItsOwn,
  async (t) => {
    const port = await freePort()
    const environment = deploymentOn(`postgres://muster:s3cret@127.0.0.1:${port}/muster`)
    for (const command of ['start', 'worker']) {
      const ended = await runMuster(t, command, environment)
      t.match(
        ended,
        refusal(/^muster: DATABASE_URL: cannot use the database at 127.0.0.1:\d+ .*\n$/)
      )
      t.notMatch(ended.stderr, 's3cret')
    }
  }
)

await t.test('a wrong variable is named, and what it holds is not printed', onItsOwn, async (t) => {
  const secret = generateKeyRing()
  const environment = { SMTP_URL: 'hunter2', PORT: '47OO', MUSTER_LINK_SECRETS: `K1:${secret}` }
  for (const command of ['start', 'api', 'worker', 'migrate', 'keys list']) {
    const ended = await runMuster(t, command, environment)
    const named = /^muster: PORT must [^;]+; SMTP_URL must [^;]+; MUSTER_LINK_SECRETS must .*\n$/
    t.match(ended, refusal(named))
    t.notMatch(ended.stderr, new RegExp(`hunter2|47OO|${secret}`))
  }
})

await t.test(
  'what cannot be meant together is refused before anything is touched',
  onItsOwn,
  async (t) => {
    const database = deploymentOn('postgres://127.0.0.1/muster')
    const cases = [
      [{ ...database, MUSTER_LINK_SECRETS: '' }, /^muster: MUSTER_LINK_SECRETS must be set when /],
      [{ ...database, MUSTER_ENCRYPTION_KEYS: '' }, /^muster: MUSTER_ENCRYPTION_KEYS must be set /],
      [{ REDIS_URL: 'redis://127.0.0.1' }, /^muster: REDIS_URL needs DATABASE_URL/],
      [
        { MUSTER_TEST_CLOCK: '/clock', NODE_ENV: 'production' },
        /^muster: MUSTER_TEST_CLOCK is for tests/
      ]
    ] as const
    for (const [environment, message] of cases) {
      const dataDir = await newDataDir(t)
      const ended = await runMuster(t, 'start', { ...environment, MUSTER_DATA_DIR: dataDir })
      t.match(ended, refusal(message))
      t.equal(ended.stderr.trim().split('\n').length, 1, 'one line')
      await t.rejects(stat(dataDir), { code: 'ENOENT' })
    }
  }
)

await t.test('api and worker need a database that they can share', onItsOwn, async (t) => {
  for (const command of ['api', 'worker']) {
    const ended = await runMuster(t, command)
    t.match(ended, refusal(new RegExp(`^muster: muster ${command} needs DATABASE_URL.*\n$`)))
  }
})

await t.test('a clock file that holds no instant stops the start', onItsOwn, async (t) => {
  const { dataDir } = await usedDataDir(t)
  const clock = join(dataDir, 'clock')
  await writeFile(clock, 'tomorrow')
  const environment = { MUSTER_DATA_DIR: dataDir, MUSTER_TEST_CLOCK: clock }
  t.match(await runMuster(t, 'start', environment), refusal(/^muster: MUSTER_TEST_CLOCK: .*\n$/))
  t.equal(await serverPid(dataDir), 0)
})

await t.test('a link secret that open invitations need cannot be dropped', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const first = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
  const call = clientOf(first, key)
  const { path } = await createOrganization(call)
  await call('POST', `${path}/invitations`, { emails: ['ana@acme.test'] })
  await first.stop()

  const MUSTER_LINK_SECRETS = generateKeyRing().replace('k1:', 'k2:')
  const ended = await runMuster(t, 'start', { MUSTER_DATA_DIR: dataDir, MUSTER_LINK_SECRETS })
  t.match(ended, refusal(/^muster: MUSTER_LINK_SECRETS lacks a secret that 1 open invitation.*\n$/))
  t.equal(await serverPid(dataDir), 0)
})
