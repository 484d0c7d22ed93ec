import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'
import { uuidToId } from '../../ids.js'
import { compareEvents, type PlacedEvent } from './compare-events.js'
import type { Finding } from './finding.js'
import { EVENT_SOURCE } from './queries.js'
import { type RawSeal, readSeal, SEAL_COLUMNS, type Seal } from './seal-chain.js'
import { digestOf, STORED_COLUMNS, type StoredEvent } from './seal-digest.js'

/** Seals that stand one after the other, and what is wrong with what they cover. */
export interface LogPage {
  readonly seals: readonly Seal[]
  /** The number of the first seal that is there at all. */
  readonly first: number
  readonly events: number
  readonly findings: readonly Finding[]
  /** Where the next page begins. */
  readonly end: { readonly number: number; readonly position: number }
  readonly isLast: boolean
}

interface PageStart {
  readonly after: LogPage['end']
  /** Up to where the log is sealed. */
  readonly bound: number
}

/** Seals of one page, and about how many events. */
const SEALS_MAX = 200
const PAGE_EVENTS = 10_000
/** Events of one statement. */
const EVENTS_MAX = 1_000
/** Of one page. More are only counted. */
const FINDINGS_MAX = 1_000
/** Compared of a seal's place when there is more than it has sealed. */
const EVENTS_BEYOND = 1_000

const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What is dropped goes only after these are let go: the page is of one moment. */
const LOCK: Statement = {
  name: 'lock_log',
  text: 'lock table events, event_personal in access share mode'
}
/** After `$2` at most `$3` seals, of which those that have about `$4` events together. */
const SEALS: Statement = {
  name: 'seals_to_verify',
  text: `select ${SEAL_COLUMNS}, ends.first::int, s.number = ends.last as is_last
    from (
      select page.*,
        sum(page.event_count::bigint) over (order by page.number) - page.event_count as before
      from (
        select * from event_seals where organization_id = $1 and number > $2
        order by number limit $3) page) s,
      (select min(number) as first, max(number) as last from event_seals
        where organization_id = $1) ends
    where s.before < $4 order by s.number`
}
const EVENTS: Statement = {
  name: 'events_to_verify',
  text: `select ${STORED_COLUMNS} from ${EVENT_SOURCE}
    where e.organization_id = $1 and e.position <= $2
      and (e.position, e.id, e.keep_until) > ($3, $4, $5)
    order by e.position, e.id, e.keep_until limit $6`
}

/** Reads the next seals of an organization and compares them with the events where they say. */
export function readLogPage(deps: Deps, id: string, start: PageStart): Promise<LogPage> {
  const ctx: CallContext = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    await tx.execute('set transaction isolation level repeatable read, read only')
    await tx.run(LOCK, [])
    const { after, bound } = start
    const raw = await tx.run<RawSeal & { first: number; is_last: boolean }>(SEALS, [
      ...[id, after.number, SEALS_MAX, PAGE_EVENTS]
    ])
    const isLast = raw.at(-1)?.is_last ?? true
    const seals = isLast ? raw.map(readSeal) : wholeBatches(raw.map(readSeal))
    const reach = Math.max(after.position, ...seals.map((seal) => seal.lastPosition))
    const end = {
      number: seals.at(-1)?.number ?? after.number,
      position: isLast ? Math.max(bound, reach) : reach
    }
    const slots = toSlots(seals, after.position)
    const { events, strange } = await placeEvents(tx, id, {
      ...{ slots, after: after.position, until: end.position }
    })
    const findings = [...slots.flatMap(findingsOf), ...strange]
    return { seals, first: raw[0]?.first ?? 0, events, findings: bounded(findings), end, isLast }
  })
}

/**
 * Events that were sealed together lie between each other's where they are kept for different times:
 * a page ends where everything before lies before everything after.
 */
function wholeBatches(seals: readonly Seal[]): readonly Seal[] {
  const begins = seals.map((_, index) =>
    Math.min(...seals.slice(index).map((seal) => seal.firstPosition))
  )
  let whole = 0
  let reach = 0
  for (const [index, seal] of seals.entries()) {
    if (index > 0 && reach < (begins[index] ?? 0)) whole = index
    reach = Math.max(reach, seal.lastPosition)
  }
  return whole === 0 ? seals : seals.slice(0, whole)
}

/** A seal, and what is found where its events lie. */
interface Slot {
  readonly seal: Seal
  readonly events: PlacedEvent[]
  /** Covers what seals before it cover: the log was sealed again. */
  readonly isDouble: boolean
}

function toSlots(seals: readonly Seal[], after: number): readonly Slot[] {
  const reachOf = new Map<string, number>()
  return seals.map((seal) => {
    const isDouble = seal.firstPosition <= (reachOf.get(seal.keepUntil) ?? after)
    reachOf.set(seal.keepUntil, seal.lastPosition)
    return { seal, events: [], isDouble }
  })
}

interface Placing {
  readonly slots: readonly Slot[]
  readonly after: number
  readonly until: number
}

/** Gives each event to the seal that covers it, and tells which have none. */
async function placeEvents(tx: Tx, id: string, { slots, after, until }: Placing) {
  const strange: Finding[] = []
  let events = 0
  // No event of this position is asked for again.
  let from = [after, LAST_UUID, 'infinity']
  for (;;) {
    const page = await tx.run<StoredEvent & Record<string, unknown>>(EVENTS, [
      ...[id, until, ...from, EVENTS_MAX]
    ])
    for (const event of page) {
      const slot = slots.find(({ seal, isDouble }) => !isDouble && covers(seal, event))
      if (slot) place(slot, event)
      else if (strange.length <= FINDINGS_MAX) strange.push(toAdded(event))
    }
    events += page.length
    const last = page.at(-1)
    if (!last || page.length < EVENTS_MAX) return { events, strange }
    from = [Number(last.position), last.id, last.keep_until]
  }
}

function covers(seal: Seal, { position, keep_until }: StoredEvent): boolean {
  const place = Number(position)
  return seal.firstPosition <= place && place <= seal.lastPosition && seal.keepUntil === keep_until
}

function place({ seal, events }: Slot, event: StoredEvent): void {
  if (events.length > seal.eventCount + EVENTS_BEYOND) return
  events.push({ id: event.id, digest: digestOf(event) })
}

const toAdded = ({ id, position }: StoredEvent): Finding => ({
  what: 'added',
  detail: `${uuidToId('evt', id)} at ${position}, where no seal covers it`
})

const findingsOf = ({ seal, events, isDouble }: Slot): Finding[] =>
  isDouble
    ? [{ what: 'seal', detail: `${seal.number} covers what was sealed before` }]
    : compareEvents(seal, events)

function bounded(findings: readonly Finding[]): readonly Finding[] {
  const more = findings.length - FINDINGS_MAX
  const last = findings.at(-1)
  if (more <= 0 || !last) return findings
  const rest: Finding = { what: last.what, detail: `and ${more} more` }
  return [...findings.slice(0, FINDINGS_MAX), rest]
}
