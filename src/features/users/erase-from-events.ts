import { sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { toJson } from '../../db/rows.js'
import { eventPersonal, type Leaves } from '../../db/tables/events.js'
import { idToUuid } from '../../ids.js'
import { blotOut, ERASED } from '../events/personal.js'
import { type EventRecord, findLeaves } from '../events/queries.js'
import type { Person } from './find-person.js'
import { addressesOf, findEvents, findNames } from './queries.js'
import { isWithin } from './tenures.js'

/** Events of one statement, and in memory. */
const PAGE_MAX = 500
/** What only whoever did it is known by. */
const OF_ACTOR = ['actor_name', 'ip', 'user_agent']
/** What people wrote, of the credits of a member. */
const WRITTEN = ['data.reason', 'data.note', 'data.reference', 'data.metadata']
/** What the host wrote of a member, and what is left of each: seals want to see that it was erased. */
const OF_MEMBER: Whole = {
  'changes.external_id': (value) => each(value, (id) => (id === null ? null : ERASED)),
  'changes.metadata': (value) => each(value, () => ({ [ERASED]: ERASED }))
}
/** By the path of what goes whatever it says: what is left in its place. */
type Whole = Readonly<Record<string, (value: unknown) => unknown>>
const each = (value: unknown, left: (one: unknown) => unknown) =>
  Array.isArray(value) ? value.map(left) : null
const toNothing = () => null

/**
 * Blots out what names the person in the log: what happened, and when, stays, and so do the seals
 * over it. Answers with how many events that concerned.
 */
export async function eraseFromEvents(tx: Tx, person: Person): Promise<number> {
  const names = await findNames(tx, person)
  const addresses = addressesOf(person)
  const isAnothers = (name: string) =>
    [...person.former, ...person.invitations, ...person.members].some(
      ({ email, emailKey }) => name === email || name === emailKey
    ) && !addresses.includes(name)
  const erasure = { person, names, elsewhere: new Set([...names].filter((n) => !isAnothers(n))) }
  let after = 0
  let count = 0
  for (;;) {
    const page = await findEvents(tx, person, { limit: PAGE_MAX, after })
    await blotOutPage(tx, page, erasure)
    count += page.length
    const last = page.at(-1)
    if (!last || page.length < PAGE_MAX) return count
    after = last.position
  }
}

interface Erasure {
  readonly person: Person
  readonly names: ReadonlySet<string>
  /** Of what befell others: without addresses that are somebody else's by now. */
  readonly elsewhere: ReadonlySet<string>
}

async function blotOutPage(tx: Tx, page: readonly EventRecord[], erasure: Erasure): Promise<void> {
  const leavesOf = await findLeaves(tx, page)
  const rows = page.map((event) => ({
    organizationId: event.organizationId,
    eventId: event.id,
    keepUntil: event.keepUntil,
    leaves: blotOutLeaves(event, leavesOf(event.id), erasure)
  }))
  await tx.execute(sql`
    update event_personal p set leaves = blotted.leaves
    from json_to_recordset(${toJson(eventPersonal, rows)}::json) as blotted(
      organization_id uuid, event_id uuid, keep_until timestamptz, leaves jsonb)
    where p.organization_id = blotted.organization_id and p.event_id = blotted.event_id
      and p.keep_until = blotted.keep_until and p.leaves <> blotted.leaves`)
  await forgetAnswers(tx, page)
}

/** What consumers answered to these events may name the person too. */
async function forgetAnswers(tx: Tx, page: readonly EventRecord[]): Promise<void> {
  const ids = page.map(({ id }) => idToUuid('evt', id))
  await tx.execute(sql`
    update webhook_attempts a set response_body = null, response_headers = null
    from webhook_deliveries d
    where d.event_id = any(${sql.param(ids)}::uuid[]) and a.organization_id = d.organization_id
      and a.delivery_id = d.id and (a.response_body is not null or a.response_headers is not null)`)
}

function blotOutLeaves(event: EventRecord, leaves: Leaves, erasure: Erasure): Leaves {
  const whole = wholeOf(event, erasure)
  const names = concerns(event, erasure) ? erasure.names : erasure.elsewhere
  const blotted = Object.entries(leaves).map(([path, leaf]) => {
    const [value] = leaf
    const left = whole[path]
    if (left) return [path, blotOut(leaf, left(value))]
    return [
      path,
      names.size > 0 && isNamedIn(value, names) ? blotOut(leaf, without(value, names)) : leaf
    ]
  })
  return Object.fromEntries(blotted) as Leaves
}

function wholeOf(event: EventRecord, { person }: Erasure): Whole {
  const { userId, tenures, members } = person
  const { actorId, occurredAt, subjectType, subjectId, data } = event
  const isTheirs = (id: unknown) => isWithin(tenures, id, occurredAt)
  const isActor = actorId === userId || isTheirs(actorId)
  const isOfCredits = subjectType === 'credit_request' || event.type.startsWith('credits.')
  const isMoved = isTheirs(data['member_id']) || isTheirs(data['from_member_id'])
  const gone = [...(isActor ? OF_ACTOR : []), ...(isOfCredits && isMoved ? WRITTEN : [])]
  return {
    ...Object.fromEntries(gone.map((path) => [path, toNothing])),
    ...(isActor ? { actor_id: () => ERASED } : {}),
    // Of a seat that is another's by now it stays: it came with the seat.
    ...(members.some(({ id }) => id === subjectId) ? OF_MEMBER : {})
  }
}

function concerns({ actorId, subjectId, data, occurredAt }: EventRecord, { person }: Erasure) {
  const { userId, tenures } = person
  return (
    actorId === userId ||
    [actorId, subjectId, data['member_id']].some((id) => isWithin(tenures, id, occurredAt))
  )
}

function isNamedIn(value: unknown, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return names.has(value)
  return (
    value !== null &&
    typeof value === 'object' &&
    Object.values(value).some((item) => isNamedIn(item, names))
  )
}

/** Every text that is one of the names, as a whole: within another text it is another's. */
function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return names.has(value) ? ERASED : value
  if (Array.isArray(value)) return value.map((item) => without(item, names))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, without(item, names)]))
}
