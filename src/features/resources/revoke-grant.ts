import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { findTarget } from '../members/queries.js'
import { lockResource } from './lock-resource.js'
import type { CountedResource } from './queries.js'
import { revokeFromMembers } from './revoke-from-members.js'

interface Revoking {
  readonly resourceId: string
  readonly memberId: string
}

/**
 * Takes a resource from a member. Whoever has it not stays without, without an event; what the host
 * was to make, and nobody waits for any more, is gone. Answers with the resource.
 *
 * @throws Problem not_found, not_permitted
 */
export async function revokeGrant(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, memberId }: Revoking
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.assign', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    const members = [await findTarget(tx, ctx, memberId)]
    const outcomes = await revokeFromMembers(tx, ctx, { organization, members }, resource)
    const revoked = outcomes.filter(({ status }) => status === 'done').length
    return { ...resource, holdersCount: resource.holdersCount - revoked }
  })
}
