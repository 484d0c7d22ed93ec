import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { LockedMember } from '../members/queries.js'
import { openShelf } from './open-shelf.js'
import type { ResourcesChoice } from './resources-choice.js'
import { type ChargedBy, writeGrants } from './write-grants.js'

/**
 * What a member is to have from now on: existing ones take the place of what they have, null of all
 * of it; a new one comes on top (OP-73).
 *
 * @throws Problem what a shelf refuses
 */
export async function assignResources(
  tx: Tx,
  ctx: OrgContext,
  { organization, member: { id: memberId } }: LockedMember,
  choice: ResourcesChoice | null
): Promise<ChargedBy> {
  const replaces = choice?.choice !== 'new'
  const shelf = await openShelf(tx, ctx, organization, {
    choices: [choice ?? undefined],
    memberIds: [memberId],
    step: 'later',
    replaces
  })
  const refusal = shelf.refuse(choice ?? undefined, memberId)
  if (refusal) throw refusal
  const grants = shelf.take(choice ?? undefined, memberId)
  return writeGrants(tx, ctx, organization, { members: [{ memberId, grants }], replaces })
}
