import { isIP } from 'node:net'
import { z } from 'zod'
import { parseApiKeyToken } from './crypto/api-key-token.js'
import { type KeyRing, parseKeyRing, SECRET_BYTES } from './crypto/key-ring.js'
import { isDnsServer } from './dns.js'
import { StartupError } from './errors.js'
import { TRACING_ENVIRONMENT, type TracingConfig, toTracing } from './telemetry/config.js'
import {
  readCorsOrigins,
  readTokenIssuer,
  TOKEN_ENVIRONMENT,
  type TokenIssuer
} from './token-config.js'

/** What the environment says, checked and typed. Read once, by the command line. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Where people and products reach Muster, without a trailing slash. */
  readonly publicUrl: string
  readonly logLevel: string
  readonly production: boolean
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly databasePoolSize: number
  readonly redisUrl: string | undefined
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  readonly mailReplyTo: string | undefined
  /** Where an accepted invitation goes on, unless the organization or its policy says otherwise. */
  readonly acceptUrl: string | undefined
  /** Hosts that links and senders of organizations may name, besides Muster's own. */
  readonly allowedHosts: readonly string[]
  readonly devMail: boolean
  /** What the mail provider signs its events with; undefined: there are none. */
  readonly mailEventsSecret: string | undefined
  /** Who may read `/metrics`; undefined: this machine, outside of production. */
  readonly metricsToken: string | undefined
  readonly trustedProxies: readonly string[]
  /** Who is asked about domains; none: whom the machine asks. */
  readonly dnsServers: readonly string[]
  readonly webhooks: {
    /** Whether endpoints may be reached without TLS. */
    readonly allowHttp: boolean
    /** Addresses and CIDR ranges that endpoints may have although they are not public. */
    readonly allowedNetworks: readonly string[]
  }
  /** Who signs tokens of end users; undefined: nobody does. */
  readonly tokens: TokenIssuer | undefined
  /** The pages of others that browsers let call us; none: no page may. */
  readonly corsOrigins: readonly string[]
  /** Requests a minute; 0: not limited. */
  readonly rateLimits: {
    /** Of an API key that has no limit of its own. */
    readonly perKey: number
    /** Of a person, and of a member, by their tokens. */
    readonly perPerson: number
    /** Failed proofs of who calls, of one address. */
    readonly failedAuth: number
  }
  /** From when on requests are refused as too much; 0: that is no reason. */
  readonly shedding: {
    readonly requestsMax: number
    readonly waitMs: number
    readonly databaseWaitMs: number
    readonly eventLoopMs: number
    readonly eventLoopPercent: number
    /** Undefined: most of what the process may have. */
    readonly heapMb: number | undefined
    readonly rssMb: number
  }
  /** Undefined: nobody is told, and nothing is traced. */
  readonly tracing: TracingConfig | undefined
  readonly apiKey: string | undefined
  readonly linkSecrets: KeyRing | undefined
  readonly encryptionKeys: KeyRing | undefined
  readonly testClockFile: string | undefined
}

const url = (protocols: string[], message: string) =>
  z.string().refine((text) => {
    const parsed = URL.canParse(text) ? new URL(text) : undefined
    return parsed !== undefined && protocols.includes(parsed.protocol)
  }, message)

/** Digits only: Number() would also take blanks, hexadecimal and exponents. */
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { message: 'must be a whole number', abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`)

const HTTP_URL = 'must be an http:// or https:// address'
const webUrl = url(['http:', 'https:'], HTTP_URL).transform((text) => text.replace(/\/+$/, ''))
const MAILBOX = /^(?:[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/
const mailbox = z.string().regex(MAILBOX, 'must be an address, or a name and <address>')
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
)
const keyRing = (message: string, fits: (ring: KeyRing) => boolean) =>
  z.string().transform((text, context) => {
    const ring = parseKeyRing(text)
    if (ring && fits(ring)) return ring
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

const KEY_RING = 'must be id:secret[,id:secret], each secret 32 bytes or more in base64url'
const AES_KEY_RING = 'must be id:secret[,id:secret], each secret exactly 32 bytes in base64url'

/** Every variable that Muster reads. `docs/configuration.md` and `.env.example` list the same. */
export const ENVIRONMENT = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535).default(4700),
  PUBLIC_URL: webUrl.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'must be a postgres:// address').optional(),
  DATABASE_POOL_SIZE: wholeNumber(2, 500).default(10),
  REDIS_URL: url(['redis:', 'rediss:'], 'must be a redis:// address').optional(),
  SMTP_URL: url(['smtp:', 'smtps:'], 'must be an smtp:// address').optional(),
  MAIL_FROM: mailbox.default('Muster <muster@localhost>'),
  MAIL_REPLY_TO: mailbox.optional(),
  MUSTER_DATA_DIR: z.string().default('.muster'),
  MUSTER_ACCEPT_URL: webUrl.optional(),
  MUSTER_ALLOWED_HOSTS: list.optional(),
  MUSTER_DEV_MAIL: z.enum(['on', 'off'], 'must be on or off').optional(),
  MUSTER_MAIL_EVENTS_SECRET: z
    .string()
    .refine(isWebhookSecret, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional(),
  MUSTER_METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,256}$/, 'must be 16 to 256 visible ASCII characters')
    .optional(),
  MUSTER_TRUSTED_PROXIES: list
    .refine((all) => all.every(isAddressOrRange), 'must be addresses or CIDR ranges')
    .optional(),
  MUSTER_DNS_SERVERS: list
    .refine((all) => all.every(isDnsServer), 'must be addresses, each with a :port if need be')
    .optional(),
  MUSTER_WEBHOOKS_HTTP: z.enum(['on', 'off'], 'must be on or off').default('off'),
  MUSTER_WEBHOOKS_ALLOWED_NETWORKS: list
    .refine((all) => all.every(isAddressOrRange), 'must be addresses or CIDR ranges')
    .optional(),
  MUSTER_RATE_LIMIT_PER_KEY: wholeNumber(0, 10_000_000).default(0),
  MUSTER_RATE_LIMIT_PER_PERSON: wholeNumber(0, 10_000_000).default(300),
  MUSTER_RATE_LIMIT_FAILED_AUTH: wholeNumber(0, 10_000_000).default(100),
  MUSTER_REQUESTS_MAX: wholeNumber(1, 100_000).default(1_000),
  MUSTER_SHED_WAIT_MS: wholeNumber(0, 60_000).default(2_000),
  MUSTER_SHED_DATABASE_WAIT_MS: wholeNumber(0, 60_000).default(2_000),
  MUSTER_SHED_EVENT_LOOP_MS: wholeNumber(0, 60_000).default(500),
  MUSTER_SHED_EVENT_LOOP_PERCENT: wholeNumber(0, 100).default(0),
  MUSTER_SHED_HEAP_MB: wholeNumber(0, 1_000_000).optional(),
  MUSTER_SHED_RSS_MB: wholeNumber(0, 1_000_000).default(0),
  ...TRACING_ENVIRONMENT,
  MUSTER_API_KEY: z
    .string()
    .refine(
      (text) => parseApiKeyToken(text) !== undefined,
      'must be a key as `keys generate` makes'
    )
    .optional(),
  MUSTER_LINK_SECRETS: keyRing(KEY_RING, (ring) =>
    [...ring.byId.values()].every((secret) => secret.length >= SECRET_BYTES)
  ).optional(),
  MUSTER_ENCRYPTION_KEYS: keyRing(AES_KEY_RING, (ring) =>
    [...ring.byId.values()].every((secret) => secret.length === SECRET_BYTES)
  ).optional(),
  ...TOKEN_ENVIRONMENT,
  MUSTER_TEST_CLOCK: z.string().optional()
})

/**
 * Reads and checks the environment. An empty variable counts as one that is not set.
 *
 * @throws StartupError that names the wrong variable and never prints what it holds
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '')
  const parsed = ENVIRONMENT.safeParse(Object.fromEntries(set))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${said(issue)}`)
    throw new StartupError(`${wrong.join('; ')}. See docs/configuration.md.`)
  }
  const env = parsed.data
  const production = env.NODE_ENV === 'production'
  refuseImpossible(env, production)
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    logLevel: env.LOG_LEVEL,
    production,
    dataDir: env.MUSTER_DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    redisUrl: env.REDIS_URL,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM,
    mailReplyTo: env.MAIL_REPLY_TO,
    acceptUrl: env.MUSTER_ACCEPT_URL,
    allowedHosts: env.MUSTER_ALLOWED_HOSTS ?? [],
    devMail: env.MUSTER_DEV_MAIL ? env.MUSTER_DEV_MAIL === 'on' : !production,
    mailEventsSecret: env.MUSTER_MAIL_EVENTS_SECRET,
    metricsToken: env.MUSTER_METRICS_TOKEN,
    trustedProxies: env.MUSTER_TRUSTED_PROXIES ?? [],
    dnsServers: env.MUSTER_DNS_SERVERS ?? [],
    webhooks: {
      allowHttp: env.MUSTER_WEBHOOKS_HTTP === 'on',
      allowedNetworks: env.MUSTER_WEBHOOKS_ALLOWED_NETWORKS ?? []
    },
    tokens: readTokenIssuer(env, production),
    corsOrigins: readCorsOrigins(env, production),
    rateLimits: {
      perKey: env.MUSTER_RATE_LIMIT_PER_KEY,
      perPerson: env.MUSTER_RATE_LIMIT_PER_PERSON,
      failedAuth: env.MUSTER_RATE_LIMIT_FAILED_AUTH
    },
    shedding: {
      requestsMax: env.MUSTER_REQUESTS_MAX,
      waitMs: env.MUSTER_SHED_WAIT_MS,
      databaseWaitMs: env.MUSTER_SHED_DATABASE_WAIT_MS,
      eventLoopMs: env.MUSTER_SHED_EVENT_LOOP_MS,
      eventLoopPercent: env.MUSTER_SHED_EVENT_LOOP_PERCENT,
      heapMb: env.MUSTER_SHED_HEAP_MB,
      rssMb: env.MUSTER_SHED_RSS_MB
    },
    tracing: toTracing(env),
    apiKey: env.MUSTER_API_KEY,
    linkSecrets: env.MUSTER_LINK_SECRETS,
    encryptionKeys: env.MUSTER_ENCRYPTION_KEYS,
    testClockFile: env.MUSTER_TEST_CLOCK
  })
}

/** What each variable says by itself is fine, but together they cannot be meant. */
function refuseImpossible(env: z.infer<typeof ENVIRONMENT>, production: boolean): void {
  if (env.MUSTER_TEST_CLOCK !== undefined && production) {
    throw new StartupError('MUSTER_TEST_CLOCK is for tests: unset it, or NODE_ENV=production.')
  }
  if (env.REDIS_URL !== undefined && env.DATABASE_URL === undefined) {
    throw new StartupError('REDIS_URL needs DATABASE_URL: the embedded database has its own queue.')
  }
  for (const name of ['MUSTER_LINK_SECRETS', 'MUSTER_ENCRYPTION_KEYS'] as const) {
    if (env.DATABASE_URL !== undefined && env[name] === undefined) {
      throw new StartupError(
        `${name} must be set when DATABASE_URL is: every process needs the same. ` +
          'Make a value with: muster keys generate.'
      )
    }
  }
}

/** zod's own words for a wrong type or choice; ours everywhere else. Neither quotes the value. */
function said(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' && !issue.message.startsWith('must')
    ? `must be one of ${issue.values.join(', ')}`
    : issue.message
}

/** As Standard Webhooks has it. */
function isWebhookSecret(text: string): boolean {
  const [, encoded] =
    /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? []
  const { length } = Buffer.from(encoded ?? '', 'base64')
  return length >= 24 && length <= 64
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const family = isIP(address)
  if (family === 0 || bits === undefined) return family !== 0
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}
