import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { newApiKeyToken } from '../../src/crypto/api-key-token.js'
import { startEmbedded } from '../../src/db/embedded.js'
import { generateKeyRing } from '../../src/secrets.js'
import { LOCAL_WEBHOOKS } from '../helpers/receiver.js'
import type { Scope } from '../helpers/scope.js'
import { createRunner, runCommandLine } from '../simulation/service/processes.js'
import { hasRedis, startRedisDouble } from '../simulation/service/redis.js'

export interface ServiceOptions {
  /** Where the database is put, unless `DATABASE_URL` names a server. */
  readonly parent: string
  readonly redis: boolean
}

/** Real processes, `api` and `worker`, on a database of their own, and a consumer of webhooks. */
export async function startService(scope: Scope, { parent, redis }: ServiceOptions) {
  const databaseUrl = await createDatabase(scope, parent)
  const env = {
    ...tuning(),
    ...LOCAL_WEBHOOKS,
    MUSTER_API_KEY: newApiKeyToken().token,
    MUSTER_LINK_SECRETS: generateKeyRing(),
    MUSTER_ENCRYPTION_KEYS: generateKeyRing(),
    DATABASE_URL: databaseUrl,
    ...(redis && hasRedis() ? { REDIS_URL: (await startRedisDouble(scope)).url } : {})
  }
  const dist = resolve('dist/bundle')
  const api = await createRunner(scope, { dist, command: 'api', env })
  const worker = await createRunner(scope, { dist, command: 'worker', env })
  await api.start()
  await worker.start()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => undefined)
  scope.teardown(() => pool.end())
  return {
    api,
    worker,
    key: env.MUSTER_API_KEY,
    consumer: await startConsumer(scope),
    query: async (text: string, values: unknown[] = []) =>
      (await pool.query<Record<string, unknown>>(text, values)).rows,
    muster: (args: string) => runCommandLine(scope, dist, args, env)
  }
}

const TUNING = /^(MUSTER_SHED_|MUSTER_REQUESTS_MAX$|DATABASE_POOL_SIZE$)/

/** What whoever runs it wants to try. */
const tuning = () =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      TUNING.test(name) && value !== undefined ? [[name, value]] : []
    )
  )

export type Service = Awaited<ReturnType<typeof startService>>

async function createDatabase(scope: Scope, parent: string): Promise<string> {
  const server = process.env['DATABASE_URL'] ?? (await startServer(scope, parent))
  const name = `load_${randomBytes(4).toString('hex')}`
  await administer(server, `create database ${name}`)
  scope.teardown(() => administer(server, `drop database if exists ${name} with (force)`))
  const url = new URL(server)
  url.pathname = name
  return url.href
}

async function startServer(scope: Scope, parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'muster-load-'))
  scope.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  await chmod(folder, 0o755) // As root, PostgreSQL runs as a user of its own.
  const password = randomBytes(16).toString('hex')
  const server = await startEmbedded({ dataDir: join(folder, 'data'), password })
  scope.teardown(() => server.stop())
  return server.url
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server)
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Takes every delivery and remembers of which events they were. */
async function startConsumer(scope: Scope) {
  const seen = new Set<string>()
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      seen.add(String(request.headers['webhook-id']))
      response.writeHead(204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hooks`, seen }
}
