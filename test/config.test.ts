import { readFile } from 'node:fs/promises'
import t from 'tap'
import { ENVIRONMENT, loadConfig } from '../src/config.js'
import { newApiKeyToken } from '../src/crypto/api-key-token.js'
import { generateKeyRing } from '../src/secrets.js'
import { LONG, WEBHOOK_SECRET, WRONG } from './helpers/wrong-configuration.js'

const NAMES = Object.keys(ENVIRONMENT.shape).sort()
const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')
const namesIn = (text: string, line: RegExp) =>
  [...text.matchAll(line)].map(([, name]) => name).sort()

await t.test(
  'documentation and example list the variables that are read, and no other',
  async (t) => {
    t.same(namesIn(await read('docs/configuration.md'), /^\| `([A-Z_]+)` \|/gm), NAMES)
    t.same(namesIn(await read('.env.example'), /^#? ?([A-Z_]+)=/gm), NAMES)
  }
)

await t.test('documentation and example state the defaults that hold', async (t) => {
  const config = loadConfig({})
  const table = await read('docs/configuration.md')
  const stated = (name: string) =>
    new RegExp(`^\\| \`${name}\` \\| \`([^\`]+)\``, 'm').exec(table)?.[1]
  t.equal(stated('HOST'), config.host)
  t.equal(stated('PORT'), String(config.port))
  t.equal(stated('LOG_LEVEL'), config.logLevel)
  t.equal(stated('MUSTER_DATA_DIR'), config.dataDir)
  t.equal(stated('DATABASE_POOL_SIZE'), String(config.databasePoolSize))
  t.equal(stated('MAIL_FROM'), config.mailFrom)
  t.equal(stated('MUSTER_RATE_LIMIT_PER_PERSON'), String(config.rateLimits.perPerson))
  t.equal(stated('MUSTER_RATE_LIMIT_FAILED_AUTH'), String(config.rateLimits.failedAuth))
  t.equal(stated('MUSTER_REQUESTS_MAX'), String(config.shedding.requestsMax))
  t.equal(stated('MUSTER_SHED_WAIT_MS'), String(config.shedding.waitMs))
  t.equal(stated('MUSTER_SHED_DATABASE_WAIT_MS'), String(config.shedding.databaseWaitMs))
  t.equal(stated('MUSTER_SHED_EVENT_LOOP_MS'), String(config.shedding.eventLoopMs))

  const example = (await read('.env.example')).matchAll(/^([A-Z_]+)=(.*)$/gm)
  const asCopied = loadConfig(
    Object.fromEntries([...example].map(([, name, value]) => [name, value]))
  )
  t.same(asCopied, config, 'the example as it stands changes nothing')
})

await t.test('nothing set: embedded, on this machine only, mails kept and shown', async (t) => {
  t.match(loadConfig({}), {
    host: '127.0.0.1',
    port: 4700,
    publicUrl: 'http://localhost:4700',
    production: false,
    databaseUrl: undefined,
    redisUrl: undefined,
    smtpUrl: undefined,
    apiKey: undefined,
    linkSecrets: undefined,
    encryptionKeys: undefined,
    testClockFile: undefined,
    devMail: true,
    allowedHosts: [],
    trustedProxies: [],
    webhooks: { allowHttp: false, allowedNetworks: [] }
  })
})

await t.test('an empty variable counts as one that is not set', async (t) => {
  const empty = Object.fromEntries(NAMES.map((name) => [name, '']))
  t.same(loadConfig(empty), loadConfig({}))
})

await t.test('every value is read as it is meant', async (t) => {
  const [apiKey, secrets] = [newApiKeyToken().token, generateKeyRing()]
  const config = loadConfig({
    HOST: '0.0.0.0',
    PORT: '8080',
    PUBLIC_URL: 'https://teams.acme.test/muster/',
    LOG_LEVEL: 'debug',
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://muster:pw@db.acme.test/muster',
    DATABASE_POOL_SIZE: '50',
    MUSTER_RATE_LIMIT_PER_KEY: '6000',
    MUSTER_RATE_LIMIT_PER_PERSON: '0',
    MUSTER_SHED_HEAP_MB: '400',
    MUSTER_SHED_EVENT_LOOP_PERCENT: '98',
    REDIS_URL: 'rediss://redis.acme.test',
    SMTP_URL: 'smtps://mail.acme.test?requireTLS=true',
    MAIL_FROM: 'Acme, Inc. <teams@acme.test>',
    MAIL_REPLY_TO: 'help@acme.test',
    MUSTER_ACCEPT_URL: 'https://app.acme.test/welcome',
    MUSTER_ALLOWED_HOSTS: ' App.Acme.test ,, *.allowed.test ',
    MUSTER_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    MUSTER_DNS_SERVERS: '9.9.9.9, [::1]:5353',
    MUSTER_WEBHOOKS_HTTP: 'on',
    MUSTER_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1, FD00::/8',
    MUSTER_MAIL_EVENTS_SECRET: WEBHOOK_SECRET,
    MUSTER_API_KEY: apiKey,
    MUSTER_LINK_SECRETS: `k2:${secrets.slice(3)},${secrets}`,
    MUSTER_ENCRYPTION_KEYS: secrets
  })
  t.match(config, {
    host: '0.0.0.0',
    port: 8080,
    dnsServers: ['9.9.9.9', '[::1]:5353'],
    webhooks: { allowHttp: true, allowedNetworks: ['127.0.0.1', 'fd00::/8'] },
    publicUrl: 'https://teams.acme.test/muster',
    logLevel: 'debug',
    production: true,
    databasePoolSize: 50,
    rateLimits: { perKey: 6_000, perPerson: 0, failedAuth: 100 },
    shedding: { requestsMax: 1_000, heapMb: 400, eventLoopPercent: 98 },
    redisUrl: 'rediss://redis.acme.test',
    mailFrom: 'Acme, Inc. <teams@acme.test>',
    mailReplyTo: 'help@acme.test',
    acceptUrl: 'https://app.acme.test/welcome',
    allowedHosts: ['app.acme.test', '*.allowed.test'],
    trustedProxies: ['10.0.0.0/8', '::1'],
    apiKey,
    mailEventsSecret: WEBHOOK_SECRET,
    devMail: false
  })
  t.equal(config.linkSecrets?.current.id, 'k2', 'the first one is used for everything new')
  t.same([...(config.linkSecrets?.byId.keys() ?? [])], ['k2', 'k1'])
  t.ok(Object.isFrozen(config))
})

await t.test('kept mails are shown outside production, and wherever it is asked for', async (t) => {
  const shows = (environment: NodeJS.ProcessEnv) => loadConfig(environment).devMail
  t.equal(shows({ NODE_ENV: 'production' }), false)
  t.equal(shows({ NODE_ENV: 'production', MUSTER_DEV_MAIL: 'on' }), true)
  t.equal(shows({ NODE_ENV: 'development' }), true)
  t.equal(shows({ MUSTER_DEV_MAIL: 'off' }), false)
})

await t.test('a link secret may be longer than 32 bytes', async (t) => {
  t.equal(loadConfig({ MUSTER_LINK_SECRETS: `k1:${LONG}` }).linkSecrets?.current.secret.length, 33)
})

await t.test('a wrong value is refused by its name, and never printed', async (t) => {
  for (const [name, values] of Object.entries(WRONG)) {
    for (const value of values) {
      const error = refusalOf({ [name]: value })
      t.match(error, { name: 'StartupError', message: new RegExp(`^${name} must `) }, name)
      t.equal(error?.message.split('\n').length, 1)
      t.notOk(value.trim().length > 2 && error?.message.includes(value), `${name} is not printed`)
    }
  }
  t.same(
    NAMES.filter((name) => !(name in WRONG)),
    [
      'HOST',
      'MUSTER_ALLOWED_HOSTS',
      'MUSTER_DATA_DIR',
      'MUSTER_TEST_CLOCK',
      'NODE_ENV',
      'OTEL_SERVICE_NAME'
    ],
    'only these take any text'
  )
})

await t.test('all wrong variables are told at once', async (t) => {
  const error = refusalOf({ PORT: 'x', SMTP_URL: 'y', MUSTER_DEV_MAIL: 'z' })
  t.match(
    error?.message,
    /^PORT must [^;]+; SMTP_URL must [^;]+; MUSTER_DEV_MAIL must be on or off/
  )
})

await t.test('whose tokens are taken is said as a whole, and by one kind of key', async (t) => {
  const secret = { MUSTER_JWT_SECRET: 'x'.repeat(32) }
  const names = { MUSTER_JWT_ISSUER: 'https://id.acme.test/', MUSTER_JWT_AUDIENCE: 'Muster, b' }
  const jwks = (url: string) => ({ ...names, MUSTER_JWT_JWKS_URL: url })
  const production = { NODE_ENV: 'production' }
  t.match(loadConfig({ ...secret, ...names }).tokens, {
    issuer: 'https://id.acme.test/',
    audiences: ['Muster', 'b'],
    toleranceMs: 5_000,
    source: { kind: 'key', key: { algorithms: ['HS256'] } }
  })
  t.equal(loadConfig({}).tokens, undefined)
  const impossible = [
    secret,
    names,
    { ...secret, MUSTER_JWT_ISSUER: 'x' },
    { ...secret, MUSTER_JWT_AUDIENCE: 'x' },
    { ...secret, ...jwks('https://id.acme.test/jwks') },
    { ...production, ...jwks('http://id.acme.test/jwks') },
    { ...production, MUSTER_CORS_ORIGINS: '*' }
  ]
  for (const environment of impossible) {
    t.equal(refusalOf(environment)?.name, 'StartupError', Object.keys(environment).join())
  }
  const fine = [
    jwks('http://id.acme.test/jwks'),
    { ...production, ...jwks('http://127.0.0.1:8080/jwks') },
    { ...production, ...jwks('https://id.acme.test/jwks') },
    { MUSTER_CORS_ORIGINS: '*' },
    { ...production, MUSTER_CORS_ORIGINS: 'https://app.acme.test, http://localhost:3000' }
  ]
  for (const environment of fine) t.equal(refusalOf(environment), undefined)
})

await t.test('what cannot be meant together is refused', async (t) => {
  const database = { DATABASE_URL: 'postgres://127.0.0.1/muster' }
  const secrets = generateKeyRing()
  t.match(refusalOf(database)?.message, /^MUSTER_LINK_SECRETS must be set when DATABASE_URL is/)
  const half = { ...database, MUSTER_LINK_SECRETS: secrets }
  t.match(refusalOf(half)?.message, /^MUSTER_ENCRYPTION_KEYS must be set when DATABASE_URL is/)
  t.match(refusalOf({ REDIS_URL: 'redis://127.0.0.1' })?.message, /^REDIS_URL needs DATABASE_URL/)
  const clock = { MUSTER_TEST_CLOCK: '/clock', NODE_ENV: 'production' }
  t.match(refusalOf(clock)?.message, /^MUSTER_TEST_CLOCK is for tests/)
})

function refusalOf(environment: NodeJS.ProcessEnv): Error | undefined {
  try {
    loadConfig(environment)
    return undefined
  } catch (error) {
    return error as Error
  }
}
