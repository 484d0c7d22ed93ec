import { Type } from '@sinclair/typebox'
import { CREDIT_MODES } from '../../../db/tables/credits.js'
import { Id, Instant, Nullable } from '../../../schemas.js'
import { about, became, changed, entry, words } from './entry.js'
import { Amount, Count, MemberId, Text } from './fields.js'

const TransferId = about(Id('trf'), 'The transfer in the ledger.')
const Reason = Nullable(Text('project kick-off', 'What whoever moved them wrote.'))
const Reference = Nullable(Text('order-77', 'Your own key of it.'))

/** What every transfer tells. */
const moved = {
  transfer_id: TransferId,
  amount: Amount(100, 'Credits.'),
  balance: Amount(900, 'What is left where they came from.'),
  reason: Reason,
  reference: Reference
}

const left = {
  account: words(['pool', 'member'], 'Whose: the organization’s pool, or a member’s.'),
  member_id: Nullable(about(Id('mem'), 'Whose; null: the pool.')),
  balance: Amount(12, 'What is left.'),
  transfer_id: about(Id('trf'), 'The transfer that made it so.')
}

const Period = Text('2026-11', 'The month, in the organization’s time zone.')

const decided = {
  member_id: about(MemberId, 'Who asked.'),
  requested: Amount(50, 'How many were asked for.'),
  note: Nullable(Text('for the launch', 'What whoever decided wrote.'))
}

const Quotas = Type.Record(Type.String(), Type.Integer(), {
  description: 'What differs only: credits a month, by role or by member.'
})

export const CREDIT_EVENTS = {
  'credits.topped_up': entry({
    subjects: ['organization'],
    description: 'The pool has more credits.',
    data: {
      ...moved,
      balance: Amount(1_000, 'What is in the pool now.'),
      expires_at: Type.Optional(Instant({ description: 'When what is left of them ends.' }))
    }
  }),
  'credits.allocated': entry({
    subjects: ['member'],
    description: 'A member was given credits from the pool.',
    data: { ...moved, member_id: about(MemberId, 'Who has them now.') }
  }),
  'credits.reclaimed': entry({
    subjects: ['member'],
    description: 'Credits of a member are the pool’s again.',
    data: { ...moved, member_id: about(MemberId, 'Who had them.') }
  }),
  'credits.moved': entry({
    subjects: ['member'],
    description: 'A member’s credits are another member’s.',
    data: {
      ...moved,
      member_id: about(MemberId, 'Who has them now.'),
      from_member_id: about(MemberId, 'Who had them.')
    }
  }),
  'credits.distributed': entry({
    subjects: ['organization'],
    description: 'Many members were given credits at once: one event for all of them.',
    data: {
      strategy: words(['equal', 'weights', 'amounts', 'roles', 'groups'], 'How they were divided.'),
      total: Amount(1_000, 'Credits given.'),
      members: Count(10, 'How many got some.'),
      reference: Reference
    }
  }),
  'credits.expired': entry({
    subjects: ['organization'],
    description: 'What was left of a top-up ended.',
    data: {
      top_up_id: about(Id('trf'), 'The transfer that had brought them.'),
      amount: Amount(40, 'Credits that ended.')
    }
  }),
  'credits.low': entry({
    subjects: ['organization', 'member'],
    description: 'Less is left than the policy calls little: told when a transfer makes it so.',
    data: { ...left, percent: Count(20, 'The line that was crossed, of what was given.') }
  }),
  'credits.exhausted': entry({
    subjects: ['organization', 'member'],
    description: 'Nothing is left: told when a transfer makes it so.',
    data: { ...left, balance: Amount(0, 'What is left.') }
  }),
  'credits.quota_refilled': entry({
    subjects: ['organization'],
    description: 'Members were filled up to their monthly quota.',
    data: {
      period: Period,
      members: Count(10, 'How many were given some.'),
      amount: Amount(700, 'Credits given.')
    }
  }),
  'credits.quota_short': entry({
    subjects: ['organization'],
    description: 'The pool has too little for the month’s quotas, so nobody was filled up.',
    data: {
      period: Period,
      needed: Amount(700, 'Credits needed.'),
      available: Amount(120, 'Credits in the pool.')
    }
  }),
  'credit_settings.updated': entry({
    subjects: ['organization'],
    description: 'The team uses its credits in another way.',
    changes: {
      mode: changed(words(CREDIT_MODES, 'How.'), 'allocated', 'shared_pool')
    }
  }),
  'credit_quotas.updated': entry({
    subjects: ['organization'],
    description: 'Other monthly quotas hold.',
    changes: {
      everybody: Type.Optional(
        changed(Nullable(Count(50, 'Whoever has no other; null: none.')), null, 50)
      ),
      roles: Type.Optional(changed(Quotas, {}, { admin: 200 })),
      members: Type.Optional(changed(Quotas, {}, { mem_01jd3v8k2ffb5t0m5r6w9x7y3z: 300 }))
    }
  }),
  'credit_request.created': entry({
    subjects: ['credit_request'],
    description: 'A member asks for credits.',
    data: {
      member_id: about(MemberId, 'Who asks.'),
      amount: Amount(50, 'How many.'),
      reason: Nullable(Text('for the launch', 'What for.'))
    }
  }),
  'credit_request.approved': entry({
    subjects: ['credit_request'],
    description: 'The member was given credits, perhaps another number than asked for.',
    data: { ...decided, amount: Amount(40, 'Credits given.'), transfer_id: TransferId },
    changes: { status: became('pending', 'approved') }
  }),
  'credit_request.denied': entry({
    subjects: ['credit_request'],
    description: 'The member was given nothing.',
    data: decided,
    changes: { status: became('pending', 'denied') }
  }),
  'credit_request.canceled': entry({
    subjects: ['credit_request'],
    description: 'The member does not ask any more.',
    data: decided,
    changes: { status: became('pending', 'canceled') }
  })
}
