import { PRESETS } from '../../src/policy/presets.js'
import { type Client, TIMEOUT_MS } from './load-client.js'

const TEAMS = 20
/** Of each team: who is only asked about, and who is suspended and given roles. */
const [STEADY, CHANGED] = [60, 40]
const CREDITS = 1_000_000_000
const POLICY = 'load'

export interface Person {
  readonly memberId: string
  readonly userId: string
}

/** What was acknowledged of a member last; `unknown`: an answer got lost, so it may be otherwise. */
export interface Known {
  status: string
  role: string
  unknown: boolean
}

export interface Team {
  readonly id: string
  readonly path: string
  readonly steady: readonly Person[]
  /** Who has nothing under way, by what can be done next. */
  readonly active: string[]
  readonly suspended: string[]
  readonly joined: string[]
  readonly offers: Offer[]
  readonly known: Map<string, Known>
}

export interface Offer {
  readonly memberId: string
  readonly email: string
  readonly token: string
}

/** What a command of the preparations answers; nothing may go wrong there. */
async function must(client: Client, path: string, body: object, method: 'POST' | 'PUT' = 'POST') {
  const expected = { POST: 201, PUT: 200 }[method]
  const end = performance.now() + TIMEOUT_MS
  for (;;) {
    const ask = { name: path, method: method as 'POST', path, body, expected }
    const { outcome, why, body: answer } = await client(ask)
    if (outcome === 'done') return answer
    if (performance.now() > end) throw new Error(why)
  }
}

/** Teams that have members, credits and room; all of one policy. */
export async function createTeams(client: Client): Promise<readonly Team[]> {
  const document = {
    ...PRESETS.get('standard'),
    key: POLICY,
    credits: { kind: 'pool', modes: ['shared_pool'] }
  }
  await must(client, `/v1/policies/${POLICY}`, { document }, 'PUT')
  const teams: Team[] = []
  for (let number = 0; number < TEAMS; number += 1) teams.push(await createTeam(client, number))
  return teams
}

async function createTeam(client: Client, number: number): Promise<Team> {
  const user = (name: string) => ({ user_id: `u_${number}_${name}`, email: emailOf(number, name) })
  const organization = await must(client, '/v1/organizations', {
    name: `Team ${number}`,
    owner: { ...user('owner'), name: 'Olga' },
    policy: POLICY,
    billing: { seats: 100_000 }
  })
  const path = `/v1/organizations/${organization.id}`
  const members = Array.from({ length: STEADY + CHANGED }, (_, index) => ({
    ...user(`m${index}`),
    name: `Person ${index}`
  }))
  const { data } = await must(client, `${path}/members`, { members })
  const ids: string[] = data.map(({ member }: { member: { id: string } }) => member.id)
  await must(client, `${path}/credit-transfers`, { kind: 'top_up', amount: CREDITS })
  const active = ids.slice(STEADY)
  return {
    id: organization.id,
    path,
    steady: members.slice(0, STEADY).map(({ user_id }, index) => ({
      userId: user_id,
      memberId: ids[index] ?? ''
    })),
    active,
    suspended: [],
    joined: [],
    offers: [],
    known: new Map(active.map((id) => [id, { status: 'active', role: 'member', unknown: false }]))
  }
}

const emailOf = (team: number, name: string) => `${name}@team-${team}.test`
