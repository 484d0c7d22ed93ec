import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { linkOf } from './queries.js'
import { enqueueInvitationEmails } from './send-invitation-email.job.js'

interface Delivery {
  readonly organization: LockedOrganization
  readonly invitations: readonly InvitationRow[]
  /** `link`: the host brings it to the person itself. */
  readonly via: 'email' | 'link'
}

/**
 * Brings offers to whom they are made: by mail, in the transaction that made or changed them, or by
 * what is answered with, which tells the link of each.
 */
export function deliverOffers(
  deps: Deps,
  tx: Tx,
  ctx: CallContext,
  { organization, invitations, via }: Delivery
): (invitation: InvitationRow) => { link?: string } {
  if (via === 'email') {
    enqueueInvitationEmails(tx, ctx, invitations)
    return () => ({})
  }
  const { baseUrl } = senderSettingsOf(deps.config, organization.policy.policy, organization.row)
  return (invitation) => ({ link: linkOf(deps, invitation, baseUrl) })
}
