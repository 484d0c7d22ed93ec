import { createHash } from 'node:crypto'
import { canonical, ERASED, hashLeaf } from './personal.js'

/** An event as it is stored, each column as text: whatever differs in the database differs here. */
export interface StoredEvent {
  readonly organization_id: string
  readonly id: string
  readonly keep_until: string
  readonly position: string
  readonly type: string
  readonly occurred_at: string
  readonly actor_type: string
  readonly actor_id: string | null
  readonly subject_type: string
  readonly subject_id: string
  readonly data: string
  readonly changes: string
  readonly request_id: string | null
  readonly policy_version: string | null
  /** What its personal row says, whatever that is; null: there is none. */
  readonly leaves: unknown
}

/** An instant with all that the database keeps of it; texts of this form sort by time. */
export const instantText = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
export const toInstantText = (instant: Date) => instant.toISOString().replace('Z', '000Z')

/** The columns of a `StoredEvent`, of `event e` and `event_personal p`. */
export const STORED_COLUMNS = `e.organization_id::text, e.id::text,
  ${instantText('e.keep_until')} as keep_until, e.position::text, e.type,
  ${instantText('e.occurred_at')} as occurred_at, e.actor_type, e.actor_id, e.subject_type,
  e.subject_id, e.data::text, e.changes::text, e.request_id, e.policy_version::text, p.leaves`

/** Bytes of a digest, and of every hash of the chain. */
export const HASH_BYTES = 32

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

/** What a seal knows of an event: all of it, and of what is personal only its salted hashes. */
export function digestOf(event: StoredEvent): Buffer {
  const leaves = Object.entries(event.leaves ?? {})
    .map(([path, leaf]) => [path, hashOf(leaf)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return sha256(
    JSON.stringify([
      'event.1',
      event.organization_id,
      event.id,
      event.keep_until,
      event.position,
      event.type,
      event.occurred_at,
      event.actor_type,
      event.actor_id,
      event.subject_type,
      event.subject_id,
      event.data,
      event.changes,
      event.request_id,
      event.policy_version,
      leaves
    ])
  )
}

/** No salt that was drawn has another character: what follows it in its hash is the value. */
const SALT = /^[\w-]+$/

/** Of a leaf that Muster would not have made so, what it is: that was never sealed. */
function hashOf(leaf: unknown): string {
  const [left, salt, hash] = Array.isArray(leaf) ? (leaf as unknown[]) : []
  if (typeof salt === 'string' && SALT.test(salt) && hash === undefined) {
    return hashLeaf([left, salt])
  }
  const isBlottedOut = salt === null && typeof hash === 'string'
  // So that nobody else can be put in the place of who was erased.
  return isBlottedOut && (left === null || tellsErased(left))
    ? hashLeaf([left, null, hash])
    : `strange ${canonical(leaf)}`
}

function tellsErased(left: unknown): boolean {
  if (left === null || typeof left !== 'object') return left === ERASED
  return Object.values(left).some((part) => tellsErased(part))
}
