import { parentPort } from 'node:worker_threads'
import { checkPolicy } from '../../policy/check/check-policy.js'
import type { Policy } from '../../policy/document.js'

// A thread of its own (checker.ts): checking takes seconds, and nothing else may wait for that.
parentPort?.on('message', (policy: Policy) => {
  parentPort?.postMessage(checkPolicy(policy))
})
