import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type CreditMode, creditSettings } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { creditModeNotOffered } from '../credits/errors.js'
import { creditsOf } from '../credits/rules.js'
import { appendEvents } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { type CreditSettingsRow, findCreditSettings, modeOf } from './queries.js'

/**
 * Chooses how a team uses its credits, of what the policy offers (OUPI-99, OUPI-100, OUPI-101). Nothing
 * moves by it: what members were given stays theirs. A call that changes nothing leaves no event.
 *
 * @throws Problem not_permitted, organization_canceled, credits_not_offered,
 * money_credits_not_transferable, credit_mode_not_offered
 */
export async function putCreditSettings(
  deps: Deps,
  ctx: OrgContext,
  mode: CreditMode
): Promise<CreditSettingsRow> {
  const { organizationId } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'credits.allocate')
    const { policy } = organization.policy
    const { modes } = creditsOf(policy)
    if (!modes.includes(mode)) throw creditModeNotOffered({ mode, modes })
    const found = await findCreditSettings(tx, organizationId)
    if (found?.mode === mode) return found
    const chosen = { mode, updatedAt: ctx.now }
    const row = { organizationId, shortFor: found?.shortFor ?? null, ...chosen }
    await tx
      .insert(creditSettings)
      .values(row)
      .onConflictDoUpdate({ target: creditSettings.organizationId, set: chosen })
    const before = modeOf(found, policy)
    // Choosing what was the first of the policy anyway holds it, whatever the policy will say.
    if (before === mode) return row
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'credit_settings.updated',
        subject: { type: 'organization', id: organizationId },
        changes: { mode: [before, mode] }
      }
    ])
    return row
  })
}
