import type { SeatResources } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { Invitee } from './addresses.js'
import { fieldNotAllowed, fieldRequired, resourcesNotOffered } from './errors.js'

/**
 * What the policy does not let be said of an invited person, or wants said. A field that is absent
 * from the policy's form is refused, not ignored.
 */
export function refuseFields(policy: Policy, invitee: Invitee): Problem | undefined {
  const { fields } = policy.invitations
  for (const field of ['name', 'role', 'message', 'resources'] as const) {
    if (fields[field] === 'absent' && invitee[field] !== undefined) {
      return fieldNotAllowed({ field })
    }
    if (fields[field] === 'required' && invitee[field] === undefined)
      return fieldRequired({ field })
  }
  return refuseResources(invitee.resources, policy)
}

/** A new one is made by the host, so it has no id yet; existing ones are named. */
export function refuseResources(
  resources: Invitee['resources'],
  { invitations: { resource_choices: choices } }: Policy
): Problem | undefined {
  if (resources === undefined) return undefined
  const { choice, ids = [] } = resources
  const isWhole = choice === 'new' ? ids.length === 0 : ids.length > 0
  return choices.includes(choice) && isWhole ? undefined : resourcesNotOffered({ choices })
}

/** As it is kept with the seat. */
export function seatResources(resources: Invitee['resources']): SeatResources | null {
  return resources === undefined ? null : { choice: resources.choice, ids: resources.ids ?? [] }
}
