import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import { creditsFrozen, unknownMember } from '../credits/errors.js'
import { isMember } from '../invitations/queries.js'
import { statusAt } from '../members/effective-status.js'

/**
 * Only whoever is active can use what it gets.
 *
 * @throws Problem unknown_member, credits_frozen
 */
export async function refuseFrozen(
  tx: Tx,
  { organizationId, now }: OrgContext,
  memberId: string
): Promise<void> {
  const [member] = await tx.select().from(members).where(isMember(organizationId, memberId))
  if (!member) throw unknownMember({ member_id: memberId })
  const status = statusAt(member, now)
  if (status !== 'active') throw creditsFrozen({ member_status: status })
}
