import type { Policy } from '../../policy/document.js'
import { removalChoiceNotOffered } from './errors.js'
import type { MemberRemoval } from './request-schemas.js'

type Removal = Policy['removal']

/** What becomes of what the leaver leaves, as the host is told. */
export interface RemovalChoices {
  readonly data: Removal['data'][number]
  readonly ownedShared: Removal['owned_shared'][number]
  readonly username: Removal['username']
  readonly handover:
    | { readonly mode: 'none' | 'unassign' }
    | { readonly mode: 'to_member'; readonly member_id: string }
}

/**
 * What the call chooses, where the policy leaves a choice; its first words are the default.
 *
 * @throws Problem removal_choice_not_offered
 */
export function chooseRemoval(
  { removal }: Policy,
  { data, owned_shared: ownedShared, handover_to: successor }: Omit<MemberRemoval, 'confirm'>
): RemovalChoices {
  if (successor !== undefined && removal.handover !== 'optional') {
    throw removalChoiceNotOffered({ field: 'handover_to', choices: [] })
  }
  return {
    data: choose('data', removal.data, data),
    ownedShared: choose('owned_shared', removal.owned_shared, ownedShared),
    username: removal.username,
    handover:
      successor === undefined
        ? { mode: removal.handover === 'unassign' ? 'unassign' : 'none' }
        : { mode: 'to_member', member_id: successor }
  }
}

function choose<T>(field: string, choices: readonly T[], chosen: T | undefined): T {
  const choice = chosen ?? choices[0]
  if (choice === undefined || !choices.includes(choice)) {
    throw removalChoiceNotOffered({ field, choices })
  }
  return choice
}
