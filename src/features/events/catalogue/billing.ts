import { Type } from '@sinclair/typebox'
import { ENTRY_KINDS } from '../../../db/tables/billing-entries.js'
import { Nullable } from '../../../schemas.js'
import { changed, entry, some, words } from './entry.js'
import { Amount, Count, Text, Texts } from './fields.js'

const Day = Type.String({ format: 'date', examples: ['2026-11-01'] })
const Period = Nullable(
  Type.Object(
    { starts_on: Day, ends_on: Day },
    {
      additionalProperties: false,
      description: 'Of the subscription; `ends_on` is the first day after it.',
      examples: [{ starts_on: '2026-11-01', ends_on: '2026-12-01' }]
    }
  )
)
const Plan = Nullable(Text('business', 'The plan of your billing.'))
const Currency = Nullable(Text('USD', 'ISO 4217.'))
const Money = (example: number, description: string) => Nullable(Amount(example, description))

/** The entry as `GET {o}/billing/entries` lists it. */
const billed = {
  number: Count(41, 'Without gaps within the organization.'),
  kind: words(ENTRY_KINDS, 'What it became due for.'),
  subject: Type.Object(
    {
      type: words(['invitation', 'member', 'organization'], 'Of what kind.'),
      id: Type.String()
    },
    {
      additionalProperties: false,
      description: 'For what it became due.',
      examples: [{ type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' }]
    }
  ),
  quantity: Count(1, 'How many.'),
  plan: Plan,
  currency: Currency,
  unit_price: Money(2_300, 'For a whole period, in minor units; null: not known.'),
  period: Period,
  days: Nullable(Count(15, 'Of `days_of`: the share of the period.')),
  days_of: Nullable(Count(30, 'Days of the period.')),
  amount: Money(1_150, 'Minor units; null: the price is not known.'),
  credit_applied: Amount(0, 'What of a charge the money credits have paid.'),
  amount_due: Money(1_150, 'What of a charge is still to be paid.')
}

const figures = {
  used: Count(10, 'Seats in use.'),
  size: Count(10, 'Seats there are.'),
  available: Count(0, 'Seats that are free.')
}

export const BILLING_EVENTS = {
  'billing.updated': entry({
    subjects: ['organization'],
    description: 'Your billing pushed another plan, period, price, status or number of seats.',
    changes: some({
      status: changed(
        words(['ok', 'past_due'], 'Whether an invoice is overdue.'),
        'ok',
        'past_due'
      ),
      plan: changed(Plan, null, 'business'),
      entitlements: changed(Texts(['team'], 'What the plan includes.'), [], ['team']),
      seats: changed(Nullable(Count(25, 'Null: as the policy says.')), 10, 25),
      period: changed(Period, null, { starts_on: '2026-11-01', ends_on: '2026-12-01' }),
      currency: changed(Currency, null, 'USD'),
      prices: changed(
        Type.Object(some({ seat: Type.Integer(), resource: Type.Integer() }), {
          additionalProperties: false,
          description: 'For a whole period, in minor units.'
        }),
        {},
        { seat: 2_300 }
      ),
      account_owner: changed(
        Nullable(Text('Acme SAS', 'Whom your billing regards as the owner.')),
        null,
        'Acme SAS'
      )
    })
  }),
  'billing.charge_due': entry({
    subjects: ['billing_entry'],
    description: 'Something became due: charge it, once. A retry or a resend leaves no other.',
    data: billed
  }),
  'billing.credit_due': entry({
    subjects: ['billing_entry'],
    description: 'The organization was credited: the next charges take it from its money credits.',
    data: billed
  }),
  'billing.credit_expired': entry({
    subjects: ['billing_entry'],
    description: 'What was left of the money credits ended with the subscription.',
    data: billed
  }),
  'seats.limit_reached': entry({
    subjects: ['organization'],
    description: 'The last free seat was taken.',
    data: figures
  }),
  'seats.purchased': entry({
    subjects: ['organization'],
    description: 'The team is larger than before: your billing said so, or overage was charged.',
    data: {
      by: words(['overage', 'billing'], 'By what.'),
      quantity: Count(1, 'How many seats more.'),
      size: Nullable(Count(11, 'Seats there are now; null: any number.'))
    }
  }),
  'seats.released': entry({
    subjects: ['organization'],
    description: 'Seats became free.',
    data: { quantity: Count(1, 'How many.'), ...some(figures) }
  })
}
