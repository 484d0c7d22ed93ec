import { runCommand } from '../../command.js'
import type { OrgContext, PolicyVersion } from '../../context.js'
import type { JoinRequestRow } from '../../db/tables/join-requests.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { domainOf } from '../../email.js'
import { notFound, Problem } from '../../errors.js'
import type { VouchedUser } from '../../schemas.js'
import { verifiedAddressOf } from '../invitations/take-offer.js'
import { lockOrganization } from '../organizations/queries.js'
import { enterByDomain, enterByOwnRight, letIn } from './enter.js'
import { refuseForeignDomain } from './queries.js'
import { refuseUnwanted } from './refuse-unwanted.js'
import { requestToJoin } from './request-to-join.js'

/** What became of somebody who wanted in. */
export type Joined =
  | {
      readonly status: 'joined'
      readonly member: MemberRow
      readonly policy: PolicyVersion
      readonly isSame: boolean
    }
  | { readonly status: 'requested'; readonly joinRequest: JoinRequestRow }

/**
 * A person whom the host has signed in comes in by themselves: by an open invitation to their
 * address, which prevails and is used up, else by the domain that the organization has claimed, at
 * once or, where the policy wants somebody's word for it, by a request. The same person joining again
 * gets the same member, or the same request.
 *
 * @throws Problem email_not_verified, not_found (a person who calls by themselves, of none of these),
 * organization_canceled, already_member, domain_not_claimed,
 * no_invitation, what `decide` refuses, removed_before, join_denied, join_request_pending,
 * seats_exhausted
 */
export async function joinOrganization(
  deps: Deps,
  caller: OrgContext,
  user: VouchedUser
): Promise<Joined> {
  // Whoever calls by themselves sees no organization that has nothing for them.
  const isHidden = caller.actor.type === 'user'
  try {
    return await join(deps, caller, user)
  } catch (error) {
    throw isHidden && tellsOfStrangers(error) ? notFound() : error
  }
}

const OF_STRANGERS: ReadonlySet<string> = new Set([
  'domain_not_claimed',
  'no_invitation',
  'organization_canceled'
])
const tellsOfStrangers = (error: unknown) =>
  error instanceof Problem && OF_STRANGERS.has(error.definition.code)

async function join(deps: Deps, caller: OrgContext, user: VouchedUser): Promise<Joined> {
  const address = verifiedAddressOf(user)
  const ctx: OrgContext = {
    ...caller,
    actor: { type: 'user', id: user.id, name: user.name ?? null }
  }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const { policy } = organization
    const own = await enterByOwnRight(tx, ctx, organization, { user, address })
    if (own) return { status: 'joined', policy, ...own }

    const domain = domainOf(address.key)
    await refuseForeignDomain(tx, ctx, domain)
    const entrant = await letIn(tx, ctx, organization, { user, address })
    await refuseUnwanted(tx, ctx, { userId: user.id, emailKey: address.key })
    if (policy.policy.domain_claims.join === 'request') {
      const joinRequest = await requestToJoin(tx, ctx, organization, { ...entrant, domain })
      return { status: 'requested', joinRequest }
    }
    const member = await enterByDomain(tx, ctx, organization, { ...entrant, domain })
    return { status: 'joined', policy, member, isSame: false }
  })
}
