import { type Chance, chance } from '../chance.js'
import { type Fault, SUDDEN } from './faults.js'
import type { Step } from './world.js'

/** How often each verb is taken, beside the others. */
const COMMANDS: Readonly<Record<string, number>> = {
  invite: 10,
  bring: 3,
  accept: 14,
  decline: 2,
  dead_link: 4,
  resend: 4,
  cancel: 2,
  change_role: 7,
  remove: 5,
  leave: 2,
  suspend: 4,
  reactivate: 3,
  reassign: 4,
  cancel_reassignment: 2,
  transfer: 2,
  top_up: 2,
  allocate: 4,
  reclaim: 2,
  move: 1,
  spend: 4,
  hold: 2,
  capture: 1,
  release: 1,
  create_resource: 3,
  grant: 7,
  revoke: 2,
  create_role: 2,
  update_role: 2,
  delete_role: 1,
  authorize: 6,
  open_page: 3,
  switch_page: 1,
  sign_up: 5,
  claim_domain: 2,
  prove_domain: 3,
  release_domain: 1,
  join: 3,
  race_seats: 5,
  race_link: 4,
  race_credits: 2,
  race_page: 3,
  race_owners: 1,
  race_resource: 2,
  race_key: 4,
  wait: 4,
  sweep: 4
}
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

const weighted = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name))

const VERBS = [...weighted(COMMANDS), ...weighted(FAULTS), ...weighted({ mend: MEND })]
/** What looks at the whole from outside. */
const CALM = new Set(['wait', 'sweep'])
/** Of so many commands one is disturbed while it is under way. */
const SUDDEN_EVERY = 24
const SUDDEN_WITHIN_MS = 40
const NUMBER_END = 1_000_000

/** So many steps from one seed, always the same. */
export function stepsOf(seed: number, count: number): Step[] {
  const random = chance(seed)
  return Array.from({ length: count }, () => step(random))
}

function step(random: Chance): Step {
  const verb = random.pick(VERBS) ?? ''
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
  if (!isDisturbed || fault === undefined || !(verb in COMMANDS) || CALM.has(verb))
    return { verb, ...numbers }
  return { verb, ...numbers, sudden: { fault, afterMs } }
}
