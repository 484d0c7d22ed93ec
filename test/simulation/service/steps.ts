import { type Chance, chance } from '../chance.js'
import { type Fault, SUDDEN } from './faults.js'
import type { Step } from './world.js'

/** How often each verb is taken beside the others, by what it is about. */
const GROUPS = {
  offers: {
    invite: 10,
    accept: 14,
    decline: 2,
    dead_link: 4,
    resend: 4,
    cancel: 2,
    race_seats: 5,
    race_link: 4,
    race_key: 4
  },
  members: {
    bring: 3,
    change_role: 7,
    remove: 5,
    leave: 2,
    suspend: 4,
    reactivate: 3,
    reassign: 4,
    cancel_reassignment: 2,
    transfer: 2,
    race_owners: 1
  },
  credits: {
    top_up: 2,
    allocate: 4,
    reclaim: 2,
    move: 1,
    spend: 4,
    hold: 2,
    capture: 1,
    release: 1,
    race_credits: 2
  },
  resources: { create_resource: 3, grant: 7, revoke: 2, race_resource: 2 },
  roles: { create_role: 2, update_role: 2, delete_role: 1, authorize: 6 },
  tokens: { mint_token: 3, use_token: 5, act_as: 2, revoke_key: 1, shut_out: 5 },
  doors: {
    open_page: 3,
    switch_page: 1,
    sign_up: 5,
    claim_domain: 2,
    prove_domain: 3,
    release_domain: 1,
    join: 3,
    race_page: 3
  },
  time: { wait: 4, sweep: 4 }
} as const
export type Group = keyof typeof GROUPS | 'machines'
const OF_VERBS = Object.keys(GROUPS) as (keyof typeof GROUPS)[]
export const GROUP_NAMES: readonly Group[] = [...OF_VERBS, 'machines']

const FAULTS: Readonly<Partial<Record<Fault, number>>> = {
  kill_worker: 2,
  kill_postgres: 1,
  stop_postgres: 1,
  forget_queue: 2,
  jobs_twice: 4,
  mail_fails: 2,
  webhooks_fail: 2,
  redis_away: 1
}
/** What fails is mended now and then, or mails would be given up. */
const MEND = 5

/** So much more often is taken what a sequence is mostly about. */
const FOCUS = 4
/** What teams are made of, whatever else is played. */
const ALWAYS: readonly Group[] = ['offers', 'members']
/** What looks at the whole from outside. */
const CALM = new Set<string>(Object.keys(GROUPS.time))
const COMMANDS = new Set(
  OF_VERBS.flatMap((group) => Object.keys(GROUPS[group])).filter((verb) => !CALM.has(verb))
)
/** Of so many commands one is disturbed while it is under way. */
const SUDDEN_EVERY = 24
const SUDDEN_WITHIN_MS = 40
const NUMBER_END = 1_000_000

const weighted = (weights: Readonly<Record<string, number>>, factor = 1) =>
  Object.entries(weights).flatMap(([name, weight]) =>
    Array.from({ length: weight * factor }, () => name)
  )

const machines = (factor: number) => [...weighted(FAULTS, factor), ...weighted({ mend: MEND })]

/**
 * So many steps from one seed, always the same. All verbs are played, but most of the time some of
 * them, drawn by the seed or named: a little of everything never gets far into anything.
 */
export function stepsOf(seed: number, count: number, focus: readonly Group[] = []): Step[] {
  const random = chance(seed)
  const drawn = [random.pick(GROUP_NAMES), random.pick(ALWAYS)]
  const about = focus.length > 0 ? focus : drawn
  const verbs = OF_VERBS.flatMap((group) =>
    weighted(GROUPS[group], about.includes(group) ? FOCUS : 1)
  )
  const all = [...verbs, ...machines(about.includes('machines') ? FOCUS : 1)]
  return Array.from({ length: count }, () => step(random, all))
}

/** Which policies a seed is played on: with few of them, more happens in each team. */
export function policiesOf(seed: number, policies: readonly string[], count: number): string[] {
  const random = chance(seed)
  const left = [...policies]
  while (left.length > count) left.splice(random.below(left.length), 1)
  return left
}

function step(random: Chance, verbs: readonly string[]): Step {
  const verb = random.pick(verbs) ?? ''
  const number = () => random.below(NUMBER_END)
  const numbers = {
    team: number(),
    actor: number(),
    target: number(),
    other: number(),
    amount: number()
  }
  const [isDisturbed, fault] = [random.below(SUDDEN_EVERY) === 0, random.pick(SUDDEN)]
  const afterMs = random.below(SUDDEN_WITHIN_MS)
  if (!isDisturbed || fault === undefined || !COMMANDS.has(verb)) return { verb, ...numbers }
  return { verb, ...numbers, sudden: { fault, afterMs } }
}
