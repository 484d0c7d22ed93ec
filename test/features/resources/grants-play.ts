import fc from 'fast-check'
import { type Answer, DAY_MS, type TestApp } from '../../helpers/app.js'
import { teamWithResources } from '../../helpers/resources.js'
import { type Choice, createModel, type Mode, type Person } from './grants-model.js'

const VERBS = [
  'create',
  'grant',
  'grant',
  'grant',
  'revoke',
  'share',
  'unshare',
  'own',
  'own',
  'disown',
  'drop',
  'end_group',
  'invite',
  'invite',
  'accept',
  'cancel',
  'lapse',
  'again',
  'remove',
  'hand_over'
] as const
type Verb = (typeof VERBS)[number]

/** Its numbers pick among whoever and whatever is there when it is taken. */
export const step = fc.record({
  verb: fc.constantFrom(...VERBS),
  resource: fc.nat({ max: 1_000 }),
  person: fc.nat({ max: 1_000 }),
  other: fc.nat({ max: 1_000 }),
  mode: fc.constantFrom<Mode>('shared', 'shared', 'exclusive', 'read_only'),
  choice: fc.constantFrom('none', 'new', 'one', 'two')
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What was said, and what the model expected. */
interface Taken {
  readonly said: string
  readonly expected: string
}
const NOTHING: Taken = { said: 'nothing', expected: 'nothing' }

/** A team with three people, three numbers and two groups, and a model beside it. */
export async function startGame(app: TestApp) {
  const team = await teamWithResources(app, {
    invitations: { lifetime: 'P7D', cancel_from: ['pending', 'expired'] }
  })
  const model = createModel()
  for (let count = 0; count < 3; count += 1) {
    const { id, email } = await team.member()
    model.people.push({ id, address: email, state: 'active' })
    model.add(await team.create())
  }
  const groups = [await team.group(), await team.group()]
  /** Ever known: what is gone is asked for too. */
  const known = [...model.resources]
  const offers = new Map<Person, { token: string; invitationId: string }>()
  return { app, team, model, groups, known, offers }
}
export type Game = Awaited<ReturnType<typeof startGame>>

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % list.length]
const outcome = ({ status, body }: Answer) => (status < 300 ? 'ok' : String(body.code))

/** Takes one step in both worlds. */
export async function take(game: Game, one: Step): Promise<Taken> {
  const { team, model, known, groups } = game
  const [id, person] = [pick(known, one.resource), pick(model.people, one.person)]
  const group = pick(groups, one.other)
  if (id === undefined || !person || group === undefined) return NOTHING
  const { mode } = one
  const both = async (answer: Promise<Answer>, expected: () => string): Promise<Taken> => ({
    said: outcome(await answer),
    expected: expected()
  })
  const PLAYED: Readonly<Record<Verb, () => Promise<Taken>>> = {
    create: () => create(game),
    grant: () => both(team.grant(id, person.id, { mode }), () => model.grant(id, person, mode)),
    revoke: () => both(team.revoke(id, person.id), () => model.revoke(id, person)),
    share: () => both(team.share(id, group, { mode }), () => model.share(id, group, mode)),
    unshare: () => both(team.unshare(id, group), () => model.unshare(id, group)),
    own: () => both(team.own(id, person.id), () => model.own(id, person)),
    disown: () => both(team.disown(id, person.id), () => model.disown(id, person)),
    drop: () => both(team.drop(id), () => model.drop(id)),
    end_group: () => endGroup(game, group),
    invite: () => invite(game, one, `${game.app.unique('new')}@grants.test`),
    accept: () => accept(game, one),
    cancel: () => cancel(game, one),
    lapse: () => lapse(game),
    again: () => again(game, one),
    remove: () => remove(game, one, false),
    hand_over: () => remove(game, one, true)
  }
  return PLAYED[one.verb]()
}

async function create({ team, model, known }: Game): Promise<Taken> {
  const id = await team.create()
  model.add(id)
  known.push(id)
  return { said: 'ok', expected: 'ok' }
}

async function endGroup({ app, team, model, groups }: Game, group: string): Promise<Taken> {
  const said = outcome(await app.call('DELETE', `${team.path}/groups/${group}`))
  model.endGroup(group)
  groups.splice(groups.indexOf(group), 1, await team.group())
  return { said, expected: 'ok' }
}

function choiceOf({ known }: Game, { choice, resource, other, mode }: Step): Choice {
  if (choice === 'none') return null
  if (choice === 'new') return 'new'
  const ids = [pick(known, resource), choice === 'two' ? pick(known, other) : undefined]
  return { ids: [...new Set(ids.filter((id) => id !== undefined))], mode }
}

function bodyOf(choice: Choice): Record<string, unknown> {
  if (choice === null) return {}
  return { resources: choice === 'new' ? { choice } : { choice: 'existing', ...choice } }
}

/** An address that is free, or whose offer time has ended. */
async function invite(game: Game, one: Step, address: string, before?: Person): Promise<Taken> {
  const { app, team, model, known, offers } = game
  const choice = choiceOf(game, one)
  const { answer, invitation, token } = await app.invite(team.path, address, bodyOf(choice))
  const refusal = model.refuseChoice(before?.id ?? '', choice)
  if (refusal !== undefined || outcome(answer) !== 'ok') {
    return { said: outcome(answer), expected: refusal ?? 'ok' }
  }
  const person = before ?? { id: invitation.member_id as string, address, state: 'invited' }
  if (!before) model.people.push(person)
  person.state = 'invited'
  offers.set(person, { token, invitationId: invitation.id as string })
  if (choice === 'new') {
    const wanted = await team.list('/resources?status=requested&limit=100')
    const made = wanted.find(({ id }: { id: string }) => !model.resources.has(id))
    known.push(made.id)
    model.request(made.id, person.id)
    const kept = { ids: [made.id as string], mode: 'shared' } as const
    model.equip(person.id, kept)
  } else model.equip(person.id, choice)
  return { said: 'ok', expected: 'ok' }
}

const some = ({ model: { people } }: Game, state: Person['state'], number: number) =>
  pick(
    people.filter((person) => person.state === state),
    number
  )

async function accept(game: Game, { person: number }: Step): Promise<Taken> {
  const person = some(game, 'invited', number)
  const offer = person && game.offers.get(person)
  if (!person || !offer) return NOTHING
  const user = { id: game.app.unique('u'), email: person.address }
  const answer = await game.app.accept(offer.token, user)
  person.state = 'active'
  return { said: outcome(answer), expected: 'ok' }
}

async function cancel(game: Game, { person: number, other }: Step): Promise<Taken> {
  const person = some(game, other % 2 === 0 ? 'invited' : 'invitation_expired', number)
  const offer = person && game.offers.get(person)
  if (!person || !offer) return NOTHING
  const path = `${game.team.path}/invitations/${offer.invitationId}`
  const said = outcome(await game.app.call('DELETE', path))
  game.model.remove(person)
  return { said, expected: 'ok' }
}

/** Nobody who is invited comes in time. */
async function lapse({ app: { clock }, model: { people } }: Game): Promise<Taken> {
  clock.now = new Date(clock.now.getTime() + 8 * DAY_MS)
  for (const person of people) if (person.state === 'invited') person.state = 'invitation_expired'
  return NOTHING
}

async function again(game: Game, one: Step): Promise<Taken> {
  const person = some(game, 'invitation_expired', one.person)
  return person ? invite(game, one, person.address, person) : NOTHING
}

async function remove(game: Game, one: Step, isHandedOver: boolean): Promise<Taken> {
  const [person, heir] = [some(game, 'active', one.person), some(game, 'active', one.other)]
  if (!person || (isHandedOver && (!heir || heir === person))) return NOTHING
  const successor = isHandedOver ? heir : undefined
  const said = outcome(await game.team.remove(person.id, successor?.id))
  game.model.remove(person, successor)
  return { said, expected: 'ok' }
}
