import { sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { toJson } from '../../db/rows.js'
import { eventPersonal, type Leaves } from '../../db/tables/events.js'
import { idToUuid } from '../../ids.js'
import { blotOut, ERASED } from '../events/personal.js'
import { type EventRecord, findLeaves } from '../events/queries.js'
import { findEvents, findNames, type Person } from './queries.js'

/** Events of one statement, and in memory. */
const PAGE_MAX = 500
/** What only whoever did it is known by. */
const OF_ACTOR = ['actor_id', 'actor_name', 'ip', 'user_agent']
/** What a member wrote, of events that concern a request of theirs. */
const WRITTEN = ['data.reason', 'data.note', 'data.metadata']

/**
 * Blots out what names the person in the log: what happened, and when, stays, and so do the seals
 * over it. Answers with how many events that concerned.
 */
export async function eraseFromEvents(tx: Tx, person: Person): Promise<number> {
  const names = await findNames(tx, person)
  let after = 0
  let count = 0
  for (;;) {
    const page = await findEvents(tx, person, { limit: PAGE_MAX, after })
    await blotOutPage(tx, page, { person, names })
    count += page.length
    const last = page.at(-1)
    if (!last || page.length < PAGE_MAX) return count
    after = last.position
  }
}

interface Erasure {
  readonly person: Person
  readonly names: ReadonlySet<string>
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

function blotOutLeaves(event: EventRecord, leaves: Leaves, { person, names }: Erasure): Leaves {
  const { userId, members } = person
  const isMember = (id: unknown) => members.some((member) => member.id === id)
  const isActor = event.actorId === userId || isMember(event.actorId)
  const isRequest = event.subjectType === 'credit_request' && isMember(event.data['member_id'])
  const blotted = Object.entries(leaves).map(([path, leaf]) => {
    const [value] = leaf
    if (isActor && OF_ACTOR.includes(path)) {
      return [path, blotOut(leaf, path === 'actor_id' ? ERASED : null)]
    }
    if (isRequest && WRITTEN.includes(path)) return [path, blotOut(leaf, null)]
    return [
      path,
      names.size > 0 && isNamedIn(value, names) ? blotOut(leaf, without(value, names)) : leaf
    ]
  })
  return Object.fromEntries(blotted) as Leaves
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
