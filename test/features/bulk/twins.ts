import { sql } from 'drizzle-orm'
import { idToUuid, uuidToId } from '../../../src/ids.js'
import { DAY_MS, START, type TestApp } from '../../helpers/app.js'

/** A person as the team is made of: the same in both teams. */
export interface Person {
  readonly role: number
  readonly state: 'active' | 'suspended' | 'invited' | 'lapsed' | 'removed' | 'reassigned'
  readonly resources: readonly number[]
  readonly isGrouped: boolean
}

export interface Twin {
  readonly id: string
  readonly path: string
  /** The owner first. */
  readonly memberIds: readonly string[]
  readonly resourceIds: readonly string[]
  readonly groupId: string
  /** Of the policy. */
  readonly roles: readonly string[]
}

const TABLES = [
  'members',
  'invitations',
  'group_members',
  'resources',
  'resource_grants',
  'resource_owners',
  'billing_entries',
  'credit_accounts'
]
/** What is drawn anew each time; and which of the entries of one call was booked first. */
const RANDOM = ['secret_id', 'number', 'request_id']
/** Of each seat one by one, of many at once: together they come to the same. */
const SEAT_SUMS = ['seats.released', 'seats.purchased']

type Deps = TestApp['deps']
const NAMED = { mem: 'email', inv: "email || ' ' || kind", res: 'external_id', grp: 'name' }
const TABLE_OF = { mem: 'members', inv: 'invitations', res: 'resources', grp: 'groups' }

/** What each is called in both teams, by its id as the wire and as the database has it. */
async function namesOf(deps: Deps, twin: Twin): Promise<ReadonlyMap<string, string>> {
  const organization = idToUuid('org', twin.id)
  const names = new Map([twin.id, organization].map((id) => [id, 'the organization']))
  for (const prefix of ['mem', 'inv', 'res', 'grp'] as const) {
    const { rows } = await deps.db.execute<{ id: string; name: string }>(
      sql.raw(`select id::text, ${NAMED[prefix]} as name from ${TABLE_OF[prefix]}
        where organization_id = '${organization}'`)
    )
    for (const { id, name } of rows) {
      names.set(id, `${prefix} ${name}`)
      names.set(uuidToId(prefix, id), `${prefix} ${name}`)
    }
  }
  return names
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z]{3}_[0-9a-z]{26}/g

/** Everything of one team, in words that are the same for its twin. */
export async function toldOf({ deps }: TestApp, twin: Twin, since: number) {
  const uuid = idToUuid('org', twin.id)
  const names = await namesOf(deps, twin)
  const neutral = (text: string) => text.replaceAll(ID, (one) => names.get(one) ?? 'some')
  const state: Record<string, string[]> = {}
  for (const table of TABLES) {
    const { rows } = await deps.db.execute<{ row: string }>(
      sql.raw(`select (to_jsonb(t) - array['${RANDOM.join("', '")}'])::text as row
        from ${table} t where organization_id = '${uuid}'`)
    )
    state[table] = rows.map(({ row }) => neutral(row)).sort()
  }
  const { rows } = await deps.db.execute<{ row: string }>(sql`
    select jsonb_build_array(billing_number, credit_balance, seats)::text as row
    from organizations where id = ${uuid}`)
  state['organization'] = rows.map(({ row }) => row)
  return { state, ...(await eventsOf(deps, uuid, { neutral, since })) }
}

interface Telling {
  readonly neutral: (text: string) => string
  readonly since: number
}

/** Type, subject and changes of each, however they come; of seats what they come to. */
async function eventsOf(deps: Deps, uuid: string, { neutral, since }: Telling) {
  const { rows } = await deps.db.execute<{ type: string; told: string; quantity: number }>(sql`
    select type, jsonb_build_array(type, subject_type, subject_id, changes)::text as told,
      coalesce((data ->> 'quantity')::int, 0) as quantity
    from events where organization_id = ${uuid} and position > ${since}`)
  const sums = SEAT_SUMS.map((type) => {
    const quantities = rows.filter((row) => row.type === type).map(({ quantity }) => quantity)
    return [type, quantities.reduce((sum, one) => sum + one, 0)]
  })
  const events = rows
    .filter(({ type }) => !SEAT_SUMS.includes(type))
    .map(({ told }) => neutral(told))
    .sort()
  return { sums, events }
}

/** The last event of all so far. */
export async function lastPosition({ deps }: TestApp): Promise<number> {
  const { rows } = await deps.db.execute<{ last: number }>(sql`
    select coalesce(max(position), 0)::int as last from events`)
  return rows[0]?.last ?? 0
}

const LATER = new Date(START.getTime() + 40 * DAY_MS)
const JANUARY = { starts_on: '2030-01-01', ends_on: '2030-12-31' }
const RESOURCES = ['r0', 'r1', 'r2']

/** Twice the same people make twins: same names, roles, states and things. */
export async function makeTwin(
  app: TestApp,
  policy: string,
  people: readonly Person[]
): Promise<Twin> {
  const { call, clock } = app
  clock.now = START
  const { body } = await call('POST', '/v1/organizations', {
    body: {
      name: 'Acme',
      policy,
      owner: { user_id: 'u_olga', email: 'olga@twins.test', name: 'Olga' },
      billing: {
        entitlements: ['team', 'custom_roles'],
        seats: people.length,
        ...{ currency: 'USD', prices: { seat: 3_100, resource: 310 }, period: JANUARY }
      }
    }
  })
  const path = `/v1/organizations/${String(body.id)}`
  const group = await call('POST', `${path}/groups`, {
    body: { name: 'Design', external_id: 'design' }
  })
  const { document } = (await call('GET', `/v1/policies/${policy}`)).body
  const roles: string[] = document.roles.map(({ key }: { key: string }) => key)
  const [kind] = document.resources?.kinds ?? []
  const resourceIds: string[] = []
  for (const external_id of kind ? RESOURCES : []) {
    const made = await call('POST', `${path}/resources`, { body: { kind: kind.key, external_id } })
    resourceIds.push(made.body.id)
  }
  const ids: string[] = []
  for (const [index, person] of people.entries()) {
    const id = await join(app, path, { person, index, role: roles[person.role % roles.length] })
    if (id !== undefined) ids.push(id)
  }
  clock.now = LATER
  for (const [index, id] of ids.entries()) await become(app, `${path}/members/${id}`, people[index])
  const owner = (await call('GET', `${path}/members?user_id=u_olga`)).body.data[0].id as string
  const memberIds = [owner, ...ids]
  return {
    id: body.id as string,
    path,
    memberIds,
    resourceIds,
    groupId: group.body.id as string,
    roles
  }
}

interface Joining {
  readonly person: Person
  readonly index: number
  readonly role: string | undefined
}

const isOffered = ({ state }: Person) => state === 'invited' || state === 'lapsed'

/** Undefined where the policy does not let them in. */
async function join(app: TestApp, path: string, joining: Joining): Promise<string | undefined> {
  const { person, index } = joining
  const ids = person.resources.map((one) => RESOURCES[one] ?? '')
  const resources = ids.length === 0 ? {} : { resources: { choice: 'existing', ids } }
  const seat = { email: `m${index}@twins.test`, role: joining.role, ...resources }
  if (isOffered(person)) return invite(app, path, person, seat)
  const groups = person.isGrouped ? { groups: ['design'] } : {}
  const members = [{ user_id: `u_${index}`, ...seat, ...groups }]
  const { body } = await app.call('POST', `${path}/members?confirm=true`, { body: { members } })
  return body.data?.[0]?.member?.id as string | undefined
}

async function invite(
  { call, clock }: TestApp,
  path: string,
  { state }: Person,
  invitation: object
): Promise<string | undefined> {
  clock.now = state === 'invited' ? LATER : START
  const body = { invitations: [invitation], send_email: false }
  const answer = await call('POST', `${path}/invitations?confirm=true`, { body })
  clock.now = START
  return answer.body.data?.[0]?.invitation?.member_id as string | undefined
}

/** What has become of them since. */
async function become({ call }: TestApp, at: string, person: Person | undefined): Promise<void> {
  if (person?.state === 'suspended') await call('POST', `${at}/suspend?confirm=true`)
  if (person?.state === 'removed') await call('DELETE', `${at}?confirm=true`)
  if (person?.state === 'reassigned') {
    const email = `heir-${person.role}@twins.test`
    await call('POST', `${at}/reassign?confirm=true`, { body: { email, send_email: false } })
  }
}
