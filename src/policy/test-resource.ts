import {
  type Action,
  type HeldGrant,
  type Refusal,
  type ResourceStanding,
  refuse,
  type UsedGrant
} from './decision.js'
import type { Policy } from './document.js'
import { APP_PERMISSION, findGrant } from './permissions.js'
import { modeAllows } from './resources.js'
import { permissionsOf } from './roles.js'

/**
 * The host's own permissions on a resource are for whoever has it, whatever else their role may
 * (OP-74). Several grants: any that allows is enough. An owner needs none, but yields to whoever has
 * it alone. Muster's own permissions are a matter of the role, and of what is one's own.
 */
export function testResource(policy: Policy, action: Action): Refusal | undefined {
  const on = usedOn(action)
  if (!on || allowingGrant(policy, on) || isOwners(on.standing)) return undefined
  const [grant] = on.standing.grants
  if (!grant) {
    const because = on.standing.taken
      ? 'somebody else has the resource alone'
      : 'the member does not have the resource'
    return refuse('resource_not_granted', because)
  }
  const { mode } = grant
  return refuse('mode_not_allowed', `mode ${mode} does not allow ${on.permission}`, { mode })
}

/** Through what the actor has the resource, where the right depends on that. */
export function usedGrant(policy: Policy, role: string, action: Action): UsedGrant | undefined {
  if (action.type !== 'use' || !action.on) return undefined
  const on = usedOn(action)
  if (on) return toUsed(allowingGrant(policy, on))
  const { permission, on: standing } = action
  const held = permissionsOf(policy, role)
  if (findGrant(held, permission) !== undefined) return undefined
  return toUsed(held.has(`${permission}:assigned`) ? standing.grants[0] : undefined)
}

interface Use {
  readonly permission: string
  readonly standing: ResourceStanding
}

/** Of a permission of the host's: to which resource it is used; undefined: to none. */
function usedOn(action: Action): Use | undefined {
  if (action.type !== 'use' || !action.on || !APP_PERMISSION.test(action.permission)) {
    return undefined
  }
  return { permission: action.permission, standing: action.on }
}

const isOwners = ({ owned, taken }: ResourceStanding) => owned && !taken

const allowingGrant = (policy: Policy, { permission, standing: { kind, grants } }: Use) =>
  grants.find(({ mode }) => modeAllows(policy, kind, mode, permission))

function toUsed(grant: HeldGrant | undefined): UsedGrant {
  if (!grant) return { mode: null, through: 'owner' }
  const { mode, groupId } = grant
  return groupId === null ? { mode, through: 'member' } : { mode, through: 'group', groupId }
}
