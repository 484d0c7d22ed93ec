// The API alone, as it is deployed: no worker, and a pool as large as the baseline's.

import { answerParent } from './lib/child.mjs'
import { openBenchDeps } from './lib/deps.mjs'
import { DIST } from './lib/dist.mjs'

const load = (file) => import(`${DIST}${file}`)
const { buildApp } = await load('app.js')
const { newApiKeyToken } = await load('crypto/api-key-token.js')
const { ensureConfiguredApiKey } = await load('features/api-keys/ensure-first-api-key.js')

const { token: key } = newApiKeyToken()
const deps = await openBenchDeps()
await ensureConfiguredApiKey(deps, key)
const app = await buildApp(deps)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
answerParent({ url, headers: { authorization: `Bearer ${key}` } })
