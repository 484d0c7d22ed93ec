import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import type { Problem } from '../../errors.js'
import { newId } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import { refusalOf } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { openPurse } from '../credits/purse.js'
import { openGroupChoice } from '../groups/group-choice.js'
import { countHolders } from '../members/holders.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'
import { openShelf } from '../resources/open-shelf.js'
import { openGate } from '../seats/seat-gate.js'
import { readWanted, type Wanted } from './addresses.js'
import { refuseFields } from './fields.js'
import { initialCredits, refuseAmounts } from './initial-credits.js'
import { findOccupants } from './occupants.js'
import { offerSeats } from './offer-seats.js'
import type { InvitationCreate } from './request-schemas.js'
import type { Grant } from './write-offers.js'

/** What became of one address. */
export type InvitationResult = { readonly email: string } & (
  | { readonly invitation: InvitationRow; readonly link?: string; readonly problem?: never }
  | { readonly problem: Problem; readonly invitation?: never }
)

/** What is to become of it: an offer, or why not. */
type Plan = { readonly email: string } & (
  | { readonly grant: Grant; readonly problem?: never }
  | { readonly problem: Problem; readonly grant?: never }
)

/**
 * Offers seats to the addresses of one request, each with its own result. A pending invitation uses
 * a seat, and what it promises is reserved, so two requests cannot both take the last one.
 *
 * @throws Problem of the address when there is only one; no_addresses, too_many_addresses, not_permitted
 * where a member who may not hand out credits names some
 */
export async function createInvitations(
  deps: Deps,
  ctx: OrgContext,
  input: InvitationCreate,
  confirmed = false
): Promise<InvitationResult[]> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const wanted = readWanted(input, organization.policy.policy)
    refuseAmounts(organization, wanted)
    const plans = await planAll(tx, ctx, organization, { wanted, confirmed })
    const [first] = plans
    if (plans.length === 1 && first?.problem) throw first.problem

    const grants = plans.flatMap(({ grant }) => grant ?? [])
    const offers = { organization, grants, sendEmail: input.send_email }
    const { invitations, linkTo } = await offerSeats(deps, tx, ctx, offers)
    return toResults(plans, invitations, linkTo)
  })
}

/** Decides about each address in the order given: earlier ones take the seats, and the credits. */
async function planAll(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { wanted, confirmed }: { readonly wanted: readonly Wanted[]; readonly confirmed: boolean }
): Promise<Plan[]> {
  const {
    policy: { policy },
    actor
  } = organization
  const roleOf = ({ role = policy.default_role }: Wanted['invitee']) => role
  const creditsOf = (invitee: Wanted['invitee']) => initialCredits(policy, invitee, roleOf(invitee))
  const roles = wanted.map(({ invitee }) => roleOf(invitee))
  const occupants = await findOccupants(tx, ctx, wanted)
  const counts = await countHolders(tx, ctx, organization, roles)
  const sum = wanted.reduce((all, { invitee }) => all + (creditsOf(invitee) ?? 0), 0)
  const purse = await openPurse(tx, ctx, organization, sum)
  const reusedOf = ({ address }: Wanted) => (address ? occupants.holderOf(address.key) : undefined)
  const shelf = await openShelf(tx, ctx, organization, {
    choices: wanted.map(({ invitee }) => invitee.resources),
    memberIds: wanted.flatMap((one) => reusedOf(one)?.id ?? []),
    step: 'invitation',
    replaces: true
  })
  const groups = await openGroupChoice(
    tx,
    organization,
    wanted.map(({ invitee }) => invitee.groups)
  )
  const gate = openGate(organization)
  const circumstances = { ...counts, ...circumstancesOf(organization.row), confirmed }
  const outsidePolicy = (invitee: Wanted['invitee'], role: string) =>
    refusalOf(decide(policy, actor, { type: 'invite', role }, circumstances)) ??
    refuseFields(policy, invitee) ??
    groups.refuse(invitee.groups)
  return wanted.map(({ invitee, address, problem }): Plan => {
    const { email } = invitee
    if (problem) return { email, problem }
    const role = roleOf(invitee)
    const credits = creditsOf(invitee) ?? 0
    const reused = occupants.holderOf(address.key)
    const memberId = reused?.id ?? newId('mem')
    const refusal =
      outsidePolicy(invitee, role) ??
      occupants.refuse(invitee, address.key) ??
      shelf.refuse(invitee.resources, memberId) ??
      purse.refuse(credits) ??
      gate.take({ from: occupants.lapsedAt(address.key), to: 'invited' })
    if (refusal) return { email, problem: refusal }
    occupants.claim(invitee, address.key)
    counts.claim(role)
    purse.take(credits)
    const given = {
      credits: creditsOf(invitee),
      resources: shelf.take(invitee.resources, memberId),
      groupIds: groups.idsOf(invitee.groups)
    }
    return { email, grant: { invitee, memberId, address, role, reused, ...given } }
  })
}

/** Rows come in the order of the grants, and those in the order of the plans. */
function toResults(
  plans: readonly Plan[],
  rows: readonly InvitationRow[],
  linkTo: (row: InvitationRow) => { link?: string }
): InvitationResult[] {
  const next = rows.values()
  return plans.map(({ email, problem }): InvitationResult => {
    if (problem) return { email, problem }
    const invitation = next.next().value
    if (!invitation) throw new Error('an offer was not written')
    return { email, invitation, ...linkTo(invitation) }
  })
}
