import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Finding } from '../../policy/check/check-policy.js'
import type { Policy } from '../../policy/document.js'
import { checkerBusy, policyCheckTooLong } from './errors.js'

interface CheckerLimits {
  readonly secondsMax: number
  /** How many may stand in line, the one whose turn it is included. */
  readonly lineMax: number
  readonly heapMb: number
}

/**
 * What follows from a policy. One thread looks, so the event loop goes on and no caller takes all
 * processors; whoever comes while the line is full is sent away.
 *
 * @throws Problem policy_checker_busy, policy_check_too_long
 */
export type Checker = (policy: Policy) => Promise<readonly Finding[]>

export function createChecker({ secondsMax, lineMax, heapMb }: CheckerLimits): Checker {
  let thread: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function look(policy: Policy): Promise<readonly Finding[]> {
    const worker = (thread ??= startThread(heapMb))
    worker.ref()
    worker.postMessage(policy)
    try {
      const signal = AbortSignal.timeout(secondsMax * 1_000)
      const [findings] = (await once(worker, 'message', { signal })) as [readonly Finding[]]
      worker.unref()
      return findings
    } catch (error) {
      thread = undefined
      await worker.terminate()
      throw isTooMuch(error) ? policyCheckTooLong({ seconds: secondsMax }) : error
    }
  }

  return async (policy) => {
    if (waiting >= lineMax) throw checkerBusy({ retry_after: Math.ceil(secondsMax / 4) })
    waiting += 1
    const turn = last.then(() => look(policy))
    last = turn.catch(() => undefined)
    return turn.finally(() => {
      waiting -= 1
    })
  }
}

/** The one of this process. */
export const findingsOf = createChecker({ secondsMax: 20, lineMax: 4, heapMb: 512 })

const THREAD = new URL('./checker-thread.js', import.meta.url)

/** Kept for the next policy; by itself it keeps no process alive. */
function startThread(heapMb: number): Worker {
  const worker = new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: heapMb } })
  // Whoever waits for an answer is told; without a listener it would end the process.
  worker.on('error', () => undefined)
  return worker
}

function isTooMuch(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return error.name === 'AbortError' || code === 'ERR_WORKER_OUT_OF_MEMORY'
}
