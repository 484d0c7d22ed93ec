import type { Policy } from '../../policy/document.js'
import { enforceUse, type LockedOrganization } from '../organizations/queries.js'
import type { Invitee, Wanted } from './addresses.js'

/** What is reserved for an invited person: as much as is named, else what the policy says of the role. */
export function initialCredits(
  { invitations: { fields }, credits }: Policy,
  invitee: Pick<Invitee, 'credits'>,
  role: string
): number | undefined {
  if (fields.credits === 'absent') return undefined
  return invitee.credits ?? credits.role_amounts.find((one) => one.role === role)?.amount
}

/**
 * To name an amount is to hand out credits, whoever may invite. What the policy says of a role is
 * nobody's choice.
 *
 * @throws Problem not_permitted
 */
export function refuseAmounts(organization: LockedOrganization, wanted: readonly Wanted[]): void {
  const { fields } = organization.policy.policy.invitations
  // Where no amount can be named that is what is wrong, address by address.
  if (fields.credits === 'absent') return
  if (wanted.some(({ invitee }) => invitee.credits !== undefined)) {
    enforceUse(organization, 'credits.allocate')
  }
}
