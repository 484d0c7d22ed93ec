import type { Test } from 'tap'
import type { createTestApp } from '../helpers/app.js'
import { DAY_MS } from '../helpers/app.js'
import { type Ask, createModel, type Person, type Rules, type Verb } from './model.js'
import type { Step } from './policies.js'

type App = Awaited<ReturnType<typeof createTestApp>>

const SEAT_DAYS = 7
const REASSIGNMENT_DAYS = 30
/** What `decide` refuses by; every other refusal is told of a member's or an offer's state. */
const RULED = new Set([
  'not_permitted',
  'not_offered',
  'self_removal',
  'self_role_change',
  'self_action',
  'protected_role',
  'rank_not_lower',
  'role_not_assignable',
  'role_not_manageable',
  'last_holder',
  'single_holder',
  'role_full'
])

const MOVES: Readonly<Record<string, readonly string[]>> = {
  invited: ['active', 'removed', 'invitation_expired'],
  invitation_expired: ['invited', 'removed'],
  active: ['suspended', 'reassignment_pending', 'removed'],
  suspended: ['active', 'removed'],
  reassignment_pending: ['active', 'removed'],
  removed: []
}

/** One organization under one policy, and the model that is to agree with it. */
export async function startGame(app: App, policy: string, rules: Rules) {
  const model = createModel(rules)
  const org = await app.organization({ policy })
  const { body } = await app.call('GET', `${org.path}/members`)
  model.people.push({
    id: body.data[0].id,
    role: 'owner',
    status: 'active',
    userId: org.owner.user_id,
    offer: undefined
  })
  const tokens = new Map<Person, string>()
  return { app, org, model, tokens, rules, seen: new Map<string, string>() }
}

export type Game = Awaited<ReturnType<typeof startGame>>

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % list.length]
const outcome = (status: number, code: unknown) =>
  status < 300 ? 'ok' : RULED.has(String(code)) ? String(code) : 'state'

/** Takes one step in both worlds, by whom the step or `by` says; answers with what each made of it. */
export async function take(
  game: Game,
  step: Step,
  by?: Person
): Promise<{ said: string; expected: string }> {
  const { model } = game
  if (step.verb === 'wait') return wait(game, step.days)
  const actors = model.people.filter(({ status }) => status === 'active')
  const actor = by ?? pick([null, ...actors, ...actors], step.actor) ?? null
  if (step.verb === 'invite') return invite(game, actor, step.role)
  if (step.verb === 'accept' || step.verb === 'decline') return answer(game, step)
  const target = step.verb === 'leave' ? actor : pick(model.people, step.target)
  if (!target) return NOTHING
  return ask(game, { verb: step.verb, actor, target, role: step.role })
}

/** Nothing was asked: there is nobody to ask it of. */
const NOTHING = { said: 'ok', expected: 'ok' }

function wait({ app, model }: Game, days: number) {
  app.clock.now = new Date(app.clock.now.getTime() + days * DAY_MS)
  model.tick(app.clock.now.getTime())
  return NOTHING
}

async function invite({ app, org, model, tokens }: Game, actor: Person | null, role: string) {
  const expected = model.judgeInvite(actor, role)
  const userId = app.unique('u')
  const { status, body } = await app.call('POST', `${org.path}/invitations`, {
    ...(actor ? { actor: `member:${actor.id}` } : {}),
    body: { invitations: [{ email: `${userId}@play.test`, role }], send_email: false }
  })
  const said = outcome(status, body.code)
  if (said === 'ok') {
    const [item] = body.data
    const person: Person = {
      id: item.invitation.member_id,
      role,
      status: 'invited',
      userId: undefined,
      offer: { userId, endsAt: endOf(app, SEAT_DAYS), reassigns: false }
    }
    model.people.push(person)
    tokens.set(person, item.link.split('/').at(-1))
  }
  return { said, expected }
}

const endOf = ({ clock }: App, days: number) => clock.now.getTime() + days * DAY_MS

/** Whoever holds the latest link of an offer takes it, or turns it down. */
async function answer({ app, tokens }: Game, { verb, target }: Step) {
  const [person, token] = pick([...tokens], target) ?? []
  if (!person || token === undefined) return NOTHING
  const { offer } = person
  const expected = offer ? 'ok' : 'state'
  const id = offer?.userId ?? 'u_late'
  const { status, body } =
    verb === 'accept'
      ? await app.accept(token, { id, email: `${id}@play.test` })
      : await app.call('POST', '/v1/invitations/decline', { key: null, body: { token } })
  const said = outcome(status, body.code)
  if (said === 'ok' && offer) settle(person, offer, verb === 'accept')
  return { said, expected }
}

function settle(person: Person, offer: NonNullable<Person['offer']>, accepted: boolean): void {
  person.offer = undefined
  if (accepted) Object.assign(person, { status: 'active', userId: offer.userId })
  else if (!offer.reassigns) person.status = 'removed'
}

async function ask(game: Game, asked: Ask) {
  const expected = game.model.judge(asked)
  const { status, body } = await send(game, asked)
  const said = outcome(status, body.code)
  if (said === 'ok' && expected === 'ok') apply(game, asked, body)
  return { said, expected }
}

function send({ app, org }: Game, { verb, actor, target, role }: Ask) {
  const options = actor ? { actor: `member:${actor.id}` } : {}
  const member = `${org.path}/members/${target.id}`
  const post = (path: string, body: unknown = {}) => app.call('POST', path, { ...options, body })
  const SENDERS: Record<Verb, () => ReturnType<App['call']>> = {
    change_role: () => app.call('PATCH', member, { ...options, body: { role } }),
    remove: () => app.call('DELETE', member, options),
    leave: () => post(`${org.path}/leave`),
    suspend: () => post(`${member}/suspend`),
    reactivate: () => post(`${member}/reactivate`),
    reassign: () => post(`${member}/reassign`, { email: candidateOf(app), send_email: false }),
    cancel_reassignment: () => app.call('DELETE', `${member}/reassignment`, options),
    transfer: () => post(`${org.path}/transfer-ownership`, { member_id: target.id })
  }
  return SENDERS[verb]()
}

const candidateOf = (app: App) => `${app.unique('u')}@play.test`

/** What the model makes of a command that both worlds took. */
function apply(game: Game, asked: Ask, body: unknown): void {
  const { target } = asked
  const APPLIED: Record<Verb, () => void> = {
    change_role: () => {
      target.role = asked.role
    },
    remove: () => Object.assign(target, { status: 'removed', offer: undefined }),
    leave: () => Object.assign(target, { status: 'removed', offer: undefined }),
    suspend: () => Object.assign(target, { status: 'suspended' }),
    reactivate: () => Object.assign(target, { status: 'active' }),
    reassign: () => {
      applyReassignment(game, target, body)
    },
    cancel_reassignment: () => Object.assign(target, { status: 'active', offer: undefined }),
    transfer: () => {
      applyTransfer(game, asked)
    }
  }
  APPLIED[asked.verb]()
}

function applyReassignment({ app, tokens }: Game, target: Person, body: unknown): void {
  const { link, invitation } = body as { link: string; invitation: { email: string } }
  const userId = invitation.email.split('@')[0] ?? ''
  const endsAt = endOf(app, REASSIGNMENT_DAYS)
  target.status = 'reassignment_pending'
  target.offer = { userId, endsAt, reassigns: true }
  tokens.set(target, link.split('/').at(-1) ?? '')
}

function applyTransfer({ model, rules: { ownership } }: Game, { actor, target }: Ask): void {
  const isOwner = (one: Person) => one.role === 'owner' && one.status === 'active'
  const former = actor ?? model.people.find(isOwner)
  if (ownership.transfer === 'swap' && former) former.role = ownership.former_becomes ?? ''
  target.role = 'owner'
}

interface Told {
  readonly id: string
  readonly role: string
  readonly status: string
  readonly user_id: string | null
}

/** Everybody the service knows, as it tells of them. */
async function readPeople({ app, org }: Game) {
  const lists = await Promise.all(
    ['?limit=100', '?limit=100&status=removed'].map((query) =>
      app.call('GET', `${org.path}/members${query}`)
    )
  )
  return lists.flatMap(({ body }) => body.data) as Told[]
}

/** Holds the two worlds beside each other, and what must be true whatever happens. */
export async function compare(t: Test, game: Game, after: string): Promise<boolean> {
  const people = await readPeople(game)
  const wrong = [
    ...game.model.people.flatMap((person) => differences(game, person, people)),
    ...brokenLimits(game),
    ...(people.length === game.model.people.length ? [] : ['another number of people'])
  ]
  if (wrong.length > 0) t.same(wrong, [], after)
  return wrong.length === 0
}

function differences(game: Game, person: Person, people: readonly Told[]): string[] {
  const told = people.find(({ id }) => id === person.id)
  if (!told) return ['somebody has disappeared']
  const before = game.seen.get(person.id) ?? told.status
  game.seen.set(person.id, told.status)
  const isMove = before === told.status || MOVES[before]?.includes(told.status) === true
  const isHolder = person.status !== 'active' || told.user_id === person.userId
  return [
    ...(told.role === person.role ? [] : [`${person.role} is told as ${told.role}`]),
    ...(told.status === person.status ? [] : [`${person.status} is told as ${told.status}`]),
    ...(isMove ? [] : [`${before} became ${told.status}`]),
    ...(isHolder ? [] : ['somebody else holds the seat'])
  ]
}

function brokenLimits({ model, rules: { roles } }: Game): string[] {
  const tooFew = roles.filter(({ key, min }) => model.activeHolders(key) < min)
  const tooMany = roles.filter(({ key, max }) => max !== null && model.holders(key) > max)
  return [...tooFew, ...tooMany].map(({ key }) => `another number of holders of ${key}`)
}
