import type { Answer } from './caller.js'
import { giveBack, type Seat, type Team } from './team.js'
import { NOTHING, pick, type Step, type Taken, takenBy, type World } from './world.js'

export const hasCredits = ({ document }: Team) => document.credits.kind === 'pool'

const transfer = ({ call }: World, { path }: Team, body: unknown) =>
  call('POST', `${path}/credit-transfers`, { body })

function note(answer: Answer, expected: string, apply: () => void): Taken {
  const taken = takenBy(answer, expected)
  if (taken.said !== 'ok' || expected !== 'ok') return taken
  apply()
  return taken
}

const short = (there: number, amount: number) => (there < amount ? 'insufficient_credits' : 'ok')

/** Moves credits as the host of a team does, all by one step. */
export async function moveCredits(world: World, team: Team, step: Step): Promise<Taken> {
  if (!hasCredits(team)) return NOTHING
  const seat = pick(
    team.seats.filter(({ status }) => status === 'active'),
    step.target
  )
  const amount = 1 + (step.amount % 90)
  if (step.verb === 'top_up') return topUp(world, team, amount * 3)
  if (step.verb === 'capture' || step.verb === 'release') return endHold(world, team, step)
  if (!seat) return NOTHING
  return MOVES[step.verb]?.(world, team, { seat, amount, step }) ?? NOTHING
}

async function topUp(world: World, team: Team, amount: number): Promise<Taken> {
  const answer = await transfer(world, team, { kind: 'top_up', amount })
  return note(answer, 'ok', () => {
    team.credits.issued += amount
    team.credits.pool += amount
  })
}

/** So that whoever goes has something to leave behind. */
export async function fund(world: World, team: Team, seat: Seat, step: Step): Promise<Taken> {
  if (!hasCredits(team)) return NOTHING
  const amount = 1 + (step.amount % 90)
  const taken = await topUp(world, team, amount)
  if (taken.said !== taken.expected) return taken
  return MOVES['allocate']?.(world, team, { seat, amount, step }) ?? NOTHING
}

interface Move {
  readonly seat: Seat
  readonly amount: number
  readonly step: Step
}

const MOVES: Readonly<Record<string, (world: World, team: Team, move: Move) => Promise<Taken>>> = {
  async allocate(world, team, { seat, amount }) {
    const expected = short(team.credits.pool, amount)
    const answer = await transfer(world, team, { kind: 'allocate', member_id: seat.id, amount })
    return note(answer, expected, () => {
      team.credits.pool -= amount
      seat.credits += amount
    })
  },
  async reclaim(world, team, { seat, amount }) {
    const expected = short(seat.credits, amount)
    const answer = await transfer(world, team, { kind: 'reclaim', member_id: seat.id, amount })
    return note(answer, expected, () => {
      team.credits.pool += amount
      seat.credits -= amount
    })
  },
  async move(world, team, { seat, amount, step }) {
    const other = pick(
      team.seats.filter((one) => one.status === 'active' && one !== seat),
      step.other
    )
    if (!other) return NOTHING
    const expected = short(seat.credits, amount)
    const body = { kind: 'move', member_id: seat.id, to_member_id: other.id, amount }
    const answer = await transfer(world, team, body)
    return note(answer, expected, () => {
      seat.credits -= amount
      other.credits += amount
    })
  },
  async spend(world, team, { seat, amount }) {
    const expected = short(seat.credits, amount)
    const answer = await transfer(world, team, { kind: 'spend', member_id: seat.id, amount })
    return note(answer, expected, () => {
      seat.credits -= amount
      team.credits.spent += amount
    })
  },
  async hold(world, team, { seat, amount }) {
    const expected = short(seat.credits, amount)
    const endsAt = world.service.clock.now() + HOLD_MS
    const expires_at = new Date(endsAt).toISOString()
    const body = { kind: 'hold', member_id: seat.id, amount, expires_at }
    const answer = await transfer(world, team, body)
    return note(answer, expected, () => {
      seat.credits -= amount
      team.holds.push({ id: answer.body.id, amount, seat, endsAt })
    })
  }
}

const HOLD_MS = 6 * 86_400_000

/** The rest of what is captured goes back to whom it was held for, or to the team if they are gone. */
async function endHold(world: World, team: Team, step: Step): Promise<Taken> {
  const hold = pick(team.holds, step.target)
  if (!hold) return NOTHING
  const used = step.verb === 'capture' ? 1 + (step.amount % hold.amount) : 0
  const body = { kind: step.verb, transfer_id: hold.id, ...(used > 0 ? { amount: used } : {}) }
  const answer = await transfer(world, team, body)
  const taken = takenBy(answer, null)
  if (taken.said !== 'ok') return { ...taken, expected: 'ok' }
  team.credits.spent += used
  giveBack(team, hold, hold.amount - used)
  return taken
}
