import { type Static, Type } from '@sinclair/typebox'
import { CREDITS_MAX } from '../../policy/credits-shape.js'
import { Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { type QuotaState, REFILL_STATUSES } from './quota-state.js'

const ROLES_MAX = 250
const MEMBERS_MAX = 1_000
const MEMBER = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

const Quota = Type.Integer({
  minimum: 0,
  maximum: CREDITS_MAX,
  description: 'What there is to spend each month; 0: nothing.',
  examples: [500]
})
const Everybody = Nullable({
  ...Quota,
  description: 'Of whoever has no other; null: nothing.'
})
const Role = Type.String({ minLength: 1, maxLength: 48, examples: ['member'] })

const RoleQuota = Type.Object({ role: Role, amount: Quota }, { additionalProperties: false })
const MemberQuota = Type.Object(
  { member_id: Id('mem'), amount: Quota },
  { additionalProperties: false }
)
const said = {
  everybody: 500,
  roles: [{ role: 'admin', amount: 2_000 }],
  members: [{ member_id: MEMBER, amount: 5_000 }]
}

export const CreditQuotasPut = Type.Object(
  {
    everybody: Type.Optional(Everybody),
    roles: Type.Array(RoleQuota, { maxItems: ROLES_MAX, default: [] }),
    members: Type.Array(MemberQuota, { maxItems: MEMBERS_MAX, default: [] })
  },
  { additionalProperties: false, examples: [said] }
)
export type CreditQuotasPut = Static<typeof CreditQuotasPut>

const RefillSchema = Type.Object({
  status: oneOf(REFILL_STATUSES, {
    description:
      '`done`: by this request; `due`: within a minute; `short`: the pool lacks `missing`, so ' +
      'nobody is given anything until it has enough; `nothing`: nobody waits for it.'
  }),
  members: Type.Integer({ description: 'Whose quota was to be filled up.' }),
  amount: Type.Integer({ description: 'What they were given, all together.' }),
  missing: Type.Integer()
})

export const CreditQuotasSchema = Type.Object(
  {
    organization_id: Id('org'),
    everybody: Everybody,
    roles: Type.Array(RoleQuota),
    members: Type.Array(MemberQuota),
    period: Type.String({
      description: 'The month that it is in the organization’s time zone.',
      examples: ['2026-11']
    }),
    next_refill_at: Instant({ description: 'When the next month begins there.' }),
    refill: RefillSchema
  },
  {
    $id: 'CreditQuotas',
    examples: [
      {
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        ...said,
        period: '2026-11',
        next_refill_at: '2026-12-01T00:00:00.000Z',
        refill: { status: 'done', members: 8, amount: 9_500, missing: 0 }
      }
    ]
  }
)

/** The only crossing to the wire. */
export const toCreditQuotas = ({
  organizationId,
  quotas,
  month,
  nextRefillAt,
  refill
}: QuotaState): Static<typeof CreditQuotasSchema> => ({
  organization_id: organizationId,
  everybody: quotas.everybody,
  roles: [...quotas.roles].map(([role, amount]) => ({ role, amount })),
  members: [...quotas.members].map(([id, amount]) => ({ member_id: id, amount })),
  period: month.name,
  next_refill_at: nextRefillAt.toISOString(),
  refill: { ...refill }
})
