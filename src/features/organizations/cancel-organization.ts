import { daysAfter } from '../../clock.js'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { durationDays } from '../../policy/duration.js'
import { enforce } from '../../refusals.js'
import { expireCredits, writeTally } from '../billing/append-entries.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockOrganization, placeOf, writeOrganization } from './queries.js'

/**
 * The subscription ends (RIO-78): nobody comes in, nothing of the team changes, and what else it
 * means the policy says. A canceled one is answered as it is.
 *
 * @throws Problem not_found, what `decide` refuses
 */
export async function cancelOrganization(
  deps: Deps,
  ctx: OrgContext,
  confirmed = false
): Promise<OrganizationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      evenCanceled: true
    })
    const { row, policy, actor } = organization
    enforce(decide(policy.policy, actor, { type: 'cancel_subscription' }, { confirmed }))
    return row.status === 'active' ? cancel(tx, ctx, organization) : row
  })
}

async function cancel(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization
): Promise<OrganizationRow> {
  const { cancellation } = organization.policy.policy
  const flagAt = after(cancellation.flag_after, ctx.now)
  const deleteAt = after(cancellation.delete_after, ctx.now)
  if (cancellation.expire_credits) {
    expireCredits(tx, ctx, organization)
    await writeTally(tx, organization)
  }
  const { id } = organization.row
  const canceled = { status: 'canceled', canceledAt: ctx.now, flagAt, deleteAt } as const
  const row = await writeOrganization(tx, ctx, id, canceled)
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'organization.canceled',
      subject: { type: 'organization', id },
      data: {
        effects: cancellation.effects,
        flag_at: flagAt?.toISOString() ?? null,
        delete_at: deleteAt?.toISOString() ?? null
      },
      changes: { status: ['active', 'canceled'] }
    }
  ])
  return row
}

/** `P0D`: at once; null: never. */
function after(duration: string | null, now: Date): Date | null {
  return daysAfter(now, duration === null ? null : durationDays(duration))
}
