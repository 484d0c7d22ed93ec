import { randomBytes } from 'node:crypto'
import { type Logger, pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config.js'
import { type KeyRing, parseKeyRing } from '../../src/crypto/key-ring.js'
import { prepare } from '../../src/deployment.js'
import { buildDeps, type Deps } from '../../src/deps.js'
import { createFirstApiKey } from '../../src/features/api-keys/ensure-first-api-key.js'
import { listKeptMails } from '../../src/mail/kept.js'
import type { Mailer } from '../../src/mail/mailer.js'
import { generateKeyRing } from '../../src/secrets.js'
import type { StartTracing } from '../../src/telemetry/load-tracing.js'
import { buildWorker } from '../../src/worker.js'
import { createTestDatabase, until } from './database.js'
import { findMisfits } from './event-catalogue.js'

/** What the tests read of an answer: whatever it is, checked by what they expect of it. */
// biome-ignore lint: the shape is what the tests assert
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** Another key than the first; null: none. */
  readonly key?: string | null
  /** `user:…` or `member:…` */
  readonly actor?: string
}

export interface TestOptions {
  /** Also runs the worker, whose retries wait only this long. */
  readonly worker?: { readonly backoffMs: number }
  readonly environment?: Record<string, string>
  readonly mailer?: Mailer
  /** Silent unless given. */
  readonly log?: Logger
  readonly startTracing?: StartTracing | undefined
  /** The test writes events itself, such as nothing would append. */
  readonly eventsByHand?: true
}

/** The instant at which tests begin. */
export const START = new Date('2030-01-01T00:00:00.000Z')
export const DAY_MS = 86_400_000

/** The real service on a real database of its own, listening. Only the clock is the test's. */
export async function createTestApp(t: Test, options: TestOptions = {}) {
  const databaseUrl = await createTestDatabase(t)
  const clock = { now: START }
  const deps = openDeps(databaseUrl, () => clock.now, options)
  await prepare(deps)
  const key = (await createFirstApiKey(deps)) ?? ''
  const app = await buildApp(deps)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const worker = options.worker && buildWorker(deps, { ...options.worker, sweeps: false })
  t.teardown(async () => {
    await app.close()
    await worker?.close()
    const looked = options.eventsByHand ? Promise.resolve([]) : findMisfits(deps.db)
    const misfits = await looked.finally(() => deps.close())
    if (misfits.length > 0) throw new Error(`events are not as catalogued: ${misfits.join('\n')}`)
  })

  const call = callOn(url, key)

  return { url, deps, app, key, clock, call, databaseUrl, ...stories(deps, call) }
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>

/** Calls whichever instance listens there. */
export const callOn =
  (url: string, key: string): Call =>
  (method, path, options = {}) =>
    send(`${url}${path}`, method, key, options)

/** A second process on the same database: another pool, another cache. */
export function openDeps(databaseUrl: string, now: () => Date, options: TestOptions = {}): Deps {
  const redisUrl = process.env['TEST_REDIS_URL']
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    MUSTER_LINK_SECRETS: SECRETS,
    MUSTER_ENCRYPTION_KEYS: SECRETS,
    MUSTER_ALLOWED_HOSTS: 'app.acme.test,*.allowed.test',
    // Whoever walks every route calls from one address, as one person.
    MUSTER_RATE_LIMIT_FAILED_AUTH: '0',
    MUSTER_RATE_LIMIT_PER_PERSON: '0',
    // On a busy machine tests would be sent away, as anybody would.
    MUSTER_SHED_EVENT_LOOP_MS: '0',
    MUSTER_SHED_WAIT_MS: '0',
    LOG_LEVEL: 'silent',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...options.environment
  })
  const { linkSecrets, encryptionKeys } = config
  if (!linkSecrets || !encryptionKeys) throw new Error('both are set above')
  return buildDeps({
    config,
    databaseUrl,
    linkSecrets,
    encryptionKeys,
    log: options.log ?? pino({ level: config.logLevel }),
    now,
    startTracing: options.startTracing,
    redisPrefix: `{test-${new URL(databaseUrl).pathname.slice(1)}}`,
    ...(options.mailer === undefined ? {} : { mailer: options.mailer })
  })
}

const SECRETS = generateKeyRing()
/** The keys of a configuration that has forgotten ours. */
export function anotherKeyRing(id: string): KeyRing {
  const ring = parseKeyRing(generateKeyRing().replace('k1:', `${id}:`))
  if (!ring) throw new Error('what is generated can be parsed')
  return ring
}

async function send(
  url: string,
  method: string,
  firstKey: string,
  options: CallOptions
): Promise<Answer> {
  const { body } = options
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: headersOf(options, firstKey),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
  })
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text
  }
}

function headersOf({ body, headers, key, actor }: CallOptions, firstKey: string) {
  return {
    ...(key === null ? {} : { authorization: `Bearer ${key ?? firstKey}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(actor === undefined ? {} : { 'muster-actor': actor }),
    ...headers
  }
}

/** Whose plans need not include a team: in tests they do unless billing says otherwise. */
export const SELL_TEAMS = new Set<unknown>(['oupi', 'surveymonkey'])

/** What most tests begin with. Names are random, so that tests never meet. */
function stories(deps: Deps, call: Call) {
  const unique = (prefix: string) => `${prefix}_${randomBytes(5).toString('hex')}`

  async function organization(fields: Record<string, unknown> = {}) {
    const ownerId = unique('u_owner')
    const owner = { user_id: ownerId, email: `${ownerId}@acme.test`, name: 'Olga' }
    const sold = SELL_TEAMS.has(fields['policy'])
      ? { billing: { entitlements: ['team', 'groups'] } }
      : {}
    const { body } = await call('POST', '/v1/organizations', {
      body: { name: 'Acme', owner, ...sold, ...fields }
    })
    const path = `/v1/organizations/${body.id}`
    return { id: body.id as string, path, owner, as: `user:${ownerId}` }
  }

  /** Invites one address; the host sends the link itself, so the answer has it. */
  async function invite(path: string, email: string, fields: Record<string, unknown> = {}) {
    const answer = await call('POST', `${path}/invitations`, {
      body: { invitations: [{ email, ...fields }], send_email: false }
    })
    const [item] = answer.body.data ?? []
    const link = item?.link as string | undefined
    return { answer, invitation: item?.invitation, token: link?.split('/').at(-1) ?? '' }
  }

  const accept = (token: string, user: Record<string, unknown>, options: CallOptions = {}) =>
    call('POST', '/v1/invitations/accept', {
      ...options,
      body: { token, user: { email_verified: true, ...user } }
    })

  /** A member who has joined. */
  async function member(path: string, fields: Record<string, unknown> = {}) {
    const id = unique('u')
    const email = `${id}@acme.test`
    const { token } = await invite(path, email, fields)
    const { body } = await accept(token, { id, email })
    return { id: body.id as string, userId: id, email, as: `user:${id}` }
  }

  /** Waits for the mail that the worker sends. */
  const mailTo = (address: string, count = 1) =>
    until(async () => {
      const mails = await listKeptMails(
        { db: deps.db, seal: deps.sealer },
        { to: address, limit: 20 }
      )
      return mails.length >= count && mails
    })

  /** Another key, which may do less. */
  async function apiKey(fields: Record<string, unknown>) {
    const answer = await call('POST', '/v1/api-keys', {
      body: { name: 'another', scopes: ['*'], ...fields }
    })
    return { id: answer.body.id as string, key: answer.body.api_key as string }
  }

  return { organization, apiKey, invite, accept, member, mailTo, unique }
}
