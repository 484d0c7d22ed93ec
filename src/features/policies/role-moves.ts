import { type SQL, sql } from 'drizzle-orm'
import { idToUuid } from '../../ids.js'
import type { Policy } from '../../policy/document.js'
import type { Issue } from '../../policy/document-references.js'
import { invalidRoleMapping } from './errors.js'
import { pointerTo } from './read-document.js'

/** From roles that are held to roles of a policy. */
export type RoleMapping = Readonly<Record<string, string>>

/** @throws Problem invalid_role_mapping when a role is sent to one that the policy does not have */
export function refuseUnknownTargets(policy: Policy, mapping: RoleMapping): void {
  const wrong = Object.entries(mapping)
    .filter(([, to]) => !policy.roles.some(({ key }) => key === to))
    .map(([from]) => ({ path: ['role_mapping', from], message: 'names no role of the policy' }))
  refuseMapping(wrong)
}

/** @throws Problem invalid_role_mapping when there is anything to refuse */
export function refuseMapping(wrong: readonly Issue[]): void {
  if (wrong.length === 0) return
  const errors = wrong.map(({ path, message }) => ({ pointer: pointerTo(path), detail: message }))
  throw invalidRoleMapping({ errors })
}

/** As one parameter, however many they are. */
export const uuidsOf = (organizationIds: readonly string[]): SQL =>
  sql`${sql.param(organizationIds.map((id) => idToUuid('org', id)))}::uuid[]`
