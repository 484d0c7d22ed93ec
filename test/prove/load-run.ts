import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../simulation/chance.js'
import type { Ask, Client, Outcome } from './load-client.js'
import type { Sample } from './load-figures.js'
import { arrivals, sendAll } from './load-schedule.js'
import type { Service } from './load-service.js'
import type { Team } from './load-teams.js'
import { type Book, nextAsk } from './load-traffic.js'
import { type Watched, watch } from './load-watch.js'

/** Commands without an answer are sent again in one of so many turns. */
const AGAIN_EVERY = 3
const TOLD_MAX = 10
const POLL_MS = 20

/** What came of the requests of some time. Instants are seconds from its beginning. */
export interface Run {
  readonly rate: number
  readonly seconds: number
  readonly sent: number
  /** Latencies in milliseconds, each from the instant at which its request was due, at that instant. */
  readonly of: Readonly<Record<Outcome, readonly Sample[]>>
  /** The first of what went wrong. */
  readonly told: readonly string[]
  readonly generatorLateMs: number
  readonly watched: Watched
}

export interface Load {
  readonly service: Service
  readonly client: Client
  readonly teams: readonly Team[]
  readonly book: Book
  readonly chance: Chance
  /** Commands that wait to be sent again under their keys. */
  readonly again: Ask[]
}

/** So many requests a second for so long, whatever is answered; resolves when all are answered. */
export async function run(load: Load, rate: number, seconds: number): Promise<Run> {
  const of: Record<Outcome, Sample[]> = {
    done: [],
    refused: [],
    unanswered: [],
    busy: [],
    wrong: []
  }
  const told: string[] = []
  const begun = performance.now()
  const watching = watch(load.service)
  let sent = 0
  let open = 0

  async function send(ask: Ask, dueAt: number): Promise<void> {
    const { outcome, why, body } = await load.client(ask)
    const wrong = outcome === 'done' ? ask.done?.(body) : undefined
    const final = wrong === undefined ? outcome : 'wrong'
    of[final].push({ at: (dueAt - begun) / 1000, value: performance.now() - dueAt })
    // What is wrong is told before what was merely late.
    if (final === 'wrong') told.unshift(wrong ?? why)
    else if (final === 'unanswered') told.push(why)
    if (final !== 'done' && final !== 'wrong') putAside(load, ask, final)
  }

  const generatorLateMs = await sendAll(arrivals(rate, seconds, load.chance), (dueAt) => {
    sent += 1
    open += 1
    void send(pickAsk(load), dueAt).finally(() => {
      open -= 1
    })
  })
  while (open > 0) await sleep(POLL_MS)
  const watched = await watching.stop()
  return { rate, seconds, sent, of, told: told.slice(0, TOLD_MAX), generatorLateMs, watched }
}

function pickAsk({ chance, again, teams, book }: Load): Ask {
  const waiting = chance.below(AGAIN_EVERY) === 0 ? again.shift() : undefined
  return waiting ?? nextAsk(chance, teams, book)
}

function putAside({ again }: Load, ask: Ask, outcome: Outcome): void {
  if (ask.key !== undefined) again.push(ask)
  else if (outcome === 'refused') ask.refused?.()
  else ask.lost?.()
}

/** Sends what still waits, one after the other, until each command has its answer. */
export async function finish({ client, again }: Load): Promise<readonly string[]> {
  const wrong: string[] = []
  for (let ask = again.shift(); ask; ask = again.shift()) {
    const { outcome, why, body } = await client(ask)
    const said = outcome === 'done' ? ask.done?.(body) : why
    if (outcome !== 'done' && outcome !== 'wrong') {
      again.push(ask)
      await sleep(POLL_MS)
    } else if (said !== undefined) wrong.push(said)
  }
  return wrong
}
