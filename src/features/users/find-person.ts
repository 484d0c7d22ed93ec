import { and, asc, desc, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.js'
import { type FormerIdentity, formerIdentities } from '../../db/tables/former-identities.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { type Tenure, tenuresOf } from './tenures.js'

/** More than any person is in. */
const ROWS_MAX = 10_000

/** Everything by which a person is known here. */
export interface Person {
  readonly userId: string
  /** Also ended offers to an address of theirs, and what ended and bears their name no more. */
  readonly members: readonly MemberRow[]
  /** By what they were known on these, and on seats that are another's by now. */
  readonly former: readonly FormerIdentity[]
  /** When which seat was theirs. */
  readonly tenures: readonly Tenure[]
  readonly invitations: readonly InvitationRow[]
  readonly emailKeys: readonly string[]
  /** Those of them that somebody else has by now. */
  readonly othersKeys: readonly string[]
}

/**
 * Whom the host knows by this id: their memberships, those that no longer say so, and the offers to
 * the addresses of those, and to those at which they were invited.
 */
export async function findPerson(db: Db, userId: string): Promise<Person> {
  const own = await db.select().from(members).where(eq(members.userId, userId)).limit(ROWS_MAX)
  const former = await db
    .select()
    .from(formerIdentities)
    .where(eq(formerIdentities.userId, userId))
    .limit(ROWS_MAX)
  const taken = await findTaken(db, own, former)
  const emailKeys = [...new Set([...own, ...former, ...taken].map((row) => row.emailKey))]
  const rows = [...own, ...(await findPast(db, emailKeys))]
  const seats = seatsOf(rows, former)
  return {
    userId,
    members: rows,
    former,
    tenures: tenuresOf({ userId, members: rows }, await findIdentities(db, seats)),
    invitations: await findOffers(db, seats, emailKeys),
    emailKeys,
    othersKeys: await findOthersKeys(db, { userId, seats, emailKeys })
  }
}

/** The offers that they took: where the policy lets them, to another address than they came with. */
async function findTaken(
  db: Db,
  own: readonly MemberRow[],
  former: readonly FormerIdentity[]
): Promise<InvitationRow[]> {
  const accepted = await db
    .select()
    .from(invitations)
    .where(and(isOf(invitations, seatsOf(own, former)), eq(invitations.status, 'accepted')))
    .orderBy(desc(invitations.endedAt))
    .limit(ROWS_MAX)
  const isTheirs = ({ memberId, endedAt }: InvitationRow) =>
    former.some(
      (was) => was.memberId === memberId && was.joinedAt?.getTime() === endedAt?.getTime()
    )
  // Of those before the last each is that of a holder before.
  const last = own.flatMap(({ id }) => accepted.find(({ memberId }) => memberId === id) ?? [])
  return [...last, ...accepted.filter(isTheirs)]
}

/** Nobody holds these, and nobody is offered them. */
const findPast = (db: Db, emailKeys: readonly string[]): Promise<MemberRow[]> =>
  db
    .select()
    .from(members)
    .where(
      and(
        inArray(members.emailKey, [...emailKeys]),
        isNull(members.userId),
        eq(members.status, 'removed')
      )
    )
    .limit(ROWS_MAX)

/** Whosever, in the order in which they were left. */
const findIdentities = (db: Db, seats: Seats): Promise<FormerIdentity[]> =>
  db
    .select()
    .from(formerIdentities)
    .where(isOf(formerIdentities, seats))
    .orderBy(asc(formerIdentities.memberId), asc(formerIdentities.number))
    .limit(ROWS_MAX)

const findOffers = (db: Db, seats: Seats, emailKeys: readonly string[]): Promise<InvitationRow[]> =>
  db
    .select()
    .from(invitations)
    .where(and(isOf(invitations, seats), inArray(invitations.emailKey, [...emailKeys])))
    .limit(ROWS_MAX)

interface Seats {
  readonly organizationIds: readonly string[]
  readonly ids: readonly string[]
}

const seatsOf = (rows: readonly MemberRow[], former: readonly FormerIdentity[]): Seats => ({
  organizationIds: organizationsOf([...rows, ...former]),
  ids: [...rows.map(({ id }) => id), ...former.map(({ memberId }) => memberId)]
})

const isOf = (table: typeof invitations | typeof formerIdentities, seats: Seats) =>
  and(
    inArray(table.organizationId, [...seats.organizationIds]),
    inArray(table.memberId, [...seats.ids])
  )

interface Addresses {
  readonly userId: string
  readonly seats: Seats
  readonly emailKeys: readonly string[]
}

/** An address that was given up, in an organization of theirs, may be a colleague's. */
async function findOthersKeys(db: Db, { userId, seats, emailKeys }: Addresses): Promise<string[]> {
  const rows = await db
    .selectDistinct({ key: members.emailKey })
    .from(members)
    .where(
      and(
        inArray(members.organizationId, [...seats.organizationIds]),
        inArray(members.emailKey, [...emailKeys]),
        ne(members.status, 'removed'),
        or(isNull(members.userId), ne(members.userId, userId))
      )
    )
  return rows.map(({ key }) => key)
}

const organizationsOf = (rows: readonly { readonly organizationId: string }[]) => [
  ...new Set(rows.map(({ organizationId }) => organizationId))
]

/** Every organization in which they are or were. */
export const organizationIdsOf = ({ members: rows, former }: Person): string[] =>
  organizationsOf([...rows, ...former])

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
  const organizationIds = organizationIdsOf(await findPerson(tx, userId))
  if (organizationIds.length === 0) throw notFound()
  const uuids = organizationIds.map((id) => idToUuid('org', id))
  await tx.execute(sql`
    select id from organizations where id = any(${sql.param(uuids)}::uuid[])
    order by id for no key update`)
  return { person: await findPerson(tx, userId), organizationIds }
}
