import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, clientOf, type Muster } from './processes.js'

const PAUSE_MS = 100
const WAIT_SECONDS = 1

export interface EventLoad {
  /** The ids of groups whose making was answered. */
  readonly made: readonly string[]
  /** How many requests got no answer, and were sent again. */
  unanswered(): number
  stop(): Promise<void>
}

interface Target {
  readonly muster: Pick<Muster, 'url'>
  readonly key: string
  readonly paths: readonly string[]
}

const retried = async <T>(ask: () => Promise<T | undefined>, onFailure: () => void): Promise<T> => {
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
    onFailure()
    await sleep(PAUSE_MS)
  }
}

/**
 * So many clients, each of which makes one group after the other, each under a key of its own, and
 * sends again what was not answered until it is. Each group leaves one event.
 */
export function startEventLoad({ muster, key, paths }: Target, clients: number): EventLoad {
  const call = clientOf(muster as Muster, key)
  const made: string[] = []
  let unanswered = 0
  let isStopping = false

  async function play(client: number): Promise<void> {
    for (let round = 0; !isStopping; round += 1) {
      const name = `group-${client}-${round}`
      const path = paths[(client + round) % paths.length]
      const group = await retried(
        async () => {
          const headers = { 'idempotency-key': name }
          const { status, body } = await call('POST', `${path}/groups`, { name }, headers)
          return status === 201 ? body : undefined
        },
        () => {
          unanswered += 1
        }
      )
      made.push(group.id)
    }
  }

  const playing = Promise.all(Array.from({ length: clients }, (_, client) => play(client)))
  return {
    made,
    unanswered: () => unanswered,
    async stop() {
      isStopping = true
      await playing
    }
  }
}

export interface FeedReader {
  /** The ids of events, in the order in which the feed told them. */
  readonly seen: readonly string[]
  /** Reads to the end. */
  stop(): Promise<void>
}

/** A consumer who follows the feed from the beginning, and goes on wherever it was cut off. */
export function followFeed(call: Client, types: string): FeedReader {
  const seen: string[] = []
  let isStopping = false
  let cursor: string | undefined

  const read = async (wait: number) => {
    const query = new URLSearchParams({ types, limit: '50', wait: String(wait) })
    if (cursor !== undefined) query.set('cursor', cursor)
    const { status, body } = await call('GET', `/v1/events?${query.toString()}`)
    return status === 200 ? body : undefined
  }

  async function follow(): Promise<void> {
    for (;;) {
      const isLast = isStopping
      const page = await retried(
        () => read(isLast ? 0 : WAIT_SECONDS),
        () => undefined
      )
      cursor = page.next_cursor
      seen.push(...page.data.map(({ id }: { id: string }) => id))
      if (isLast && !page.has_more && page.data.length === 0) return
    }
  }

  const following = follow()
  return {
    seen,
    async stop() {
      isStopping = true
      await following
    }
  }
}
