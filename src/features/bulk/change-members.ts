import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { Problem } from '../../errors.js'
import type { Outcome } from '../members/outcome.js'
import { lockOrganization } from '../organizations/queries.js'
import { actOnMembers, type BulkAction, prepareAct } from './act-on-members.js'

/** How many are changed at once: others who change the team wait for no more than these. */
export const MEMBERS_AT_ONCE = 100

interface Change {
  readonly action: BulkAction
  readonly memberIds: readonly string[]
  readonly confirmed: boolean
  /** Others of the same request have been changed: whatever is refused now is refused to these. */
  readonly goesOn: boolean
}

export interface MemberResult {
  readonly memberId: string
  readonly outcome: Outcome
}

/**
 * Does the same to each of a request's members, in their order, by the rules as they stand now: the
 * policy, the acting member's role and the members are read under the lock. Each has a result of its
 * own, the same as of the command on it alone.
 *
 * @throws Problem not_found when there is no such group or resource, or the acting member has gone,
 * organization_canceled, not_permitted: only as long as nobody has been changed
 */
export async function changeMembers(
  deps: Deps,
  ctx: OrgContext,
  { action, memberIds, confirmed, goesOn }: Change
): Promise<MemberResult[]> {
  const { organizationId } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const opened = await orRefusal(goesOn, async () => {
      const countMembers = action.action === 'reactivate'
      const organization = await lockOrganization(deps, tx, ctx, { organizationId, countMembers })
      return { organization, act: await prepareAct(tx, ctx, organization, { action, confirmed }) }
    })
    if (opened instanceof Problem) {
      const outcome = { status: 'error', problem: opened } as const
      return memberIds.map((memberId) => ({ memberId, outcome }))
    }
    const { organization, act } = opened
    const outcomes = await actOnMembers(tx, ctx, { organization, memberIds }, act)
    return memberIds.flatMap((memberId, index) => {
      const outcome = outcomes[index]
      return outcome ? [{ memberId, outcome }] : []
    })
  })
}

/** Nothing has been written yet: a refusal leaves the transaction as it was. */
async function orRefusal<T>(goesOn: boolean, open: () => Promise<T>): Promise<T | Problem> {
  try {
    return await open()
  } catch (error) {
    if (goesOn && error instanceof Problem) return error
    throw error
  }
}
