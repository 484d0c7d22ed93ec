import { setTimeout as sleep } from 'node:timers/promises'
import { coalesce } from '../../coalesce.js'
import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import { uuidToId } from '../../ids.js'
import { createHorizon, type HorizonView } from './horizon.js'

/** What somebody who waits is told of an event, to see whether it is one of those that are meant. */
export interface News {
  readonly organizationId: string
  readonly type: string
}

export interface Wait {
  /** What was settled when whoever waits has read. */
  readonly readTo: number
  readonly isMeant: (news: News) => boolean
  readonly ms: number
  /** Fires when nobody waits for the answer any more. */
  readonly gone: AbortSignal
}

/** Looks where the log ends, for all requests of a process. */
export interface LogFollower {
  look(): Promise<HorizonView>
  /** The same, once what had been told before is there, or a little later. */
  settle(): Promise<HorizonView>
  /** True as soon as there may be something to read; false: not in this time, or not here. */
  wait(wait: Wait): Promise<boolean>
  /** Nobody waits from now on. */
  close(): void
}

const SETTLE_MS = 200
const SETTLE_LOOK_MS = 20
/** How often is looked while somebody waits. */
const FOLLOW_MS = 50
/** Whoever comes when so many wait is answered at once. */
export const WAITING_MAX = 500
/** Events between two looks, of which each is told; when there are more everybody looks. */
const NEWS_MAX = 1_000
/** Questions of one look. */
const LOOK_BATCH = { max: 10_000, lanes: 1 }

const FIND_NEWS: Statement = {
  name: 'event_news',
  text: `select organization_id, type from events where position > $1 and position <= $2
    order by position limit ${NEWS_MAX + 1}`
}

interface Waiter {
  readonly isMeant: Wait['isMeant']
  readonly answer: (hasNews: boolean) => void
  readonly fail: (error: unknown) => void
}

/**
 * All who wait share one look every 50 ms, and none is taken while nobody waits. A transaction that
 * goes on for long, be it in another database of the server, holds the horizon back: then what comes
 * after it is told late, and nothing is ever passed over.
 */
export function createLogFollower(db: Db): LogFollower {
  const horizon = createHorizon()
  const waiting = new Set<Waiter>()
  let seen = 0
  let isFollowing = false
  let isClosed = false

  const look = coalesce<null, HorizonView>(async (questions) => {
    const view = await horizon.look(db)
    return questions.map(() => view)
  }, LOOK_BATCH)

  async function follow(): Promise<void> {
    isFollowing = true
    try {
      while (waiting.size > 0) {
        await sleep(FOLLOW_MS)
        if (waiting.size > 0) await tell((await look(null)).settled)
      }
    } catch (error) {
      for (const { fail } of waiting) fail(error)
    } finally {
      isFollowing = false
    }
  }

  async function tell(settled: number): Promise<void> {
    if (settled <= seen) return
    const news = await findNews(db, seen, settled)
    seen = settled
    for (const { isMeant, answer } of waiting) {
      if (news === 'many' || news.some(isMeant)) answer(true)
    }
  }

  return {
    look: () => look(null),
    async settle() {
      const end = performance.now() + SETTLE_MS
      const first = await look(null)
      let view = first
      while (view.settled < first.drawn && performance.now() < end) {
        await sleep(SETTLE_LOOK_MS)
        view = await look(null)
      }
      return view
    },
    async wait({ readTo, isMeant, ms, gone }) {
      if (isClosed || gone.aborted || waiting.size >= WAITING_MAX) return false
      if (!isFollowing) seen = readTo
      // What came in between was told to those who waited then.
      if (seen > readTo) return true
      const answered = new Promise<boolean>((resolve, reject) => {
        enter(waiting, { isMeant, ms, gone }, { resolve, reject })
      })
      if (!isFollowing) void follow()
      return answered
    },
    close() {
      isClosed = true
      for (const { answer } of waiting) answer(false)
    }
  }
}

/** Whoever is answered, has waited long enough or is gone waits no more. */
function enter(
  waiting: Set<Waiter>,
  { isMeant, ms, gone }: Omit<Wait, 'readTo'>,
  { resolve, reject }: { resolve: (hasNews: boolean) => void; reject: (error: unknown) => void }
): void {
  const leave = () => {
    clearTimeout(timer)
    gone.removeEventListener('abort', onOver)
    waiting.delete(waiter)
  }
  const waiter: Waiter = {
    isMeant,
    answer(hasNews) {
      leave()
      resolve(hasNews)
    },
    fail(error) {
      leave()
      reject(error)
    }
  }
  const onOver = () => {
    waiter.answer(false)
  }
  const timer = setTimeout(onOver, ms)
  gone.addEventListener('abort', onOver)
  waiting.add(waiter)
}

async function findNews(db: Db, after: number, until: number): Promise<News[] | 'many'> {
  const rows = await db.run<{ organization_id: string; type: string }>(FIND_NEWS, [after, until])
  if (rows.length > NEWS_MAX) return 'many'
  return rows.map(({ organization_id: uuid, type }) => ({
    organizationId: uuidToId('org', uuid),
    type
  }))
}
