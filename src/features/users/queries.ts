import { and, asc, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { containsText } from '../../db/page.js'
import {
  type CreditAccountRow,
  type CreditRequestRow,
  type CreditTransferRow,
  creditAccounts,
  creditRequests,
  creditTransfers
} from '../../db/tables/credits.js'
import { DEPLOYMENT_ID, idToUuid } from '../../ids.js'
import { ERASED } from '../events/personal.js'
import { type EventRecord, selectEvents } from '../events/queries.js'
import { organizationIdsOf, type Person } from './find-person.js'
import { tenuresSql } from './tenures.js'

/** More than any person has. */
const ROWS_MAX = 10_000

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

export type TransferRow = Pick<
  CreditTransferRow,
  'organizationId' | 'id' | 'kind' | 'amount' | 'reference' | 'reason' | 'metadata' | 'createdAt'
>

/** What was moved for them, or by them to others, and the words for it; newest first. */
export async function findTransfers(db: Db, { tenures }: Person): Promise<TransferRow[]> {
  const { organizationId, id, kind, amount, reference, reason, metadata, createdAt } =
    creditTransfers
  const { memberId, fromId } = creditTransfers
  const organizationIds = [...new Set(tenures.map((tenure) => tenure.organizationId))]
  const ids = [...new Set(tenures.map((tenure) => tenure.memberId))]
  const isOfSeat = or(inArray(memberId, ids), and(eq(kind, 'move'), inArray(fromId, ids)))
  const isTheirs = sql`exists (select from ${tenuresSql(tenures)}
    where tenure.id in (${memberId}, ${fromId}) and tenure.organization_id = ${organizationId}
      and ${createdAt} >= tenure.since and ${createdAt} < tenure.until)`
  return db
    .select({ organizationId, id, kind, amount, reference, reason, metadata, createdAt })
    .from(creditTransfers)
    .where(and(inArray(organizationId, organizationIds), isOfSeat, isTheirs))
    .orderBy(desc(id))
    .limit(ROWS_MAX)
}

/** Everything that names a person: what they are called, and have been, and what they look like. */
export async function findNames(db: Db, person: Person): Promise<Set<string>> {
  const { userId, members, former, invitations, emailKeys } = person
  const places = sql`${sql.param(organizationIdsOf(person).map((id) => idToUuid('org', id)))}::uuid[]`
  const { rows: told } = await db.execute<{ name: string }>(sql`
    select p.leaves #>> '{actor_name,0}' as name
      from events e join event_personal p using (organization_id, keep_until)
      where e.organization_id = any(${places}) and p.event_id = e.id
        and (p.leaves #>> '{actor_id,0}' = ${userId} or exists (
          select from ${tenuresSql(person.tenures)} where tenure.member_id = e.actor_id
            and e.occurred_at >= tenure.since and e.occurred_at < tenure.until))
    union
    select changed.value
      from events e join event_personal p using (organization_id, keep_until)
      cross join lateral (values ('changes.name'), ('changes.avatar_url')) field(path)
      cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(p.leaves -> path -> 0) when 'array' then p.leaves -> path -> 0 end
      ) with ordinality changed(value, place)
      where e.organization_id = any(${places}) and p.event_id = e.id
        and exists (select from ${tenuresSql(person.tenures)} where tenure.member_id = e.subject_id
          and case place when 1 then e.occurred_at > tenure.since and e.occurred_at <= tenure.until
            else e.occurred_at >= tenure.since and e.occurred_at < tenure.until end)`)
  const texts = [...members, ...former, ...invitations].flatMap(({ email, emailKey, name }) => [
    email,
    emailKey,
    name
  ])
  const pictures = [...members, ...former].map(({ avatarUrl }) => avatarUrl)
  const names = [userId, ...emailKeys, ...texts, ...pictures, ...told.map(({ name }) => name)]
  return new Set(names.filter(isText))
}

const isText = (text: string | null): text is string => text !== null && text !== ERASED

/** The addresses of theirs, as they were written and as they are compared, but those of others. */
export function addressesOf({ members, former, invitations, emailKeys, othersKeys }: Person) {
  const isTheirs = (key: string) => key !== ERASED && !othersKeys.includes(key)
  const rows = [...members, ...former, ...invitations].filter(({ emailKey }) => isTheirs(emailKey))
  return [...new Set([...emailKeys.filter(isTheirs), ...rows.map(({ email }) => email)])]
}

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
  const uuids = [...organizationIdsOf(person), DEPLOYMENT_ID].map((id) => idToUuid('org', id))
  const named = [person.userId, ...addressesOf(person)].map(isNamed)
  const where = sql`e.organization_id = any(${sql.param(uuids)}::uuid[])
    and e.position > ${after ?? 0}
    and (exists (select from ${tenuresSql(person.tenures)}
        where tenure.member_id in (e.actor_id, e.subject_id, e.data ->> 'member_id',
            e.data ->> 'from_member_id')
          and e.occurred_at >= tenure.since and e.occurred_at < tenure.until)
      or ${sql.join(named, sql` or `)})`
  return selectEvents(db, { where, order: after === undefined ? 'desc' : 'asc', limit })
}

/** As a whole JSON string: a name within another is another's. */
const isNamed = (text: string): SQL =>
  sql`p.leaves::text like ${containsText(JSON.stringify(text))}`
