import { createHash, randomBytes } from 'node:crypto'
import type { Changes, Leaf, Leaves } from '../../db/tables/events.js'

/**
 * What is personal wherever it stands in an event: who somebody is, and what people wrote. Ids of
 * Muster's own are not; they lead nowhere once the person is erased.
 */
export const PERSONAL_FIELDS: ReadonlySet<string> = new Set([
  'email',
  'contact_email',
  'mail',
  'account_owner',
  'name',
  'avatar_url',
  'user_id',
  'external_id',
  'from',
  'to',
  'description',
  'reason',
  'reference',
  'note',
  'message',
  'metadata'
])

/** The leaf of the key that acted for somebody else. */
export const KEY = 'api_key_id'

/** Stands where an erased person was named, and an address or an id has to stand. */
export const ERASED = 'erased'

const SALT_BYTES = 16
/** Drawn for many at once. */
let chance = Buffer.alloc(0)
let drawn = 0

function newSalt(): string {
  if (drawn + SALT_BYTES > chance.length) {
    chance = randomBytes(SALT_BYTES * 256)
    drawn = 0
  }
  drawn += SALT_BYTES
  return chance.toString('base64url', drawn - SALT_BYTES, drawn)
}

/** The same text for the same value, however its fields were ordered. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`
}

/** What a seal knows of a leaf: it tells nothing of the value once the salt is gone. */
export function hashLeaf([value, salt, hash]: Leaf): string {
  if (salt === null) return hash
  return createHash('sha256')
    .update(`${salt}.${canonical(value)}`)
    .digest('base64url')
}

/** A leaf without its value, or with what is left of it; seals go on to hold. */
export const blotOut = (leaf: Leaf, left: unknown): Leaf => [left, null, hashLeaf(leaf)]

/** What an event says, as whoever appends or reads it knows it. */
export interface Told {
  readonly actorId: string | null
  readonly actorName: string | null
  /** By which key it came; null: by none, or it was written before that was noted. */
  readonly apiKeyId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly data: Record<string, unknown>
  readonly changes: Changes
}

/** The part that stays as it is for good. */
type Lasting = Pick<Told, 'actorId' | 'data' | 'changes'>

/**
 * Takes what is personal out of an event, each by itself and with a salt of its own. The key is nothing
 * personal; it lies there where it is not the actor itself, since seals have always covered whatever does.
 */
export function splitPersonal(actorType: string, told: Told): { lasting: Lasting; leaves: Leaves } {
  const leaves: Leaves = {}
  const put = (path: string, value: unknown) => {
    if (value !== null && value !== undefined) leaves[path] = [value, newSalt()]
  }
  const isPerson = actorType === 'user'
  if (isPerson) put('actor_id', told.actorId)
  put('actor_name', told.actorName)
  if (actorType !== 'api_key') put(KEY, told.apiKeyId)
  put('ip', told.ip)
  put('user_agent', told.userAgent)
  return {
    lasting: {
      actorId: isPerson ? null : told.actorId,
      data: takeOut(told.data, 'data', put),
      changes: takeOut(told.changes, 'changes', put)
    },
    leaves
  }
}

/** Null tells nothing of anybody and stays. */
function takeOut<T>(
  fields: Record<string, T>,
  place: string,
  put: (path: string, value: unknown) => void
): Record<string, T> {
  const lasting: Record<string, T> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && PERSONAL_FIELDS.has(name)) put(`${place}.${name}`, value)
    else lasting[name] = value
  }
  return lasting
}

const DATA = 'data.'
const CHANGES = 'changes.'

/** The reverse, or what is left where a person has been erased. */
export function joinPersonal(
  lasting: Lasting & { readonly actorType: string },
  leaves: Leaves
): Told {
  const data = { ...lasting.data }
  const changes: Changes = { ...lasting.changes }
  for (const [path, [value]] of Object.entries(leaves)) {
    if (path.startsWith(DATA)) data[path.slice(DATA.length)] = value
    else if (path.startsWith(CHANGES)) {
      changes[path.slice(CHANGES.length)] = value as Changes[string]
    }
  }
  return {
    actorId: lasting.actorId ?? leafText(leaves, 'actor_id'),
    actorName: leafText(leaves, 'actor_name'),
    apiKeyId: lasting.actorType === 'api_key' ? lasting.actorId : leafText(leaves, KEY),
    ip: leafText(leaves, 'ip'),
    userAgent: leafText(leaves, 'user_agent'),
    data,
    changes
  }
}

function leafText(leaves: Leaves, path: string): string | null {
  const value = leaves[path]?.[0]
  return typeof value === 'string' ? value : null
}
