import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { signupPages } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import {
  enforceInviting,
  findPage,
  isPage,
  lockToManagePages,
  type PlacedPage,
  placed
} from './queries.js'
import { statusOf } from './states.js'

/**
 * Disables a page, so that nobody else asks there (SM-61), or enables it again under the same URL
 * (SM-65). Invitations that were asked for stay what they are (SM-62). A page that is so already
 * leaves no event.
 *
 * @throws Problem not_found, what `decide` refuses
 */
export async function switchSignupPage(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  to: 'enabled' | 'disabled'
): Promise<PlacedPage> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManagePages(deps, tx, ctx)
    const before = await findPage(tx, ctx, id)
    // Whoever may not invite may still stop it.
    if (to === 'enabled') await enforceInviting(tx, ctx, organization, before.role)
    if ((before.disabledAt === null) === (to === 'enabled')) {
      return placed(deps, organization, before)
    }
    const disabledAt = to === 'disabled' ? ctx.now : null
    const after = { ...before, disabledAt, updatedAt: ctx.now }
    await tx.update(signupPages).set(after).where(isPage(ctx.organizationId, id))
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: `signup_page.${to}`,
        subject: { type: 'signup_page', id },
        changes: { status: [statusOf(before), statusOf(after)] }
      }
    ])
    return placed(deps, organization, after)
  })
}
