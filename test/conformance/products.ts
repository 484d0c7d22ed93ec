import type { Test } from 'tap'
import { type Answer, type CallOptions, createTestApp, type TestOptions } from '../helpers/app.js'

export type Product = 'oupi' | 'openphone' | 'surveymonkey' | 'respondio' | 'ampliphi'
const PRODUCTS: readonly Product[] = ['oupi', 'openphone', 'surveymonkey', 'respondio', 'ampliphi']

/** Somebody of a team, and how to call on their behalf. */
export interface Person {
  readonly id: string
  readonly userId: string
  readonly email: string
  readonly as: string
}

/** A team under a product's policy: its creator, and one active member of every other role. */
export interface Team {
  readonly id: string
  readonly path: string
  readonly creator: Person
  /** By role, the creator's included. */
  person(role: string): Person
  /** Another active member. */
  add(role: string): Promise<Person>
  /** On behalf of the holder of a role, or of somebody, from the web unless said otherwise. */
  call(by: string | Person, method: string, path: string, options?: CallOptions): Promise<Answer>
  /** `{allowed, code}` of one check. */
  authorize(who: string | Person, permission: string, fields?: object): Promise<Answer['body']>
  /** The member as the host sees it. */
  read(person: Person | string): Promise<Answer['body']>
  /** Events of this type, newest first. */
  events(type: string): Promise<Answer['body'][]>
}

/**
 * One server in which every product has an organization, so that each rule is proven beside the
 * other four policies. `team` makes further ones.
 */
export async function createProducts(t: Test, options: TestOptions = {}) {
  const app = await createTestApp(t, options)
  const teams = new Map<Product, Team>()
  for (const product of PRODUCTS) teams.set(product, await createTeam(app, product))
  const team = (product: Product, fields: Record<string, unknown> = {}) =>
    createTeam(app, product, fields)
  const of = (product: Product) => {
    const found = teams.get(product)
    if (!found) throw new Error('every product has one')
    return found
  }
  return { ...app, team, of }
}

/** What each product sells its teams: OUPI and SurveyMonkey sell the team itself. */
const BILLING: Readonly<Record<Product, object>> = {
  oupi: { entitlements: ['team', 'custom_roles', 'groups'], seats: 50 },
  openphone: {},
  surveymonkey: { entitlements: ['team'] },
  respondio: {},
  ampliphi: {}
}

type TestApp = Awaited<ReturnType<typeof createTestApp>>

async function createTeam(
  app: TestApp,
  product: Product,
  fields: Record<string, unknown> = {}
): Promise<Team> {
  const { call, unique } = app
  const { id, path, owner, as } = await app.organization({
    policy: product,
    billing: BILLING[product],
    ...fields
  })
  const add = async (role: string): Promise<Person> => {
    const userId = unique('u')
    const email = `${userId}@${product}.test`
    const { body } = await call('POST', `${path}/members?confirm=true`, {
      body: { members: [{ user_id: userId, email, name: `Name of ${userId}`, role }] }
    })
    const [item] = body.data
    if (item?.status !== 'created') throw new Error(`not added: ${JSON.stringify(body)}`)
    return { id: item.member.id, userId, email, as: `user:${userId}` }
  }
  const { body: roles } = await call('GET', `${path}/roles`)
  const { body: list } = await call('GET', `${path}/members`)
  const [first] = list.data
  const creator = { id: first.id, userId: owner.user_id, email: owner.email, as }
  const people = new Map<string, Person>([[first.role, creator]])
  for (const { key } of roles.data) {
    if (!people.has(key)) people.set(key, await add(key))
  }
  const person = (role: string) => {
    const found = people.get(role)
    if (!found) throw new Error(`nobody has the role ${role}`)
    return found
  }
  const whoIs = (who: string | Person) => (typeof who === 'string' ? person(who) : who)
  return {
    id,
    path,
    creator,
    person,
    add,
    call: (by, method, rest, options = {}) =>
      call(method, `${path}${rest}`, {
        actor: whoIs(by).as,
        ...options,
        headers: { 'muster-channel': 'web', ...options.headers }
      }),
    authorize: async (who, permission, more = {}) => {
      const { body } = await call('POST', `${path}/authorize`, {
        body: { user_id: whoIs(who).userId, permission, ...more }
      })
      return body
    },
    read: async (who) => {
      const { body } = await call('GET', `${path}/members/${whoIs(who).id}`)
      return body
    },
    events: async (type) => {
      const { body } = await call('GET', `${path}/events?type=${type}&limit=100`)
      return body.data
    }
  }
}

/** Which of the roles may do it, as `authorize` tells of an active holder of each. */
export async function whoMay(
  team: Team,
  roles: readonly string[],
  permission: string
): Promise<string[]> {
  const allowed = await Promise.all(
    roles.map(async (role) => ((await team.authorize(role, permission)).allowed ? [role] : []))
  )
  return allowed.flat()
}
