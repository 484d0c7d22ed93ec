import { randomUUID } from 'node:crypto'
import type { Chance } from '../simulation/chance.js'
import type { Ask } from './load-client.js'
import type { Known, Team } from './load-teams.js'

const CHECKS = 10
const PAGE = 25
const MAILED_EVERY = 4

/** What the service has acknowledged, to be found when all is over. */
export interface Book {
  /** By idempotency key. */
  readonly spends: Map<string, { readonly id: string; readonly amount: number }>
  /** By address: the member. */
  readonly invited: Map<string, string>
}

export interface Scene {
  readonly chance: Chance
  readonly team: Team
  readonly book: Book
}

type Make = (scene: Scene) => Ask | undefined

const someone = ({ chance, team }: Scene) => {
  const person = chance.pick(team.steady)
  if (!person) throw new Error('a team without members')
  return person
}

const authorize: Make = (scene) => ({
  name: 'authorize',
  method: 'POST',
  path: `${scene.team.path}/authorize`,
  body: { user_id: someone(scene).userId, permission: 'team.view' },
  expected: 200,
  done: ({ allowed }) => (allowed === true ? undefined : 'a member may not view the team')
})

const authorizeMany: Make = (scene) => ({
  name: 'authorize many',
  method: 'POST',
  path: `${scene.team.path}/authorize`,
  body: {
    checks: Array.from({ length: CHECKS }, (_, index) => ({
      user_id: someone(scene).userId,
      permission: index % 2 === 0 ? 'team.view' : 'member.invite'
    }))
  },
  expected: 200,
  done: ({ data }) =>
    data.every(({ allowed }: { allowed: boolean }, index: number) => allowed === (index % 2 === 0))
      ? undefined
      : 'members may what they may not'
})

const read = (name: string, pathOf: (scene: Scene) => string): Make => {
  return (scene) => ({ name, method: 'GET', path: pathOf(scene), expected: 200 })
}

const list = read('list', ({ chance, team }) => {
  const search = chance.below(3) === 0 ? `&q=person%20${chance.below(60)}` : ''
  return `${team.path}/members?limit=${PAGE}${search}`
})
const get = read('get', (scene) => `${scene.team.path}/members/${someone(scene).memberId}`)
const log = read('events', ({ team }) => `${team.path}/events?limit=${PAGE}`)

const activity: Make = (scene) => ({
  name: 'activity',
  method: 'POST',
  path: `${scene.team.path}/members/${someone(scene).memberId}/activity`,
  body: {},
  expected: 200
})

const spend: Make = (scene) => {
  const key = randomUUID()
  const amount = 1 + scene.chance.below(5)
  return {
    name: 'spend',
    method: 'POST',
    path: `${scene.team.path}/credit-transfers`,
    body: { kind: 'spend', amount, member_id: someone(scene).memberId },
    key,
    expected: 201,
    done: ({ id }) => {
      scene.book.spends.set(key, { id, amount })
      return undefined
    }
  }
}

const invite: Make = ({ chance, team, book }) => {
  const key = randomUUID()
  const email = `${key}@invited.test`
  const isMailed = chance.below(MAILED_EVERY) === 0
  return {
    name: 'invite',
    method: 'POST',
    path: `${team.path}/invitations`,
    body: { invitations: [{ email, role: 'member' }], send_email: isMailed },
    key,
    expected: 201,
    done: ({ data: [item] }) => {
      if (item?.problem || !item?.invitation) return `not invited: ${JSON.stringify(item)}`
      const memberId: string = item.invitation.member_id
      book.invited.set(email, memberId)
      team.known.set(memberId, { status: 'invited', role: 'member', unknown: false })
      if (!isMailed)
        team.offers.push({ memberId, email, token: String(item.link).split('/').at(-1) ?? '' })
      return undefined
    }
  }
}

const accept: Make = ({ team }) => {
  const offer = team.offers.shift()
  if (!offer) return undefined
  const { memberId, email, token } = offer
  const known = knownOf(team, memberId)
  return {
    name: 'accept',
    method: 'POST',
    path: '/v1/invitations/accept',
    body: { token, user: { id: `u_${email}`, email, email_verified: true } },
    key: randomUUID(),
    expected: 200,
    done: () => {
      known.status = 'active'
      team.joined.push(memberId)
      return undefined
    }
  }
}

function knownOf(team: Team, memberId: string): Known {
  const known = team.known.get(memberId)
  if (!known) throw new Error(`nothing is known of ${memberId}`)
  return known
}

const remove: Make = ({ team }) => {
  const memberId = team.joined.shift()
  if (memberId === undefined) return undefined
  const known = knownOf(team, memberId)
  return {
    name: 'remove',
    method: 'DELETE',
    path: `${team.path}/members/${memberId}?confirm=true`,
    expected: 200,
    done: () => {
      known.status = 'removed'
      return undefined
    },
    refused: () => team.joined.push(memberId),
    lost: () => {
      known.unknown = true
    }
  }
}

const changeStatus: Make = ({ chance, team }) => {
  const isBack = team.suspended.length > 0 && chance.below(2) === 0
  const [from, to] = isBack ? [team.suspended, team.active] : [team.active, team.suspended]
  const memberId = from.shift()
  if (memberId === undefined) return undefined
  const known = knownOf(team, memberId)
  const verb = isBack ? 'reactivate' : 'suspend'
  return {
    name: verb,
    method: 'POST',
    path: `${team.path}/members/${memberId}/${verb}`,
    key: randomUUID(),
    expected: 200,
    done: () => {
      known.status = isBack ? 'active' : 'suspended'
      to.push(memberId)
      return undefined
    }
  }
}

const changeRole: Make = ({ team }) => {
  const memberId = team.active.shift()
  if (memberId === undefined) return undefined
  const known = knownOf(team, memberId)
  const role = known.role === 'member' ? 'admin' : 'member'
  return {
    name: 'role',
    method: 'PATCH',
    path: `${team.path}/members/${memberId}`,
    body: { role },
    expected: 200,
    done: () => {
      known.role = role
      team.active.push(memberId)
      return undefined
    },
    refused: () => team.active.push(memberId),
    lost: () => {
      known.unknown = true
    }
  }
}

/** Of a hundred requests; what has nothing to act on is a question instead. */
const MIX: readonly (readonly [weight: number, make: Make])[] = [
  [28, authorize],
  [8, authorizeMany],
  [8, list],
  [14, get],
  [14, spend],
  [8, activity],
  [5, invite],
  [4, accept],
  [3, remove],
  [4, changeStatus],
  [3, changeRole],
  [1, log]
]
const TURNS = MIX.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))

/** The next request of a service that is embedded in a product. */
export function nextAsk(chance: Chance, teams: readonly Team[], book: Book): Ask {
  const [team, make] = [chance.pick(teams), chance.pick(TURNS)]
  if (!team || !make) throw new Error('there is nobody to act for')
  const scene = { chance, team, book }
  const ask = make(scene) ?? get(scene)
  if (!ask) throw new Error('nothing to ask')
  return ask
}
