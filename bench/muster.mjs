// The API alone, as it is deployed: no worker, and a pool as large as the baseline's.

import { answerParent } from './lib/child.mjs'
import { DIST } from './lib/dist.mjs'

const load = (file) => import(`${DIST}${file}`)
const { buildApp } = await load('app.js')
const { loadConfig } = await load('config.js')
const { newApiKeyToken } = await load('crypto/api-key-token.js')
const { buildDeps } = await load('deps.js')
const { prepare } = await load('deployment.js')
const { ensureConfiguredApiKey } = await load('features/api-keys/ensure-first-api-key.js')
const { generateKeyRing } = await load('secrets.js')

const { token: key } = newApiKeyToken()
const config = loadConfig({
  DATABASE_URL: process.env.BENCH_DATABASE,
  DATABASE_POOL_SIZE: process.env.BENCH_POOL_SIZE,
  MUSTER_LINK_SECRETS: generateKeyRing(),
  MUSTER_ENCRYPTION_KEYS: generateKeyRing(),
  LOG_LEVEL: process.env.BENCH_LOG_LEVEL ?? 'error'
})
const { databaseUrl, linkSecrets, encryptionKeys } = config
const deps = buildDeps({ config, databaseUrl, linkSecrets, encryptionKeys })
await prepare(deps)
await ensureConfiguredApiKey(deps, key)
const app = await buildApp(deps)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
answerParent({ url, headers: { authorization: `Bearer ${key}` } })
