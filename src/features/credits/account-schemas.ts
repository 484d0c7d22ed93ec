import { type Static, Type } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import { CREDIT_MODES, type CreditAccountRow } from '../../db/tables/credits.js'
import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { uuidToId } from '../../ids.js'
import { Email, Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { modeOf } from '../credit-settings/queries.js'
import { statusAt } from '../members/effective-status.js'
import { roleLabel, statusLabel } from '../members/labels.js'
import type { AccountRow } from './account-queries.js'
import type { CreditSums } from './get-credits.js'
import { percentOf } from './percent.js'

export const MemberStatusSchema = oneOf(MEMBER_STATUSES)

const Mode = oneOf(CREDIT_MODES, { examples: ['allocated'] })
const Sum = (description: string, example = 0) => Type.Integer({ description, examples: [example] })

const ExpiringSchema = Type.Object({
  transfer_id: Type.String({ description: 'The top-up.' }),
  remaining: Type.Integer(),
  priority: Type.Integer(),
  expires_at: Instant()
})

export const CreditsSchema = Type.Object(
  {
    organization_id: Id('org'),
    mode: Mode,
    modes: Type.Array(Mode, { description: 'What the policy offers.' }),
    total: Sum('What was put in, less what has expired.', 10_000),
    allocated: Sum('With members: unused, held and spent.', 6_000),
    unallocated: Sum('Left in the pool to hand out.', 3_000),
    reserved: Sum('Promised to the invited, for when they accept.', 500),
    used_from_pool: Sum('Held and spent out of the pool itself, as in `shared_pool`.'),
    used_by_former: Sum('Held and spent by members who were removed since.', 500),
    held: Sum('By anybody: set aside until it is captured or released.', 100),
    spent: Sum('By anybody.', 2_400),
    expiring: Type.Array(ExpiringSchema, {
      description: 'What will expire, the soonest first; at most 20 top-ups.'
    })
  },
  {
    $id: 'Credits',
    description:
      '`total` = `allocated` + `unallocated` + `reserved` + `used_from_pool` + `used_by_former`. ' +
      '`held` and `spent` are parts of those.',
    examples: [
      {
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        mode: 'allocated',
        modes: ['allocated', 'shared_pool'],
        total: 10_000,
        allocated: 6_000,
        unallocated: 3_000,
        reserved: 500,
        used_from_pool: 0,
        used_by_former: 500,
        held: 100,
        spent: 2_400,
        expiring: [
          {
            transfer_id: 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z',
            remaining: 1_000,
            priority: 50,
            expires_at: '2026-12-01T00:00:00.000Z'
          }
        ]
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toCredits(
  sums: CreditSums,
  { organizationId, policy: { policy } }: Pick<OrgContext, 'organizationId' | 'policy'>
): Static<typeof CreditsSchema> {
  return {
    organization_id: organizationId,
    mode: modeOf(sums, policy),
    modes: [...policy.credits.modes],
    total: Number(sums.total),
    allocated: Number(sums.allocated),
    unallocated: Number(sums.unallocated),
    reserved: Number(sums.reserved),
    used_from_pool: Number(sums.used_from_pool),
    used_by_former: Number(sums.used_by_former),
    held: Number(sums.held),
    spent: Number(sums.spent),
    expiring: sums.expiring.map(({ top_up_id: id, remaining, priority, expires_at: at }) => ({
      transfer_id: uuidToId('trf', id),
      remaining,
      priority,
      expires_at: new Date(at).toISOString()
    }))
  }
}

export const CreditAccountSchema = Type.Object(
  {
    member_id: Id('mem'),
    name: Nullable(Type.String()),
    email: Email,
    role: Type.String({ examples: ['member'] }),
    role_label: Type.String({ description: 'In the language of Accept-Language.' }),
    status: MemberStatusSchema,
    status_label: Type.String({ description: 'The same in the policy’s words.' }),
    allocated: Sum('What it was given: unused, held and spent.', 2_000),
    used: Sum('What it has used, whoever paid: of a shared pool, too.', 1_247),
    unused: Sum('What it can spend, once it is active.', 753),
    held: Sum('Set aside until it is captured or released.'),
    percent: Nullable(
      Type.Integer({
        description: 'Spent of `allocated`, rounded half up; null: it was given nothing.',
        examples: [62]
      })
    ),
    requests: Sum('How often it has spent.', 38),
    last_used_at: Nullable(Instant()),
    quota: Nullable(
      Type.Integer({ description: 'What it has to spend each month, in `monthly_quota`.' })
    )
  },
  {
    $id: 'CreditAccount',
    examples: [
      {
        member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        name: 'Ana',
        email: 'ana@acme.test',
        role: 'member',
        role_label: 'Member',
        status: 'active',
        status_label: 'Active',
        allocated: 2_000,
        used: 1_247,
        unused: 753,
        held: 0,
        percent: 62,
        requests: 38,
        last_used_at: '2026-11-22T09:30:00.000Z',
        quota: null
      }
    ]
  }
)

type Reader = Pick<OrgContext, 'now' | 'locale' | 'policy'>

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toCreditAccount(
  row: AccountRow,
  { now, locale, policy: { policy } }: Reader
): Static<typeof CreditAccountSchema> {
  const { member, account } = row
  const status = statusAt(member, now)
  const hasQuota = status !== 'removed' && modeOf(row, policy) === 'monthly_quota'
  return {
    member_id: member.id,
    name: member.name,
    email: member.email,
    role: member.role,
    role_label: roleLabel(policy, member.role, locale),
    status,
    status_label: statusLabel(policy, status, locale),
    ...toFigures(account ?? NO_ACCOUNT),
    quota: hasQuota ? Number(row.quota) : null
  }
}

const NO_ACCOUNT = { balance: 0, held: 0, spent: 0, used: 0, requests: 0, lastUsedAt: null }

function toFigures(account: Pick<CreditAccountRow, keyof typeof NO_ACCOUNT>) {
  const { balance: unused, held, spent, used, requests, lastUsedAt } = account
  const allocated = unused + held + spent
  return {
    allocated,
    used,
    unused,
    held,
    percent: allocated === 0 ? null : percentOf(spent, allocated),
    requests,
    last_used_at: lastUsedAt?.toISOString() ?? null
  }
}
