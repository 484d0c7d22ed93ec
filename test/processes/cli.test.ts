import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../../src/config.js'
import { createTestDatabase } from '../helpers/database.js'
import { onItsOwn, serverPid } from '../helpers/embedded.js'
import {
  clientOf,
  deploymentOn,
  newDataDir,
  PATIENCE_MS,
  runMuster,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

const OPENAPI = fileURLToPath(new URL('../../openapi/openapi.json', import.meta.url))
const noDocument = { skip: existsSync(OPENAPI) ? false : 'openapi/openapi.json is yet to be made' }

await t.test('the help names every command, and touches nothing', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  for (const args of [[], ['--help'], ['start', '-h'], ['keys', 'create', '--help']]) {
    const { code, stdout, stderr } = await runMuster(t, args, { MUSTER_DATA_DIR: dataDir })
    t.same({ code, stderr }, { code: 0, stderr: '' })
    for (const command of ['start', 'api', 'worker', 'migrate', 'openapi']) {
      t.match(stdout, `  muster ${command} `)
    }
    for (const command of ['create', 'list', 'rotate ID', 'revoke ID', 'generate']) {
      t.match(stdout, `  muster keys ${command} `)
    }
  }
  await t.rejects(stat(dataDir), { code: 'ENOENT' })
})

await t.test('what is not a command or not its option is refused by name', onItsOwn, async (t) => {
  const cases: [string, RegExp][] = [
    ['stop', /^muster: There is no command stop\. See muster --help\.\n$/],
    ['constructor', /^muster: There is no command constructor\./],
    ['keys', /^muster: There is no command keys\./],
    ['keys delete', /^muster: There is no command keys delete\./],
    ['start --port 80', /^muster: Unknown option '--port'\. See muster --help\.\n$/],
    ['keys create --name', /^muster: Option '--name <value>' argument missing\. See /],
    ['migrate --check', /^muster: muster migrate does not take --check\. See /],
    ['start again', /^muster: muster start does not take again\. See /],
    ['keys revoke', /^muster: keys revoke takes an id: key_…\n$/],
    ['keys rotate', /^muster: keys rotate takes an id: key_…\n$/],
    [
      `keys rotate key_${'0'.repeat(26)} --overlap 604801`,
      /^muster: --overlap must be a number from 0 to 604800\.\n$/
    ],
    ['keys create --name ci --rate-limit 0', /^muster: --rate-limit must be a number from 1 to /],
    ['keys create', /^muster: keys create needs --name/],
    ['keys create --name=', /^muster: --name must be 1 to 100 characters\./],
    [
      'keys create --name ci --scopes all',
      /^muster: --scopes must be a list of: \*, api-keys:read/
    ],
    ['keys create --name ci --organizations=', /^muster: --organizations must be a list of ids/],
    ['keys create --name ci --organizations 7', /^muster: --organizations must be a list of ids/]
  ]
  const dataDir = await newDataDir(t)
  for (const [command, message] of cases) {
    const ended = await runMuster(t, command, { MUSTER_DATA_DIR: dataDir })
    t.match(ended, { code: 1, stdout: '', stderr: message }, command)
  }
  await t.rejects(stat(dataDir), { code: 'ENOENT' })
})

await t.test('generated values are what the configuration takes', async (t) => {
  const { code, stdout, stderr } = await runMuster(t, 'keys generate')
  t.same({ code, stderr }, { code: 0, stderr: '' })
  const values = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('='))
  ) as Record<string, string>
  t.same(Object.keys(values), ['MUSTER_API_KEY', 'MUSTER_LINK_SECRETS', 'MUSTER_ENCRYPTION_KEYS'])
  const config = loadConfig({ ...values, DATABASE_URL: 'postgres://127.0.0.1/muster' })
  t.equal(config.apiKey, values['MUSTER_API_KEY'])
  t.equal(config.linkSecrets?.current.secret.length, 32)
  t.not(values['MUSTER_LINK_SECRETS'], values['MUSTER_ENCRYPTION_KEYS'])
})

await t.test(
  'a key made beside a running Muster works, and revoked works no more',
  onItsOwn,
  async (t) => {
    const { dataDir, key } = await usedDataDir(t)
    const environment = { MUSTER_DATA_DIR: dataDir }
    const muster = await startMuster(t, 'start', environment)
    const status = async (token: string) =>
      (await clientOf(muster, token)('GET', '/v1/organizations')).status

    const create = ['keys', 'create', '--name', 'billing backend', '--scopes', 'organizations:read']
    const created = await runMuster(t, create, environment)
    t.match(created, { code: 0, stdout: /^mk_\w+\n$/, stderr: '' })
    const token = created.stdout.trim()
    t.equal(await status(token), 200)

    const listed = await runMuster(t, 'keys list', environment)
    t.match(listed, { code: 0, stderr: '' })
    t.match(listed.stdout, /key_\w+ {2}active {3}\S+Z {2}never used {14} {2}first key {2}\*\n/)
    t.match(listed.stdout, /key_\w+ {2}active {3}\S+Z {2}\S.{22}\S {2}billing backend {2}org/)
    t.notMatch(listed.stdout, 'mk_')

    const id = `key_${token.split('_')[1]}`
    const rotated = await runMuster(t, ['keys', 'rotate', id, '--overlap', '0'], environment)
    t.match(rotated, { code: 0, stdout: /^mk_\w+\n$/, stderr: '' })
    const second = rotated.stdout.trim()
    t.same([await status(token), await status(second)], [401, 200])
    const again = await runMuster(t, ['keys', 'rotate', id], environment)
    t.same([await status(second), await status(again.stdout.trim())], [200, 200])
    t.match((await runMuster(t, 'keys list', environment)).stdout, `${id}  rotated  `)

    const revoked = await runMuster(t, ['keys', 'revoke', id], environment)
    t.match(revoked, { code: 0, stdout: `${id} (billing backend) is revoked.\n`, stderr: '' })
    t.equal(await status(again.stdout.trim()), 401, 'at once')
    t.match(await runMuster(t, ['keys', 'rotate', id], environment), {
      code: 1,
      stdout: '',
      stderr: `muster: ${id} is revoked: make another key.\n`
    })
    t.equal(await status(key), 200)
    t.match((await runMuster(t, 'keys list', environment)).stdout, `${id}  revoked  `)

    const unknown = id.replace(/....$/, '0000')
    t.match(await runMuster(t, ['keys', 'revoke', unknown], environment), {
      code: 1,
      stdout: '',
      stderr: `muster: There is no key ${unknown}.\n`
    })
  }
)

await t.test('keys can be made and revoked while no Muster runs', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const environment = { MUSTER_DATA_DIR: dataDir }
  const created = await runMuster(t, ['keys', 'create', '--name', 'spare'], environment)
  t.match(created, { code: 0, stdout: /^mk_\w+\n$/, stderr: '' })
  t.equal(await serverPid(dataDir), 0, 'the database is stopped again')
  const revoked = await runMuster(t, ['keys', 'revoke', `key_${key.split('_')[1]}`], environment)
  t.match(revoked, { code: 0, stdout: /first key/ })

  const muster = await startMuster(t, 'start', environment)
  t.equal((await clientOf(muster, created.stdout.trim())('GET', '/v1/api-keys')).status, 200)
  t.equal((await clientOf(muster, key)('GET', '/v1/api-keys')).status, 401)
})

await t.test('migrating twice, and two at once, brings up to date and no more', async (t) => {
  const environment = deploymentOn(await createTestDatabase(t))
  const upToDate = { code: 0, stdout: 'The database is up to date.\n', stderr: '' }
  const migrate = () => runMuster(t, 'migrate', environment)
  t.match(await migrate(), upToDate)
  t.match(await Promise.all([migrate(), migrate()]), [upToDate, upToDate])
})

await t.test('the committed OpenAPI document is what the routes declare', noDocument, async (t) => {
  const checked = await runMuster(t, 'openapi --check')
  t.match(checked, { code: 0, stdout: '', stderr: '' })
})
