import type { Problem } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { Invitee } from './addresses.js'
import { fieldNotAllowed, fieldRequired, resourcesNotOffered } from './errors.js'

type Field = keyof Policy['invitations']['fields']

/**
 * What the policy does not let be said of an invited person, or wants said. A field that is absent
 * from the policy's form is refused, not ignored.
 */
export function refuseFields(policy: Policy, invitee: Invitee): Problem | undefined {
  return (
    refusePresence(policy, invitee, ['name', 'role', 'message', 'resources', 'credits']) ??
    refuseResources(invitee.resources, policy)
  )
}

/** The same of whoever is to take a seat over, whose role and resources are there already. */
export function refuseCandidateFields(
  policy: Policy,
  candidate: Pick<Invitee, 'name' | 'message'>
): Problem | undefined {
  return refusePresence(policy, candidate, ['name', 'message'])
}

function refusePresence(
  { invitations: { fields } }: Policy,
  invitee: Partial<Record<Field, unknown>>,
  asked: readonly Field[]
): Problem | undefined {
  for (const field of asked) {
    const isGiven = invitee[field] !== undefined
    if (fields[field] === 'absent' && isGiven) return fieldNotAllowed({ field })
    if (fields[field] === 'required' && !isGiven) return fieldRequired({ field })
  }
  return undefined
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
