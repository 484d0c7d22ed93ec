import { setTimeout as sleep } from 'node:timers/promises'
import { clientOf, type Muster } from './processes.js'

const PAUSE_MS = 150
const STEPS = 4

interface Acknowledged {
  readonly key: string
  readonly id: string
  readonly amount: number
  readonly kind: string
}

export interface LedgerLoad {
  /** What was answered as done, in the order of the answers. */
  readonly acknowledged: readonly Acknowledged[]
  /** How many requests got no answer, and were sent again. */
  unanswered(): number
  /** What must never happen: another answer for the same key, or a refusal. */
  readonly wrong: readonly string[]
  /** Each client ends what it is about. */
  stop(): Promise<void>
}

interface Target {
  readonly muster: Pick<Muster, 'url'>
  readonly key: string
  readonly path: string
  readonly members: readonly string[]
}

/**
 * So many clients, each of which spends, holds and captures without a pause, every transfer under a key
 * of its own, and sends again what was not answered until it is.
 */
export function startLedgerLoad(
  { muster, key, path, members }: Target,
  clients: number
): LedgerLoad {
  const call = clientOf(muster as Muster, key)
  const acknowledged: Acknowledged[] = []
  const wrong: string[] = []
  let unanswered = 0
  let isStopping = false

  const ask = async (body: object, key: string) => {
    try {
      return await call('POST', `${path}/credit-transfers`, body, { 'idempotency-key': key })
    } catch {
      return undefined
    }
  }

  async function transfer(body: object, key: string): Promise<Acknowledged | undefined> {
    for (;;) {
      const answer = await ask(body, key)
      if (answer?.status === 201) {
        const { id, amount, kind } = answer.body
        const done = { key, id, amount, kind }
        acknowledged.push(done)
        return done
      }
      // A 429 or 5xx says that it may be sent again, as does no answer at all.
      if (answer && answer.status < 500 && answer.status !== 429) {
        wrong.push(`${key}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return undefined
      }
      unanswered += 1
      await sleep(PAUSE_MS)
    }
  }

  async function play(client: number): Promise<void> {
    for (let round = 0; !isStopping; round += 1) {
      const member_id = members[(client + round) % members.length]
      const name = `client-${client}-${round}`
      const step = (client + round) % STEPS
      if (step === 0) await transfer({ kind: 'spend', amount: 1 + (round % 5) }, name)
      else if (step === 1) await transfer({ kind: 'spend', amount: 2, member_id }, name)
      else await holdAndEnd(step === 2 ? 'capture' : 'release', name, member_id)
    }
  }

  async function holdAndEnd(kind: string, name: string, member_id: string | undefined) {
    const hold = await transfer({ kind: 'hold', amount: 5, member_id }, `${name}-hold`)
    if (!hold) return
    const part = kind === 'capture' ? { amount: 3 } : {}
    await transfer({ kind, transfer_id: hold.id, ...part }, `${name}-end`)
  }

  const playing = Promise.all(Array.from({ length: clients }, (_, client) => play(client)))
  return {
    acknowledged,
    wrong,
    unanswered: () => unanswered,
    async stop() {
      isStopping = true
      await playing
    }
  }
}
