import { setTimeout as sleep } from 'node:timers/promises'
import { newScope } from '../../helpers/scope.js'
import { createCaller } from './caller.js'
import { compareTeam } from './compare.js'
import { createFaults, FAULTS, type Fault } from './faults.js'
import type { Document } from './rules.js'
import { type ServiceOptions, startService } from './service.js'
import { settle, verify } from './settle.js'
import { addSeat, createTeam, type Team } from './team.js'
import { VERBS } from './verbs.js'
import { NOTHING, pick, type Step, type Taken, type World } from './world.js'

export interface Wrong {
  /** At which step; the number of steps: at the end. */
  readonly at: number
  readonly message: string
}

export interface Played {
  readonly wrong: Wrong | undefined
  readonly steps: number
  /** What was answered, by how often. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
}

export interface Game extends ServiceOptions {
  readonly policies: readonly string[]
  readonly steps: readonly Step[]
}

/** Plays steps on a new database, up to the first that is not as the model says. */
export async function play(game: Game): Promise<Played> {
  const scope = newScope()
  const outcomes = new Map<string, number>()
  try {
    const service = await startService(scope, game)
    const faults = createFaults(service)
    const call = createCaller(service, faults)
    let count = 0
    const unique = (prefix: string) => `${prefix}${(count += 1)}`
    const known = { teams: [], told: new Map(), tokenKey: { current: undefined } }
    const world: World = { service, faults, call, unique, ...known }
    const wrong = await playAll(world, game, outcomes).catch((error: unknown) => ({
      at: game.steps.length,
      message: `${String(error)} ${service.api.said()}`
    }))
    return { wrong, steps: game.steps.length, outcomes, faults: faults.counts }
  } finally {
    await scope.end()
  }
}

async function playAll(world: World, { policies, steps }: Game, outcomes: Map<string, number>) {
  await begin(world, policies)
  for (const [at, step] of steps.entries()) {
    const team = pick(world.teams, step.team)
    if (!team) continue
    const messages = await take(world, team, step, outcomes).catch((error: unknown) => [
      String(error)
    ])
    if (messages.length > 0) return { at, message: tell(step, team, messages) }
  }
  const wrong = [...(await settle(world)), ...(await verify(world))]
  return wrong.length > 0
    ? { at: steps.length, message: `at the end: ${wrong.join('; ')}` }
    : undefined
}

const tell = ({ verb }: Step, { document }: Team, messages: readonly string[]) =>
  `${verb} in a team of ${document.key}: ${messages.slice(0, 6).join('; ')}`

async function take(world: World, team: Team, step: Step, outcomes: Map<string, number>) {
  const { faults } = world
  if (isFault(step.verb)) {
    faults.begin(step.verb)
    await faults.settled()
    return compareTeam(world, team)
  }
  if (step.verb === 'mend') {
    await faults.mend()
    return []
  }
  const [taken] = await Promise.all([VERBS[step.verb]?.(world, team, step), disturb(world, step)])
  if (taken === NOTHING && !step.sudden) return []
  if (!taken) return [`there is no ${step.verb}`]
  const name = `${step.verb} ${taken.said}`
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
  return isWrong(taken) ? [tellTaken(taken)] : compareTeam(world, team)
}

/** No refusal is ever a failure of the service's own. */
const isWrong = ({ said, expected }: Taken) =>
  said !== expected && (expected !== null || /^(?:5\d\d|0|401|403|429) /.test(said))
const tellTaken = ({ said, expected, detail = '' }: Taken) =>
  `${said} instead of ${expected ?? 'a refusal'} ${detail}`

const isFault = (verb: string): verb is Fault => (FAULTS as readonly string[]).includes(verb)

/** Something happens a moment after the command was sent. */
async function disturb({ faults }: World, { sudden }: Step): Promise<void> {
  if (!sudden || !isFault(sudden.fault)) return
  await sleep(sudden.afterMs)
  faults.begin(sudden.fault)
  await faults.settled()
}

/** So few seats that teams run into their limit. */
const SEATS = 6

/** A consumer of everything, and an organization under each policy; two of the first. */
async function begin(world: World, policies: readonly string[]): Promise<void> {
  const { call, service, teams, unique } = world
  const endpoint = { url: service.consumer.url, event_types: ['*'] }
  await call('POST', '/v1/webhook-endpoints', { body: endpoint })
  for (const key of [...policies, ...policies.slice(0, 1)]) {
    const { body: policy } = await call('GET', `/v1/policies/${key}`)
    const address = `${unique('owner')}@sim.test`
    const userId = unique('u_owner')
    const billing = { entitlements: ['team', 'groups', 'custom_roles'], seats: SEATS }
    const { body: org } = await call('POST', '/v1/organizations', {
      body: { name: key, policy: key, owner: { user_id: userId, email: address }, billing }
    })
    const path = `/v1/organizations/${org.id}`
    const { body: members } = await call('GET', `${path}/members`)
    const team = createTeam({ id: org.id, path }, policy.document as Document, SEATS)
    const id = members.data[0].id as string
    addSeat(team, { id, address, role: 'owner', status: 'active', userId })
    teams.push(team)
  }
}
