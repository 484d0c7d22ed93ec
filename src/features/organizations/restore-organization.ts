import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { organizationStatusAt } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import { flaggedByNow } from './end-organization.js'
import { lockOrganization, placeOf, writeOrganization } from './queries.js'

/**
 * A canceled organization goes on as it was, offers that still run included. Money credits that
 * ended with the subscription stay ended. An active one is answered as it is.
 *
 * @throws Problem not_found, what `decide` refuses
 */
export async function restoreOrganization(deps: Deps, ctx: OrgContext): Promise<OrganizationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      evenCanceled: true
    })
    const { row, policy, actor } = organization
    enforce(decide(policy.policy, actor, { type: 'restore_subscription' }))
    const status = organizationStatusAt(row, ctx.now)
    if (status === 'active') return row

    const active = { status: 'active', canceledAt: null, flagAt: null, deleteAt: null } as const
    const restored = await writeOrganization(tx, ctx, row.id, active)
    appendEvents(tx, ctx, placeOf(organization), [
      ...flaggedByNow(row, ctx.now),
      {
        type: 'organization.restored',
        subject: { type: 'organization', id: row.id },
        changes: { status: [status, 'active'] }
      }
    ])
    return restored
  })
}
