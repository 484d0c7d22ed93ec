import { type Static, Type } from '@sinclair/typebox'
import { type BillingEntryRow, ENTRY_KINDS } from '../../db/tables/billing-entries.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import { Billing, Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { amountDue } from './append-entries.js'
import { toBilling } from './billing-fields.js'

export const BillingPush = Type.Object(
  {
    ...Billing.properties,
    seats_through: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'Number of the last billing entry that `seats` takes into account. Overages after it were ' +
          'charged while you counted: their seats are added. Left out: `seats` is all there are.',
        examples: [41]
      })
    )
  },
  { additionalProperties: false, examples: Billing.examples as unknown[] }
)

const Amount = Nullable(
  Type.Integer({ description: 'Minor units; null: the price is not known.', examples: [1150] })
)

export const BillingSchema = Type.Object(
  {
    ...Billing.properties,
    credit_balance: Type.Integer({
      description: 'Money credits, in minor units: they pay the next charges, and nothing else.',
      examples: [0]
    }),
    last_entry: Type.Integer({ description: 'Number of the last billing entry.', examples: [41] })
  },
  {
    $id: 'Billing',
    examples: [
      {
        status: 'ok',
        plan: 'business',
        entitlements: ['team'],
        seats: 25,
        period: { starts_on: '2026-11-01', ends_on: '2026-12-01' },
        currency: 'USD',
        prices: { seat: 2300 },
        account_owner: null,
        credit_balance: 0,
        last_entry: 41
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toBillingAnswer(row: OrganizationRow): Static<typeof BillingSchema> {
  return { ...toBilling(row), credit_balance: row.creditBalance, last_entry: row.billingNumber }
}

export const EntryKindSchema = oneOf(ENTRY_KINDS, {
  description:
    'Charges: `overage`, `member_added`, `resource_added`. Credits: `member_removed`, ' +
    '`resource_removed`. `credit_expired`: what was left of them.',
  examples: ['member_added']
})

export const BillingEntrySchema = Type.Object(
  {
    id: Id('bil'),
    number: Type.Integer({ description: 'Without gaps within the organization.', examples: [41] }),
    kind: EntryKindSchema,
    reason: Type.String({
      description: 'Unique within the organization: a retry or a resend charges nothing twice.',
      examples: ['member_added:mem_01jd3v8k2ffb5t0m5r6w9x7y3z:1']
    }),
    subject: Type.Object({ type: Type.String(), id: Type.String() }),
    quantity: Type.Integer({ examples: [1] }),
    plan: Nullable(Type.String()),
    currency: Nullable(Type.String()),
    unit_price: Nullable(Type.Integer({ description: 'For a whole period, in minor units.' })),
    period: Nullable(Type.Object({ starts_on: Type.String(), ends_on: Type.String() })),
    days: Nullable(Type.Integer({ description: 'Of `days_of`: the share of the period.' })),
    days_of: Nullable(Type.Integer()),
    amount: Amount,
    credit_applied: Type.Integer({ description: 'What of a charge the credits have paid.' }),
    amount_due: Amount,
    occurred_at: Instant(),
    policy_version: Type.Integer()
  },
  {
    $id: 'BillingEntry',
    examples: [
      {
        id: 'bil_01jd3v8k2ffb5t0m5r6w9x7y3z',
        number: 41,
        kind: 'member_added',
        reason: 'member_added:mem_01jd3v8k2ffb5t0m5r6w9x7y3z:1',
        subject: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' },
        quantity: 1,
        plan: 'business',
        currency: 'USD',
        unit_price: 2300,
        period: { starts_on: '2026-11-01', ends_on: '2026-12-01' },
        days: 15,
        days_of: 30,
        amount: 1150,
        credit_applied: 0,
        amount_due: 1150,
        occurred_at: '2026-11-16T09:30:00.000Z',
        policy_version: 1
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toBillingEntry(row: BillingEntryRow): Static<typeof BillingEntrySchema> {
  const { periodStartsOn: startsOn, periodEndsOn: endsOn } = row
  return {
    id: row.id,
    number: row.number,
    kind: row.kind,
    reason: row.reason,
    subject: { type: row.subjectType, id: row.subjectId },
    quantity: row.quantity,
    plan: row.plan,
    currency: row.currency,
    unit_price: row.unitPrice,
    period: startsOn === null || endsOn === null ? null : { starts_on: startsOn, ends_on: endsOn },
    days: row.days,
    days_of: row.daysOf,
    amount: row.amount,
    credit_applied: row.creditApplied,
    amount_due: amountDue(row),
    occurred_at: row.occurredAt.toISOString(),
    policy_version: row.policyVersion
  }
}
