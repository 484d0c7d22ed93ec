import { readFileSync } from 'node:fs'
import t from 'tap'
import { ENVIRONMENT, loadConfig } from '../src/config.js'
import { generateKeyRing } from '../src/secrets.js'

const variables = Object.keys(ENVIRONMENT.shape).sort()
const found = (path: string, pattern: RegExp) =>
  [...readFileSync(path, 'utf8').matchAll(pattern)].map(([, name]) => name).sort()

await t.test(
  'every variable stands in the documentation and in the example, and no other',
  async (t) => {
    t.same(found('docs/configuration.md', /^\| `([A-Z_]+)` \|/gm), variables)
    t.same(found('.env.example', /^([A-Z_]+)=/gm), variables)
  }
)

await t.test('the example itself is a configuration', async (t) => {
  const lines = readFileSync('.env.example', 'utf8').split('\n')
  const pairs = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split(/=(.*)/s))
  t.same(loadConfig(Object.fromEntries(pairs)), loadConfig({}))
})

await t.test('nothing set is the embedded service on its own machine', async (t) => {
  t.match(loadConfig({}), {
    host: '127.0.0.1',
    port: 4700,
    publicUrl: 'http://localhost:4700',
    dataDir: '.muster',
    databaseUrl: undefined,
    devMail: true,
    production: false
  })
  t.equal(loadConfig({ PORT: '4800' }).publicUrl, 'http://localhost:4800')
  t.equal(loadConfig({ PUBLIC_URL: 'https://team.acme.test/' }).publicUrl, 'https://team.acme.test')
})

await t.test('mails cannot be read in production unless asked for', async (t) => {
  t.equal(loadConfig({ NODE_ENV: 'production' }).devMail, false)
  t.equal(loadConfig({ NODE_ENV: 'production', MUSTER_DEV_MAIL: 'on' }).devMail, true)
  t.equal(loadConfig({ MUSTER_DEV_MAIL: 'off' }).devMail, false)
})

await t.test('a wrong value is named and never printed', async (t) => {
  const SECRET = 'hunter2-very-secret'
  const wrong = {
    PORT: SECRET,
    PUBLIC_URL: `ftp://${SECRET}`,
    LOG_LEVEL: SECRET,
    DATABASE_URL: `mysql://${SECRET}`,
    DATABASE_POOL_SIZE: '1',
    REDIS_URL: SECRET,
    SMTP_URL: `http://${SECRET}`,
    MAIL_FROM: SECRET,
    MAIL_REPLY_TO: `<${SECRET}>`,
    MUSTER_ACCEPT_URL: SECRET,
    MUSTER_DEV_MAIL: SECRET,
    MUSTER_TRUSTED_PROXIES: SECRET,
    MUSTER_API_KEY: `mk_${SECRET}`,
    MUSTER_LINK_SECRETS: SECRET,
    MUSTER_ENCRYPTION_KEYS: `k1:${SECRET}`
  }
  for (const [name, value] of Object.entries(wrong)) {
    try {
      loadConfig({ [name]: value })
      t.fail(`${name} was taken`)
    } catch (error) {
      const { name: kind, message } = error as Error
      t.equal(kind, 'StartupError', name)
      t.match(message, new RegExp(`^${name} must`), name)
      t.notMatch(message, SECRET, name)
      t.notMatch(message, '\n', 'one line')
    }
  }
})

await t.test('several wrong values are told at once', async (t) => {
  t.throws(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' }), /PORT must.*LOG_LEVEL must/)
})

await t.test('what cannot be meant together is refused', async (t) => {
  const database = { DATABASE_URL: 'postgres://localhost/muster' }
  const links = { MUSTER_LINK_SECRETS: generateKeyRing() }
  t.throws(() => loadConfig(database), /MUSTER_LINK_SECRETS must be set/)
  t.throws(() => loadConfig({ ...database, ...links }), /MUSTER_ENCRYPTION_KEYS must be set/)
  t.throws(() => loadConfig({ REDIS_URL: 'redis://localhost' }), /REDIS_URL needs DATABASE_URL/)
  const clock = { MUSTER_TEST_CLOCK: '/clock', NODE_ENV: 'production' }
  t.throws(() => loadConfig(clock), /MUSTER_TEST_CLOCK is for tests/)
})

await t.test('an encryption key has exactly 32 bytes, a link secret at least', async (t) => {
  const long = `k1:${Buffer.alloc(48, 7).toString('base64url')}`
  t.equal(loadConfig({ MUSTER_LINK_SECRETS: long }).linkSecrets?.current.secret.length, 48)
  t.throws(() => loadConfig({ MUSTER_ENCRYPTION_KEYS: long }), /exactly 32 bytes/)
})
