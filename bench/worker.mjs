// A worker alone, as it is deployed beside the API; without sweeps, which do not belong to what is
// measured.
import { answerParent } from './lib/child.mjs'
import { openBenchDeps } from './lib/deps.mjs'
import { DIST } from './lib/dist.mjs'

const { buildWorker } = await import(`${DIST}worker.js`)
const deps = await openBenchDeps()
buildWorker(deps, { sweeps: false })
answerParent({})
