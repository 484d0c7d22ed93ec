import { isPermission } from '../../policy/permissions.js'
import type { CustomRole } from '../../policy/roles.js'
import { unknownPermissions } from './errors.js'

export type RoleLabel = CustomRole['label']

/** In one language or both. */
export interface GivenLabel {
  readonly en?: string
  readonly fr?: string
}

/** One language stands in for the other. */
export function wholeLabel({ en, fr }: GivenLabel): RoleLabel {
  return { en: en ?? fr ?? '', fr: fr ?? en ?? '' }
}

/** A language that is not given stays, unless it stood in for the other. */
export function mergeLabels(before: RoleLabel, given: GivenLabel): RoleLabel {
  return before.en === before.fr ? wholeLabel(given) : { ...before, ...given }
}

/** @throws Problem unknown_permissions, which names them */
export function refuseUnknown(permissions: readonly string[]): void {
  const unknown = permissions.filter((one) => !isPermission(one))
  if (unknown.length > 0) throw unknownPermissions({ unknown })
}
