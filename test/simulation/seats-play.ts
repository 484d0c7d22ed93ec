import { expireInvitations } from '../../src/features/invitations/expire-invitations.sweep.js'
import type { TestApp } from '../helpers/app.js'
import { createLedger, type SeatRules } from './seats-ledger.js'
import { createTeam, type Person, type Resources, type Status, UNEQUIPPED } from './seats-model.js'
import type { Pushed, Step } from './seats-policies.js'
import { saidBy, throughOf } from './seats-pushes.js'

/** The refusals that are rules of seats and money; every other is told of somebody's state. */
const RULED = new Set([
  'seats_exhausted',
  'billing_past_due',
  'organization_canceled',
  'already_invited',
  'already_member',
  'currency_locked',
  'unknown_billing_entry',
  'not_offered'
])
/** So that no address is mailed more often than it may be. */
const BETWEEN_MAILS_MS = 13 * 60_000

interface Setting {
  readonly policy: string
  readonly rules: SeatRules
  readonly timeZone: string
}

/** One organization under one policy, and the model that is to agree with it. */
export async function startGame(app: TestApp, { policy, rules, timeZone }: Setting) {
  const org = await app.organization({ policy, time_zone: timeZone })
  const ledger = createLedger(rules, timeZone)
  const team = createTeam(rules, ledger, app.clock.now.getTime())
  const { body } = await app.call('GET', `${org.path}/members`)
  const [{ id }] = body.data
  const nobody = { offer: undefined, lapse: undefined, resources: UNEQUIPPED }
  team.people.push({ id, address: org.owner.email, status: 'active', ...nobody })
  const seen = { bought: 0, updates: 0, used: 1, size: ledger.size() }
  return { app, org, rules, timeZone, ledger, team, tokens: new Map<Person, string>(), seen }
}

export type Game = Awaited<ReturnType<typeof startGame>>

interface Answered {
  readonly status: number
  readonly body: { readonly code?: string; readonly data?: readonly Item[] }
}
interface Item {
  readonly problem?: { readonly code: string }
  readonly link?: string
  readonly invitation?: { readonly id: string; readonly member_id: string }
  readonly member?: { readonly id: string }
}

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % list.length]
const ruled = (code: string) => (RULED.has(code) ? code : 'state')
const outcome = ({ status, body }: Answered) => (status < 300 ? 'ok' : ruled(String(body.code)))

interface Taken {
  readonly said: string
  readonly expected: string
}
/** Nothing was asked: there is nobody to ask it of. */
const NOTHING: Taken = { said: 'nothing', expected: 'nothing' }

/** Takes one step in both worlds; answers with what each made of it. */
export async function take(game: Game, step: Step): Promise<Taken> {
  const { team } = game
  const target = targetOf(game, step)
  if (!target) return NOTHING
  const PLAYED: Readonly<Record<Step['verb'], () => Promise<Taken>>> = {
    invite: () => invite(game, step, 1),
    batch: () => invite(game, step, step.count),
    import: () => bring(game, step),
    accept: () => answer(game, step),
    decline: () => answer(game, step),
    cancel: () => cancel(game, target),
    remove: () => ask(game, 'DELETE', target, () => team.remove(target)),
    suspend: () => ask(game, 'POST/suspend', target, () => team.suspend(target)),
    reactivate: () => ask(game, 'POST/reactivate', target, () => team.reactivate(target)),
    reassign: () => reassign(game, step, target),
    cancel_reassignment: () =>
      ask(game, 'DELETE/reassignment', target, () => team.cancelReassignment(target)),
    resend_email: () => resend(game, target, 'email'),
    resend_link: () => resend(game, target, 'link'),
    equip: () => equip(game, step, target),
    wait: () => wait(game, step.seconds * 1_000),
    sweep: () => sweep(game),
    push: () => push(game, step.pushed),
    end: () => end(game, 'cancel'),
    restore: () => end(game, 'restore')
  }
  // Nothing happens to a team whose subscription has ended: it does not stay so for long.
  const isOver = team.canceled && step.other % 3 === 0
  return PLAYED[isOver ? 'restore' : step.verb]()
}

/** To whom it can be done, and now and then whoever there is. */
const FITTING: Readonly<Partial<Record<Step['verb'], readonly Status[]>>> = {
  cancel: ['invited', 'invitation_expired'],
  suspend: ['active'],
  reactivate: ['suspended'],
  reassign: ['active', 'reassignment_pending'],
  cancel_reassignment: ['reassignment_pending'],
  resend_email: ['invited', 'invitation_expired', 'reassignment_pending'],
  resend_link: ['invited', 'invitation_expired', 'reassignment_pending']
}

function targetOf({ team: { people } }: Game, { verb, target, other }: Step): Person | undefined {
  const living = people.filter(({ status }) => status !== 'removed')
  const fitting = living.filter(({ status }) => FITTING[verb]?.includes(status) ?? true)
  const isAny = other % 6 === 0 || fitting.length === 0
  return pick(isAny ? people : fitting, target)
}

/** What the model says as long as the subscription goes on: without it nothing of a team changes. */
const expect = ({ team }: Game, judge: () => string) =>
  team.canceled ? 'organization_canceled' : judge()

async function wait({ app, team }: Game, ms: number): Promise<Taken> {
  app.clock.now = new Date(app.clock.now.getTime() + ms)
  team.tick(app.clock.now.getTime())
  return NOTHING
}

async function sweep({ app, team }: Game): Promise<Taken> {
  await expireInvitations.run(app.deps)
  team.sweep()
  return NOTHING
}

/** New ones, and those that the team, or whoever is asked to join, has or had. */
function addressesFor({ app, team }: Game, { other, target }: Step, count: number): string[] {
  const known = team.people.flatMap(({ address, offer }) => [address, offer?.address ?? address])
  const again = other % 3 === 0 ? [known[target % known.length] ?? '', known.at(-1) ?? ''] : []
  const fresh = Array.from({ length: count }, () => `${app.unique('p')}@seats.test`)
  return [...new Set([...again.slice(0, count), ...fresh])].slice(0, count)
}

const equipment = (resources: Resources | null) => (resources === null ? {} : { resources })

async function invite(game: Game, step: Step, count: number): Promise<Taken> {
  const { app, org, team } = game
  const addresses = addressesFor(game, step, count)
  const { status, body }: Answered = await app.call('POST', `${org.path}/invitations`, {
    body: {
      invitations: addresses.map((email) => ({ email, ...equipment(bodyOf(step.resources)) })),
      send_email: false
    }
  })
  return compareItems(game, { status, body }, () =>
    addresses.map((address) => team.invite(address, step.resources as Resources | null))
  )
}

/** Where nothing has an id yet, none is told. */
const bodyOf = (resources: Step['resources']) =>
  (resources?.choice === 'new' ? { choice: 'new' } : resources) as Resources | null

async function bring(game: Game, step: Step): Promise<Taken> {
  const { app, org, team } = game
  const addresses = addressesFor(game, step, step.count)
  const { status, body }: Answered = await app.call('POST', `${org.path}/members`, {
    body: {
      members: addresses.map((email) => ({
        email,
        user_id: app.unique('u'),
        ...equipment(bodyOf(step.resources))
      }))
    }
  })
  return compareItems(game, { status, body }, () =>
    addresses.map((address) => team.bring(address, step.resources as Resources | null))
  )
}

/** One after the other: the first take the seats that are there (SM-25). */
function compareItems(
  game: Game,
  answered: Answered,
  judge: () => readonly (Person | string)[]
): Taken {
  const { data = [] } = answered.body
  if (game.team.canceled) return { said: outcome(answered), expected: 'organization_canceled' }
  const judged = judge()
  const said = data.map(({ problem }) => (problem ? ruled(problem.code) : 'ok'))
  for (const [index, person] of judged.entries()) {
    const item = data[index]
    if (typeof person !== 'string' && item) learn(game, person, item)
  }
  return {
    said: said.length === 0 ? outcome(answered) : said.join(),
    expected: judged.map((one) => (typeof one === 'string' ? one : 'ok')).join()
  }
}

function learn({ tokens }: Game, person: Person, { link, invitation, member }: Item): void {
  person.id = invitation?.member_id ?? member?.id ?? ''
  if (person.offer && invitation) person.offer.id = invitation.id
  if (link === undefined) tokens.delete(person)
  else tokens.set(person, link.split('/').at(-1) ?? '')
}

/** Whoever has the last link of an offer takes it, or turns it down. */
async function answer(game: Game, { verb, target }: Step): Promise<Taken> {
  const { app, team, tokens } = game
  const open = [...tokens].filter(([{ offer }]) => offer?.state === 'pending')
  const [person, token] = pick(open.length === 0 ? [...tokens] : open, target) ?? []
  if (!person?.offer || token === undefined) return NOTHING
  const user = { id: app.unique('u'), email: person.offer.address }
  const answered: Answered =
    verb === 'accept'
      ? await app.accept(token, user)
      : await app.call('POST', '/v1/invitations/decline', { key: null, body: { token } })
  const expected = expect(game, () => (verb === 'accept' ? team.accept : team.decline)(person))
  return { said: outcome(answered), expected }
}

async function ask(game: Game, how: string, { id }: Person, judge: () => string): Promise<Taken> {
  const [method = '', ...path] = how.split('/')
  const { app, org } = game
  const answered: Answered = await app.call(method, [org.path, 'members', id, ...path].join('/'))
  return { said: outcome(answered), expected: expect(game, judge) }
}

async function cancel(game: Game, person: Person): Promise<Taken> {
  const { app, org, team } = game
  if (!person.offer) return NOTHING
  const path = `${org.path}/invitations/${person.offer.id}`
  const answered: Answered = await app.call('DELETE', path)
  return { said: outcome(answered), expected: expect(game, () => team.cancel(person)) }
}

async function reassign(game: Game, step: Step, person: Person): Promise<Taken> {
  const { app, org, team } = game
  const [address = ''] = addressesFor(game, step, 1)
  const answered = await app.call('POST', `${org.path}/members/${person.id}/reassign`, {
    body: { email: address, send_email: false }
  })
  const expected = expect(game, () => team.reassign(person, address))
  const { link, invitation, member } = answered.body
  const said = outcome(answered)
  if (said === 'ok') learn(game, person, { link, invitation, member })
  return { said, expected }
}

async function resend(game: Game, person: Person, via: 'email' | 'link'): Promise<Taken> {
  const { app, org, team } = game
  if (!person.offer) return NOTHING
  if (via === 'email') await wait(game, BETWEEN_MAILS_MS)
  const path = `${org.path}/invitations/${person.offer.id}/resend`
  const wasOver = person.offer.state === 'expired'
  const answered = await app.call('POST', path, { body: { via } })
  const expected = expect(game, () => team.resend(person, via))
  const said = outcome(answered)
  const { link } = answered.body
  if (said === 'ok' && link !== undefined) game.tokens.set(person, link.split('/').at(-1))
  else if (said === 'ok' && wasOver) game.tokens.delete(person)
  return { said, expected }
}

async function equip(game: Game, step: Step, person: Person): Promise<Taken> {
  const { app, org, team } = game
  const answered: Answered = await app.call('PATCH', `${org.path}/members/${person.id}`, {
    body: { resources: bodyOf(step.resources) }
  })
  const resources = step.resources as Resources | null
  return { said: outcome(answered), expected: expect(game, () => team.equip(person, resources)) }
}

async function end(game: Game, how: 'cancel' | 'restore'): Promise<Taken> {
  const { app, org, team } = game
  const answered: Answered = await app.call('POST', `${org.path}/${how}`)
  if (how === 'cancel') team.end()
  else team.canceled = false
  return { said: outcome(answered), expected: 'ok' }
}

async function push(game: Game, pushed: Pushed): Promise<Taken> {
  const { app, org, timeZone, ledger, seen } = game
  const said = saidBy(pushed, timeZone, app.clock.now.getTime())
  const through = throughOf(pushed, ledger.entries.length)
  const answered: Answered = await app.call('PUT', `${org.path}/billing`, {
    body: { ...said, ...(through === undefined ? {} : { seats_through: through }) }
  })
  const [before, size] = [JSON.stringify(ledger.said), ledger.size()]
  const expected = ledger.push(said, through)
  if (JSON.stringify(ledger.said) !== before) seen.updates += 1
  if (size !== null) seen.bought += Math.max(0, (ledger.size() ?? 0) - size)
  return { said: outcome(answered), expected }
}
