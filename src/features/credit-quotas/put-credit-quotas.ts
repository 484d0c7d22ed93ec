import { and, eq, inArray, ne } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { creditQuotas } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { refuse } from '../../policy/decision.js'
import type { Policy } from '../../policy/document.js'
import { findRole } from '../../policy/roles.js'
import { enforce } from '../../refusals.js'
import { refuseOtherModes } from '../credit-settings/refuse-other-modes.js'
import { unknownMember } from '../credits/errors.js'
import { settleCredits } from '../credits/settle-credits.js'
import { appendEvents } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { quotaNamedTwice } from './errors.js'
import { monthAt, nextMonthAt } from './month.js'
import { findQuotas, type Quotas } from './queries.js'
import { changesOf } from './quota-changes.js'
import type { QuotaState } from './quota-state.js'
import { refillQuotas } from './refill-quotas.js'
import type { CreditQuotasPut } from './schemas.js'

/**
 * Says as a whole what members get each month: what is left out is unset. Whoever was not filled up
 * this month is, at once (OUPI-99). A call that changes nothing leaves no event of its own.
 *
 * @throws Problem not_permitted, organization_canceled, credits_not_offered,
 * money_credits_not_transferable, credit_mode_not_offered, quota_named_twice, unknown_role,
 * unknown_member
 */
export async function putCreditQuotas(
  deps: Deps,
  ctx: OrgContext,
  input: CreditQuotasPut
): Promise<QuotaState> {
  const { organizationId, now } = ctx
  const wanted = readQuotas(input)
  // Not within the command: accounts are locked once, all together.
  await settleCredits(deps, organizationId, now)
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'credits.allocate')
    const { policy } = organization.policy
    await refuseOtherModes(tx, organizationId, policy, 'monthly_quota')
    refuseUnknownRoles(policy, wanted)
    await refuseUnknownMembers(tx, organizationId, wanted)
    const changes = changesOf(await findQuotas(tx, organizationId, policy), wanted)
    if (Object.keys(changes).length > 0) {
      await writeQuotas(tx, organizationId, wanted)
      appendEvents(tx, ctx, placeOf(organization), [
        {
          type: 'credit_quotas.updated',
          subject: { type: 'organization', id: organizationId },
          changes
        }
      ])
    }
    const refill = await refillQuotas(tx, ctx, organization)
    const { timeZone } = organization.row
    const [month, nextRefillAt] = [monthAt(now, timeZone), nextMonthAt(now, timeZone)]
    const quotas = await findQuotas(tx, organizationId, policy)
    return { organizationId, quotas, month, nextRefillAt, refill }
  })
}

/** @throws Problem quota_named_twice */
function readQuotas({ everybody = null, roles, members: people }: CreditQuotasPut): Quotas {
  return {
    everybody,
    roles: once(roles.map(({ role, amount }) => [role, amount])),
    members: once(people.map(({ member_id: id, amount }) => [id, amount]))
  }
}

function once(entries: readonly [string, number][]): Quotas['roles'] {
  const quotas = new Map<string, number>()
  for (const [name, amount] of entries) {
    if (quotas.has(name)) throw quotaNamedTwice({ name })
    quotas.set(name, amount)
  }
  return quotas
}

/** @throws Problem unknown_role */
function refuseUnknownRoles(policy: Policy, { roles }: Quotas): void {
  const unknown = [...roles.keys()].find((role) => !findRole(policy, role))
  if (unknown === undefined) return
  enforce(refuse('unknown_role', `there is no role ${unknown}`, { role: unknown }))
}

/** @throws Problem unknown_member */
async function refuseUnknownMembers(
  tx: Tx,
  organizationId: string,
  { members: quotas }: Quotas
): Promise<void> {
  const ids = [...quotas.keys()]
  if (ids.length === 0) return
  const found = await tx
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        inArray(members.id, ids),
        ne(members.status, 'removed')
      )
    )
  const known = new Set(found.map(({ id }) => id))
  const unknown = ids.find((id) => !known.has(id))
  if (unknown !== undefined) throw unknownMember({ member_id: unknown })
}

async function writeQuotas(
  tx: Tx,
  organizationId: string,
  { everybody, roles, members: own }: Quotas
): Promise<void> {
  const row = (scope: (typeof creditQuotas.$inferSelect)['scope'], key: string, amount: number) => {
    return { organizationId, scope, key, amount }
  }
  const rows = [
    ...(everybody === null ? [] : [row('everybody', '', everybody)]),
    ...[...roles].map(([role, amount]) => row('role', role, amount)),
    ...[...own].map(([id, amount]) => row('member', idToUuid('mem', id), amount))
  ]
  await tx.delete(creditQuotas).where(eq(creditQuotas.organizationId, organizationId))
  if (rows.length > 0) await tx.insert(creditQuotas).values(rows)
}
