import { DIST } from './dist.mjs'

const load = (file) => import(`${DIST}${file}`)
const { loadConfig } = await load('config.js')
const { buildDeps } = await load('deps.js')
const { prepare } = await load('deployment.js')

/** What a process of the measured build stands on: the bench's database, its Redis if it has one. */
export async function openBenchDeps() {
  const config = loadConfig({
    DATABASE_URL: process.env.BENCH_DATABASE,
    DATABASE_POOL_SIZE: process.env.BENCH_POOL_SIZE,
    REDIS_URL: process.env.BENCH_REDIS_URL,
    MUSTER_LINK_SECRETS: process.env.BENCH_SECRETS,
    MUSTER_ENCRYPTION_KEYS: process.env.BENCH_SECRETS,
    MUSTER_WEBHOOKS_HTTP: 'on',
    MUSTER_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1',
    LOG_LEVEL: process.env.BENCH_LOG_LEVEL ?? 'error'
  })
  const { databaseUrl, linkSecrets, encryptionKeys } = config
  const deps = buildDeps({ config, databaseUrl, linkSecrets, encryptionKeys })
  await prepare(deps)
  return deps
}
