import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.js'
import { containsText } from '../../db/page.js'
import {
  type CreditAccountRow,
  type CreditRequestRow,
  creditAccounts,
  creditRequests
} from '../../db/tables/credits.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { notFound } from '../../errors.js'
import { DEPLOYMENT_ID, idToUuid } from '../../ids.js'
import { ERASED } from '../events/personal.js'
import { type EventRecord, selectEvents } from '../events/queries.js'

/** More than any person is in. */
const ROWS_MAX = 10_000

/** Everything by which a person is known here. */
export interface Person {
  readonly userId: string
  /** Also ended offers to an address of theirs. */
  readonly members: readonly MemberRow[]
  readonly invitations: readonly InvitationRow[]
  readonly emailKeys: readonly string[]
}

/**
 * Whom the host knows by this id: their memberships, and the offers to the addresses of those, and to
 * those at which they were invited.
 */
export async function findPerson(db: Db, userId: string): Promise<Person> {
  const own = await db.select().from(members).where(eq(members.userId, userId)).limit(ROWS_MAX)
  const taken = await findTaken(db, own)
  const emailKeys = [...new Set([...own, ...taken].map(({ emailKey }) => emailKey))]
  const past = await db
    .select()
    .from(members)
    .where(and(inArray(members.emailKey, emailKeys), sql`${members.userId} is null`, isOver))
    .limit(ROWS_MAX)
  const rows = [...own, ...past]
  const ids = rows.map(({ id }) => id)
  const offers = await db
    .select()
    .from(invitations)
    .where(and(inArray(invitations.memberId, ids), inArray(invitations.emailKey, emailKeys)))
    .limit(ROWS_MAX)
  return { userId, members: rows, invitations: offers, emailKeys }
}

/** The offers that they took: where the policy lets them, to another address than they came with. */
async function findTaken(db: Db, own: readonly MemberRow[]): Promise<InvitationRow[]> {
  const ids = own.map(({ id }) => id)
  const isTaken = and(inArray(invitations.memberId, ids), eq(invitations.status, 'accepted'))
  // Of those before it each is that of a holder before.
  return db
    .selectDistinctOn([invitations.memberId])
    .from(invitations)
    .where(isTaken)
    .orderBy(invitations.memberId, desc(invitations.endedAt))
    .limit(ROWS_MAX)
}

/** Nobody holds it, and nobody is offered it. */
const isOver = eq(members.status, 'removed')

/** What they have of credits, and asked for. */
export async function findCredits(
  db: Db,
  { members: rows }: Person
): Promise<{ accounts: CreditAccountRow[]; requests: CreditRequestRow[] }> {
  const ids = rows.map(({ id }) => id)
  const organizationIds = [...new Set(rows.map(({ organizationId }) => organizationId))]
  const isTheirs = (table: typeof creditAccounts | typeof creditRequests) =>
    and(inArray(table.organizationId, organizationIds), inArray(table.memberId, ids))
  const accounts = await db.select().from(creditAccounts).where(isTheirs(creditAccounts))
  const requests = await db
    .select()
    .from(creditRequests)
    .where(isTheirs(creditRequests))
    .orderBy(asc(creditRequests.id))
    .limit(ROWS_MAX)
  return { accounts, requests }
}

/** Everything that names a person: what they are called, and have been. */
export async function findNames(db: Db, person: Person): Promise<Set<string>> {
  const { userId, members, invitations } = person
  const ids = sql`any(${sql.param([userId, ...members.map(({ id }) => id)])}::text[])`
  const organizationIds = uuidsOf(person)
  const { rows: former } = await db.execute<{ name: string }>(sql`
    select p.leaves #>> '{actor_name,0}' as name
      from events e join event_personal p using (organization_id, keep_until)
      where e.organization_id = any(${organizationIds}) and p.event_id = e.id
        and (e.actor_id = ${ids} or p.leaves #>> '{actor_id,0}' = ${userId})
    union
    select former.name
      from events e join event_personal p using (organization_id, keep_until),
        jsonb_array_elements_text(p.leaves #> '{changes.name,0}') as former(name)
      where e.organization_id = any(${organizationIds}) and p.event_id = e.id
        and e.subject_id = ${ids} and jsonb_typeof(p.leaves #> '{changes.name,0}') = 'array'`)
  const texts = [...members, ...invitations].flatMap(({ email, emailKey, name }) => [
    email,
    emailKey,
    name
  ])
  return new Set([userId, ...texts, ...former.map(({ name }) => name)].filter(isText))
}

const uuidsOf = ({ members }: Person) => {
  const ids = [...new Set(members.map(({ organizationId }) => organizationId))]
  return sql`${sql.param(ids.map((id) => idToUuid('org', id)))}::uuid[]`
}

const isText = (text: string | null): text is string => text !== null && text !== ERASED

/**
 * Events that name the person, or are their doing, in the organizations in which they were; and of
 * the deployment itself, such as that nothing is sent to their address. Newest first, or those after
 * a position.
 */
export async function findEvents(
  db: Db,
  person: Person,
  { limit, after }: { readonly limit: number; readonly after?: number }
): Promise<EventRecord[]> {
  const organizationIds = [...new Set(person.members.map(({ organizationId }) => organizationId))]
  const uuids = [...organizationIds, DEPLOYMENT_ID].map((id) => idToUuid('org', id))
  const ids = sql`any(${sql.param(person.members.map(({ id }) => id))}::text[])`
  const named = [person.userId, ...person.emailKeys, ...emailsOf(person)].map(isNamed)
  const where = sql`e.organization_id = any(${sql.param(uuids)}::uuid[])
    and e.position > ${after ?? 0}
    and (e.actor_id = ${ids} or e.subject_id = ${ids}
      or e.data->>'member_id' = ${ids} or ${sql.join(named, sql` or `)})`
  return selectEvents(db, { where, order: after === undefined ? 'desc' : 'asc', limit })
}

const emailsOf = ({ members, invitations }: Person) => [
  ...new Set([...members, ...invitations].map(({ email }) => email))
]

/** As a whole JSON string: a name within another is another's. */
const isNamed = (text: string): SQL =>
  sql`p.leaves::text like ${containsText(JSON.stringify(text))}`

/**
 * The person as they are once nobody can join or leave their organizations any more, which are locked
 * in one order. An organization that they joined meanwhile is not among them.
 *
 * @throws Problem not_found
 */
export async function lockPerson(
  tx: Tx,
  userId: string
): Promise<{ readonly person: Person; readonly organizationIds: readonly string[] }> {
  const known = await findPerson(tx, userId)
  if (known.members.length === 0) throw notFound()
  const organizationIds = [...new Set(known.members.map((row) => row.organizationId))]
  const uuids = organizationIds.map((id) => idToUuid('org', id))
  await tx.execute(sql`
    select id from organizations where id = any(${sql.param(uuids)}::uuid[])
    order by id for no key update`)
  return { person: await findPerson(tx, userId), organizationIds }
}
