import type { OperatorContext } from '../../context.js'
import type { ApiKeyRow } from '../../db/tables/api-keys.js'
import { hasScope, type Scope } from '../../scopes.js'
import { keyExpiresInPast, keyOutlivesOwn, scopeNotHeld } from './errors.js'
import { toOrganizationIds } from './schemas.js'

/** How far a key reaches. */
export interface Reach {
  readonly scopes: readonly string[]
  /** Null: every organization. */
  readonly organizationIds: readonly string[] | null
  /** Null: it never ends. */
  readonly expiresAt: Date | null
}

export const reachOf = (row: ApiKeyRow): Reach => ({
  scopes: row.scopes,
  organizationIds: toOrganizationIds(row),
  expiresAt: row.expiresAt
})

/**
 * Whoever makes a key, widens one or learns its value can do by it what it may: so it may do no more
 * than they.
 *
 * @throws Problem scope_not_held, expiry_beyond_own
 */
export function refuseBeyond(own: OperatorContext, wanted: Reach): void {
  if (!coversScopes(own.scopes, wanted.scopes)) throw scopeNotHeld()
  if (!coversOrganizations(own.organizationIds, wanted.organizationIds)) throw scopeNotHeld()
  if (outlives(wanted.expiresAt, own.expiresAt)) throw keyOutlivesOwn()
}

/** Whether a key that reaches so could do nothing that it could not before. */
export const isWithin = (after: Reach, before: Reach): boolean =>
  coversScopes(before.scopes, after.scopes) &&
  coversOrganizations(before.organizationIds, after.organizationIds) &&
  !outlives(after.expiresAt, before.expiresAt)

/** @throws Problem expiry_in_past */
export function readExpiry(text: string | null, now: Date): Date | null {
  if (text === null) return null
  const expiresAt = new Date(text)
  if (expiresAt <= now) throw keyExpiresInPast()
  return expiresAt
}

const coversScopes = (own: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((scope) => hasScope(own, scope as Scope))

function coversOrganizations(
  own: readonly string[] | null,
  wanted: readonly string[] | null
): boolean {
  if (own === null) return true
  return wanted?.every((id) => own.includes(id)) ?? false
}

/** Null: never ends. */
function outlives(one: Date | null, other: Date | null): boolean {
  return other !== null && (one === null || one > other)
}
