import type { OrgContext } from '../../context.js'
import { uuidToId } from '../../ids.js'
import { kindOf, modeNamed } from '../../policy/resources.js'
import { modeOf } from '../credit-settings/queries.js'
import { type AccessFacts, absent, type Examine, result } from './access-checks.js'
import type { CreditFacts, HeldRow } from './access-facts.js'
import type { Trouble } from './access-kinds.js'
import { type Mend, mendBy } from './mend.js'

export const examineResources: Examine = (ctx, { held, status }) => {
  if (held === undefined || status === 'removed') return absent(ctx, 'resources')
  const [first] = held
  const { total = 0, waiting = 0 } = first ?? {}
  return result(ctx, 'resources', {
    data: { count: total, waiting, resources: held.map((row) => toHeld(ctx, row)) },
    ...(first && waiting > 0
      ? {
          code: 'resources_requested',
          mend: mendBy(ctx, 'fulfillResource', {
            path: `/resources/${uuidToId('res', first.id)}/fulfill`,
            body: {},
            needs: ['external_id']
          })
        }
      : {})
  })
}

function toHeld({ policy: { policy }, locale }: OrgContext, row: HeldRow) {
  const kind = kindOf(policy, row.kind)
  const mode = kind && modeNamed(kind, row.mode)
  return {
    id: uuidToId('res', row.id),
    external_id: row.external_id,
    name: row.name,
    kind: row.kind,
    status: row.status,
    mode: row.mode,
    mode_label: mode?.label?.[locale] ?? row.mode,
    group_id: row.group_id === null ? null : uuidToId('grp', row.group_id),
    last_used_at: row.last_used_at?.toISOString() ?? null
  }
}

/** Whether there is anything to spend, and whether the person can get at it. */
export const examineCredits: Examine = (ctx, facts) => {
  const { credits, status } = facts
  if (credits === undefined || status === 'removed') return absent(ctx, 'credits')
  const mode = modeOf(credits, ctx.policy.policy)
  const isShared = mode === 'shared_pool'
  const usable = isShared ? credits.pool : credits.usable
  const { balance = 0, held = 0, spent = 0 } = credits.account ?? {}
  const allocated = balance + held + spent
  const code = troubleOf(facts, { isShared, usable, allocated })
  return result(ctx, 'credits', {
    data: {
      mode,
      usable,
      balance,
      held,
      spent,
      allocated,
      quota: mode === 'monthly_quota' ? Number(credits.quota) : null,
      pool: credits.pool,
      member_status: status
    },
    code,
    mend: code === undefined ? null : mendCredits(ctx, facts, { code, credits })
  })
}

interface Sums {
  readonly isShared: boolean
  readonly usable: number
  readonly allocated: number
}

function troubleOf(
  { status }: AccessFacts,
  { isShared, usable, allocated }: Sums
): Trouble | undefined {
  if (usable <= 0) {
    if (isShared) return 'pool_exhausted'
    return allocated > 0 ? 'credits_exhausted' : 'no_credits'
  }
  return status === 'active' ? undefined : 'credits_frozen'
}

interface Short {
  readonly code: Trouble
  readonly credits: CreditFacts
}

/** What is out of reach is mended where the person is let in; an empty pool has nothing to give. */
function mendCredits(ctx: OrgContext, facts: AccessFacts, { code, credits }: Short): Mend | null {
  if (code === 'credits_frozen') return null
  if (code === 'pool_exhausted' || credits.pool <= 0) {
    const body = { kind: 'top_up' }
    return mendBy(ctx, 'createCreditTransfers', {
      path: '/credit-transfers',
      body,
      needs: ['amount']
    })
  }
  return mendBy(ctx, 'createCreditAllocation', {
    path: '/credit-allocations',
    body: { strategy: 'equal', to: { member_ids: [facts.seat.member.id] } },
    needs: ['total']
  })
}
