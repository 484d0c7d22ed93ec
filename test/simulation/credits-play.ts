import { type Answer, START, type TestApp } from '../helpers/app.js'
import { setMode, teamWithCredits } from '../helpers/credits.js'
import {
  type CreditModel,
  createCreditModel,
  type Judged,
  type Keyed,
  type Moved
} from './credits-model.js'
import type { CreditStep, Wish } from './credits-steps.js'

const HOUR_MS = 3_600_000
const NOBODY = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const NOTHING = 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z'
const TEAM = 3

export type Mode = 'allocated' | 'shared_pool'

/** One organization, and the model that is to agree with it. */
export async function startCreditGame(app: TestApp, mode: Mode): Promise<CreditGame> {
  app.clock.now = START
  const org = await teamWithCredits(app, { members: TEAM })
  await setMode(app.deps.db, org.id, mode)
  const model = createCreditModel(mode, org.members)
  model.tick(START.getTime())
  const sent: Keyed[] = []
  const game = { app, org, mode, model, sent, seen: new Map<string, number>() }
  const given = org.members.map((member_id) => ({ kind: 'allocate', member_id, amount: 100 }))
  await transferAll(game, [{ kind: 'top_up', amount: 500 }, ...given], true)
  return game
}

export interface CreditGame {
  readonly app: TestApp
  readonly org: Awaited<ReturnType<typeof teamWithCredits>>
  readonly mode: Mode
  readonly model: CreditModel
  /** What was asked for under a key. */
  readonly sent: Keyed[]
  /** How often each kind of answer came. */
  readonly seen: Map<string, number>
}

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % list.length]
const ENDED: Readonly<Record<string, readonly string[]>> = {
  capture: ['hold'],
  release: ['hold'],
  refund: ['spend', 'capture']
}

/** What is referred to: mostly what fits, and whatever there is now and then. */
function targetOf({ model }: CreditGame, { verb, target, stray }: Wish): Moved | undefined {
  const all = model.moved()
  const fitting = all.filter(({ kind }) => ENDED[verb]?.includes(kind))
  const open = fitting.filter(({ end, amount, returned }) => !end && returned < amount)
  return pick(stray === 0 ? all : stray < 3 || open.length === 0 ? fitting : open, target)
}

function toWanted(game: CreditGame, wish: Wish): Keyed | undefined {
  if (wish.verb === 'capture' || wish.verb === 'release' || wish.verb === 'refund') {
    return ending(game, wish)
  }
  return WISHES[wish.verb](game, wish)
}

const endOf = ({ app }: CreditGame, { lifetime }: Wish) =>
  new Date(app.clock.now.getTime() + lifetime * HOUR_MS).toISOString()
const memberOf = ({ org }: CreditGame, { who, stray }: Wish) =>
  stray === 9 ? NOBODY : pick(org.members, who)

function toPay(game: CreditGame, wish: Wish): Keyed {
  const { who, amount, verb } = wish
  const byPool = who % 4 === 0 || (game.mode === 'shared_pool' && who % 2 === 0)
  const lasts = verb === 'hold' ? { expires_at: endOf(game, wish) } : {}
  return { kind: verb, member_id: byPool ? undefined : memberOf(game, wish), amount, ...lasts }
}

const WISHES = {
  top_up: (_game: CreditGame, { amount }: Wish): Keyed => ({ kind: 'top_up', amount }),
  expiring: (game: CreditGame, wish: Wish): Keyed => {
    const ends = wish.lifetime % 4 === 0 ? {} : { expires_at: endOf(game, wish) }
    const { amount, priority } = wish
    return { kind: 'top_up', amount: Math.min(amount, 200), priority, ...ends }
  },
  allocate: (game: CreditGame, wish: Wish): Keyed => ({
    kind: 'allocate',
    member_id: memberOf(game, wish),
    amount: wish.amount
  }),
  reclaim: (game: CreditGame, wish: Wish): Keyed => ({
    kind: 'reclaim',
    member_id: memberOf(game, wish),
    amount: wish.amount
  }),
  move: (game: CreditGame, wish: Wish): Keyed => {
    const { who, to, amount } = wish
    const to_member_id = pick(game.org.members, to % TEAM === who % TEAM ? to + 1 : to)
    return { kind: 'move', member_id: memberOf(game, wish), to_member_id, amount }
  },
  spend: toPay,
  hold: toPay
}

/** All of it, a part, or more than there is. */
function ending(game: CreditGame, wish: Wish): Keyed | undefined {
  const found = targetOf(game, wish)
  if (!found && wish.stray > 5) return undefined
  const wanted = { kind: wish.verb, transfer_id: found?.id ?? NOTHING }
  if (wish.verb === 'release') return wanted
  const all = found?.amount ?? 1
  const part = Math.max(1, Math.floor((all * (wish.amount % 100)) / 60))
  return { ...wanted, amount: wish.to % 3 === 0 ? all : part }
}

/** With a key: none, a new one, or one that was used before, for this or for something else. */
function withKey({ app, sent }: CreditGame, wanted: Keyed, { key, target }: Wish): Keyed {
  // Nobody asks for what has run out already.
  const open = sent.filter(
    ({ expires_at: end }) => !end || Date.parse(end) > app.clock.now.getTime()
  )
  const before = pick(open, target)
  if (key === 'none') return wanted
  if (key === 'again' && before) return before
  const one = { ...wanted, key: key === 'other' && before ? before.key : app.unique('key') }
  if (one.key !== before?.key) sent.push(one)
  return one
}

interface Taken {
  readonly said: readonly string[]
  readonly expected: readonly string[]
}
const NONE: Taken = { said: [], expected: [] }

/** Takes one step in both worlds; answers with what each made of it. */
export async function takeCreditStep(game: CreditGame, step: CreditStep): Promise<Taken> {
  switch (step.what) {
    case 'single':
      return single(game, step.wish)
    case 'batch':
      return together(game, step)
    case 'wait':
      game.app.clock.now = new Date(game.app.clock.now.getTime() + step.hours * HOUR_MS)
      game.model.tick(game.app.clock.now.getTime())
      return NONE
    case 'look':
      await game.org.get('credits')
      game.model.settle()
      return NONE
  }
}

async function single(game: CreditGame, wish: Wish): Promise<Taken> {
  const wanted = toWanted(game, wish)
  if (!wanted) return NONE
  const { key, ...body } = withKey(game, wanted, wish)
  const answer = await game.org.transfer(body, key)
  return compareAnswers(game, [itemOf(answer)], game.model.judgeEach([{ key, ...body }]))
}

interface Item {
  readonly status: string
  readonly transfer?: { readonly id: string; readonly amount: number; readonly balance: number }
  readonly problem?: { readonly code: string }
}

function itemOf({ status, headers, body }: Answer): Item {
  if (status >= 300) return { status: 'error', problem: { code: String(body.code) } }
  const isAgain = headers.get('idempotent-replayed') === 'true'
  return { status: isAgain ? 'replayed' : 'created', transfer: body }
}

async function together(game: CreditGame, step: CreditStep & { what: 'batch' }): Promise<Taken> {
  const all: Keyed[] = []
  for (const wish of step.wishes) {
    const wanted = toWanted(game, wish)
    if (!wanted) continue
    const keyed = withKey(game, wanted, wish)
    // No batch has a key or a reference twice.
    const isTwice = all.some(
      ({ key, transfer_id: id }) =>
        (key !== undefined && key === keyed.key) || (id !== undefined && id === keyed.transfer_id)
    )
    if (!isTwice) all.push(keyed)
  }
  return transferAll(game, all, step.together)
}

async function transferAll(game: CreditGame, all: readonly Keyed[], isWhole: boolean) {
  if (all.length === 0) return NONE
  const items = all.map(({ key, ...body }) => ({ ...body, idempotency_key: key }))
  const answer = await game.org.batch(items, { all_or_nothing: isWhole })
  const data: readonly Item[] = answer.status === 200 ? answer.body.data : [itemOf(answer)]
  const judged = isWhole ? game.model.judgeTogether(all) : game.model.judgeEach(all)
  return compareAnswers(game, data, judged)
}

function compareAnswers(
  { model, seen }: CreditGame,
  items: readonly Item[],
  judged: readonly Judged[]
): Taken {
  const said = items.map(({ status, transfer, problem }) =>
    transfer ? `${status}: ${transfer.amount} leaves ${transfer.balance}` : String(problem?.code)
  )
  const expected = judged.map((one, index) => {
    if (typeof one === 'string') return one
    const id = items[index]?.transfer?.id
    const status = one.id === '' ? 'created' : 'replayed'
    if (id !== undefined && one.id === '') model.name(one, id)
    const what = `${status}: ${one.amount} leaves ${one.balance}`
    return one.id === id ? what : `${what}, which is ${one.id}`
  })
  for (const one of judged) {
    const name = typeof one === 'string' ? one : one.kind
    seen.set(name, (seen.get(name) ?? 0) + 1)
  }
  return { said, expected }
}
