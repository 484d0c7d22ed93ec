import type { KeyContext, PersonContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { domainOf } from '../../email.js'
import type { Policy } from '../../policy/document.js'
import { inOrganization, loadPolicyVersion } from '../../policy-versions.js'
import type { VouchedUser } from '../../schemas.js'
import { verifiedAddressOf } from '../invitations/take-offer.js'
import {
  type DomainOwner,
  type Found,
  findDomainOwner,
  findInvitedTo,
  JOINABLE_MAX,
  type Seeker
} from './find-joinable.js'
import { joiningRoleOf } from './queries.js'

/** An organization that would take the person. */
export interface Joinable {
  readonly via: 'invitation' | 'domain'
  readonly join: 'now' | 'request'
  readonly organization: { readonly id: string; readonly name: string }
  readonly role: string
  readonly invitationId: string | null
  readonly policy: Policy
}

export type JoinReason =
  | 'no_invitation'
  | 'domain_not_claimed'
  | 'domain_not_open'
  | 'already_member'

/**
 * Where a person may come in by themselves, at their first login or any later one: organizations that
 * have invited their address, and the one that has claimed its domain (OP-53). Told only to whoever
 * has proven the address, as who works where is nobody else's business.
 *
 * @throws Problem email_not_verified
 */
export async function listJoinableOrganizations(
  deps: Deps,
  caller: KeyContext | PersonContext,
  user: VouchedUser
): Promise<{ readonly found: readonly Joinable[]; readonly reasons: readonly JoinReason[] }> {
  const address = verifiedAddressOf(user)
  const seeker: Seeker = {
    userId: user.id,
    emailKey: address.key,
    domain: domainOf(address.key),
    organizationIds: caller.organizationIds,
    now: caller.now
  }
  const [invited, owner] = await Promise.all([
    findInvitedTo(deps.db, seeker),
    findDomainOwner(deps.db, seeker)
  ])
  const invitations = invited.map(async (row): Promise<Joinable> => {
    const { role, invitationId } = row
    return { ...(await inWhich(deps, row)), via: 'invitation', join: 'now', role, invitationId }
  })
  const byDomain = owner && (await toDomain(deps, owner))
  const isInvited = invited.some(({ id }) => id === owner?.id)
  const found = await Promise.all(invitations)
  const all = byDomain && !isInvited ? [...found, byDomain] : found
  if (all.length > 0) return { found: all.slice(0, JOINABLE_MAX), reasons: [] }
  return { found: [], reasons: ['no_invitation', reasonOf(owner)] }
}

function reasonOf(owner: DomainOwner | undefined): JoinReason {
  if (!owner) return 'domain_not_claimed'
  return owner.isMember ? 'already_member' : 'domain_not_open'
}

/** Undefined: it lets nobody in by its domain right now, or not this person. */
async function toDomain(deps: Deps, owner: DomainOwner): Promise<Joinable | undefined> {
  const within = await inWhich(deps, owner)
  const { policy } = within
  const isOpen = owner.isActive && policy.domain_claims.enabled
  if (!isOpen || owner.isMember || owner.isUnwanted) return undefined
  const join = policy.domain_claims.join === 'request' ? 'request' : 'now'
  return { ...within, via: 'domain', join, role: joiningRoleOf(policy), invitationId: null }
}

async function inWhich(
  deps: Deps,
  { id, name, policyKey, policyVersion, customRoles }: Found
): Promise<Pick<Joinable, 'organization' | 'policy'>> {
  const version = await loadPolicyVersion(deps, deps.db, policyKey, policyVersion)
  return { organization: { id, name }, policy: inOrganization(version, customRoles).policy }
}
