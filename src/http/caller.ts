import { coalesce } from '../coalesce.js'
import { isAway } from '../db/away.js'
import type { Statement } from '../db/statement.js'
import type { Deps } from '../deps.js'
import { idToUuid, uuidToId } from '../ids.js'
import { organizationStatusAt, type Standing } from '../standing.js'
import { currentSpan, type Span, tracedForAll } from '../telemetry/tracing.js'

/** What a request says of its caller, all of it unproven. */
export interface CallerQuestion {
  /** Undefined: the caller proves itself without one. */
  readonly keyId: string | undefined
  readonly organizationId: string | undefined
  readonly actor: ActorName | undefined
  /** Whom the request asks about. */
  readonly subject?: ActorName | undefined
}

/** `Muster-Actor: user:<user_id>` or `member:<member_id>`. */
export type ActorName =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'member'; readonly memberId: string }

/** What the database knows of it at this moment. */
export interface CallerFacts {
  readonly key: KeyFacts | undefined
  readonly organization: OrganizationFacts | undefined
  readonly member: MemberFacts | undefined
  readonly subject: MemberFacts | undefined
}

export interface KeyFacts {
  readonly id: string
  readonly name: string
  readonly secretHash: Buffer
  /** The secret before the last rotation; null: there is none. */
  readonly previousSecretHash: Buffer | null
  readonly previousSecretEndsAt: Date | null
  readonly scopes: readonly string[]
  readonly organizationIds: readonly string[] | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  /** Requests a minute; null: what the deployment allows. */
  readonly rateLimit: number | null
}

export interface OrganizationFacts {
  readonly policyKey: string
  readonly policyVersion: number
  /** The organization's own roles as JSON text; null: it has none. */
  readonly customRoles: string | null
  /** As of the instant of the question. */
  readonly standing: Standing
}

export interface MemberFacts {
  readonly id: string
  /** Null: of whom no user id is known yet. */
  readonly userId: string | null
  readonly name: string | null
  readonly role: string
  /** As of the instant of the question. */
  readonly status: string
}

/**
 * Each thing that some request asks for is looked up once, and all of it is told as one value; each
 * row by its place in the list that it was asked for in.
 */
const FIND_CALLERS: Statement = {
  name: 'find_callers',
  text: `
    select json_build_object(
      'keys', (
        select json_agg(json_build_object('place', asked.place - 1, 'id', k.id, 'name', k.name,
          'secret_hash', encode(k.secret_hash, 'hex'), 'scopes', k.scopes,
          'organization_ids', k.organization_ids, 'expires_at', k.expires_at,
          'revoked_at', k.revoked_at, 'rate_limit', k.rate_limit,
          'previous_secret_hash', encode(k.previous_secret_hash, 'hex'),
          'previous_secret_ends_at', k.previous_secret_ends_at))
        from json_array_elements_text($1::json) with ordinality asked(id, place)
        join api_keys k on k.id = asked.id::uuid),
      'organizations', (
        select json_agg(json_build_object('place', asked.place - 1, 'policy_key', o.policy_key,
          'status', o.status, 'flag_at', o.flag_at, 'delete_at', o.delete_at,
          'entitlements', o.entitlements, 'billing_status', o.billing_status,
          'policy_version', (
            select p.version from policies p where p.key = o.policy_key
            order by p.version desc limit 1),
          'custom_roles', (
            select json_agg(
              json_build_object('key', c.key, 'label', c.label, 'permissions', c.permissions)
              order by c.key)::text
            from custom_roles c where c.organization_id = o.id)))
        from json_array_elements_text($2::json) with ordinality asked(id, place)
        join organizations o on o.id = asked.id::uuid),
      'members', (
        select json_agg(json_build_object('place', asked.place, 'id', m.id, 'name', m.name,
          'user_id', m.user_id, 'role', m.role,
          'status', member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, $4)))
        from json_to_recordset($3::json)
          as asked(place integer, organization_id uuid, user_id text, member_id uuid)
        join lateral (
          select * from members
          where organization_id = asked.organization_id and status <> 'removed'
            and (user_id = asked.user_id or id = asked.member_id)
          limit 1) m on true)
    )::text as found`
}

interface Found {
  readonly keys: readonly KeyRow[] | null
  readonly organizations: readonly OrganizationRow[] | null
  readonly members: readonly MemberRow[] | null
}

interface KeyRow {
  readonly place: number
  readonly id: string
  readonly name: string
  readonly secret_hash: string
  readonly scopes: string[]
  readonly organization_ids: string[] | null
  readonly expires_at: string | null
  readonly revoked_at: string | null
  readonly rate_limit: number | null
  readonly previous_secret_hash: string | null
  readonly previous_secret_ends_at: string | null
}

interface OrganizationRow {
  readonly place: number
  readonly policy_key: string
  readonly policy_version: number
  readonly custom_roles: string | null
  readonly status: Standing['status']
  readonly flag_at: string | null
  readonly delete_at: string | null
  readonly entitlements: string[]
  readonly billing_status: Standing['billingStatus']
}

interface MemberRow {
  readonly place: number
  readonly id: string
  readonly user_id: string | null
  readonly name: string | null
  readonly role: string
  readonly status: string
}

/** Questions of one statement, and statements at a time. */
const BATCH = { max: 200, lanes: 2, failsAll: isAway }

/**
 * Looks up key, organization, acting member and whom it is asked about. Requests that wait at the
 * same moment share one statement; none is answered from what was read before it arrived.
 */
export function createFindCaller(deps: Deps): (question: CallerQuestion) => Promise<CallerFacts> {
  const { db, tracing } = deps
  const find = coalesce<Asked, CallerFacts>(async (asked) => {
    const { keys, organizations, members, places } = collect(asked.map(([question]) => question))
    const now = deps.now()
    const values = [...[keys, organizations, members].map((list) => JSON.stringify(list)), now]
    const shared = { name: 'find callers', spans: asked.map(([, span]) => span) }
    const [row] = await tracedForAll(tracing, shared, () =>
      db.run<{ found: string }>(FIND_CALLERS, values)
    )
    if (!row) throw new Error('a select without from answers with one row')
    return answer(places, JSON.parse(row.found) as Found, now)
  }, BATCH)
  return (question) => find([question, tracing && currentSpan()])
}

/** A question, and the request that asks it where it is traced. */
type Asked = readonly [CallerQuestion, Span | undefined]

interface AskedMember {
  readonly place: number
  readonly organization_id: string
  readonly user_id: string | null
  readonly member_id: string | null
}

/** Where in the lists that are asked for a question has its own. */
interface Places {
  readonly key: number | undefined
  readonly organization: number | undefined
  readonly member: number | undefined
  readonly subject: number | undefined
}

/** What many ask for is asked for once. */
function collect(questions: readonly CallerQuestion[]) {
  const keys = newList<string>()
  const organizations = newList<string>()
  const members = newList<AskedMember>()
  const placeOf = (organization: number, person: ActorName | undefined) =>
    person &&
    members.placeOf(nameOf(organization, person), (place) => ({
      place,
      organization_id: organizations.values[organization] ?? '',
      user_id: person.kind === 'user' ? person.userId : null,
      member_id: person.kind === 'member' ? idToUuid('mem', person.memberId) : null
    }))
  const places = questions.map(({ keyId, organizationId: id, actor, subject }): Places => {
    const key = keyId === undefined ? undefined : keys.placeOf(keyId, () => idToUuid('key', keyId))
    if (id === undefined) {
      return { key, organization: undefined, member: undefined, subject: undefined }
    }
    const organization = organizations.placeOf(id, () => idToUuid('org', id))
    const member = placeOf(organization, actor)
    return { key, organization, member, subject: placeOf(organization, subject) }
  })
  return { keys: keys.values, organizations: organizations.values, members: members.values, places }
}

/** Values in the order in which they were first named. */
function newList<T>() {
  const places = new Map<string, number>()
  const values: T[] = []
  return {
    values,
    placeOf(name: string, make: (place: number) => T): number {
      const known = places.get(name)
      if (known !== undefined) return known
      const place = values.length
      values.push(make(place))
      places.set(name, place)
      return place
    }
  }
}

const nameOf = (organization: number, person: ActorName) =>
  person.kind === 'user'
    ? `${organization} user ${person.userId}`
    : `${organization} ${person.memberId}`

function answer(places: readonly Places[], found: Found, now: Date): CallerFacts[] {
  const keys = byPlace(found.keys, toKey)
  const organizations = byPlace(found.organizations, (row) => toOrganization(row, now))
  const members = byPlace(found.members, toMember)
  const at = <T>(values: readonly T[], place: number | undefined) =>
    place === undefined ? undefined : values[place]
  return places.map(({ key, organization, member, subject }) => ({
    key: at(keys, key),
    organization: at(organizations, organization),
    member: at(members, member),
    subject: at(members, subject)
  }))
}

function byPlace<Row extends { readonly place: number }, T>(
  rows: readonly Row[] | null,
  read: (row: Row) => T
): T[] {
  const values: T[] = []
  for (const row of rows ?? []) values[row.place] = read(row)
  return values
}

const toDate = (text: string | null) => (text === null ? null : new Date(text))

const toKey = (row: KeyRow): KeyFacts => ({
  id: uuidToId('key', row.id),
  name: row.name,
  secretHash: Buffer.from(row.secret_hash, 'hex'),
  scopes: row.scopes,
  organizationIds: row.organization_ids?.map((uuid) => uuidToId('org', uuid)) ?? null,
  expiresAt: toDate(row.expires_at),
  revokedAt: toDate(row.revoked_at),
  rateLimit: row.rate_limit,
  previousSecretHash:
    row.previous_secret_hash === null ? null : Buffer.from(row.previous_secret_hash, 'hex'),
  previousSecretEndsAt: toDate(row.previous_secret_ends_at)
})

const toOrganization = (row: OrganizationRow, now: Date): OrganizationFacts => ({
  policyKey: row.policy_key,
  policyVersion: row.policy_version,
  customRoles: row.custom_roles,
  standing: {
    status: organizationStatusAt(
      { status: row.status, flagAt: toDate(row.flag_at), deleteAt: toDate(row.delete_at) },
      now
    ),
    entitlements: row.entitlements,
    billingStatus: row.billing_status
  }
})

const toMember = (row: MemberRow): MemberFacts => ({
  id: uuidToId('mem', row.id),
  userId: row.user_id,
  name: row.name,
  role: row.role,
  status: row.status
})
