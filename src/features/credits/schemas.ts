import { type Static, Type } from '@sinclair/typebox'
import {
  ACCOUNT_KINDS,
  type CreditTransferRow,
  POOL_HOLDER,
  TRANSFER_KINDS,
  WANTED_KINDS
} from '../../db/tables/credits.js'
import { CREDITS_MAX } from '../../policy/credits-shape.js'
import { Id, Instant, Metadata, Nullable, oneOf, ProblemSchema, ref } from '../../schemas.js'

/** Whole credits; numbers above are not exact in JSON. */
export const Credits = Type.Integer({ minimum: 1, maximum: CREDITS_MAX, examples: [500] })

/** A number of credits in an answer. */
export const CreditCount = Type.Integer({ minimum: 0, maximum: CREDITS_MAX, examples: [500] })

export const TransferKindSchema = oneOf(TRANSFER_KINDS, { examples: ['spend'] })

export const Reference = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  description: 'Your own key of what it is for; needs not be unique.',
  examples: ['run_4711']
})

export const Reason = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'For people.',
  examples: ['March']
})

const IdempotencyKeyField = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[\\x21\\x23-\\x7e]+$',
  description: 'Done once in the organization, however often it is sent, for good.',
  examples: ['run_4711']
})

const transferFields = {
  kind: Type.Optional(oneOf(WANTED_KINDS, { examples: ['spend'] })),
  amount: Type.Optional(Credits),
  member_id: Type.Optional(Id('mem')),
  to_member_id: Type.Optional(Id('mem')),
  transfer_id: Type.Optional(Id('trf')),
  reference: Type.Optional(Reference),
  reason: Type.Optional(Reason),
  metadata: Type.Optional(Metadata),
  priority: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description:
        'Of a top-up: lower ones are used first; all that say none are 50. Among equals what expires ' +
        'first goes first.',
      examples: [10]
    })
  ),
  expires_at: Type.Optional(
    Instant({
      description: 'Of a top-up: until when it can be used. Of a hold: until when it holds.'
    })
  ),
  idempotency_key: Type.Optional(IdempotencyKeyField)
}

/** One transfer as it is wanted; which fields go with which kind `readTransfer` says. */
export const TransferWish = Type.Object(transferFields, { additionalProperties: false })
export type TransferWish = Static<typeof TransferWish>

const TRANSFERS_MAX = 1_000

export const CreditTransferCreate = Type.Object(
  {
    ...transferFields,
    transfers: Type.Optional(
      Type.Array(TransferWish, {
        minItems: 1,
        maxItems: TRANSFERS_MAX,
        description: 'In place of one: many, in this order, each with a result of its own.'
      })
    ),
    all_or_nothing: Type.Optional(
      Type.Boolean({
        description: 'Of many: if one is refused, none is done. Otherwise: each by itself.'
      })
    )
  },
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [
      {
        kind: 'spend',
        amount: 3,
        member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        reference: 'run_4711'
      }
    ]
  }
)
export type CreditTransferCreate = Static<typeof CreditTransferCreate>

const TRANSFER = {
  id: 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  kind: 'spend',
  amount: 3,
  from: { account: 'member', member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' },
  to: { account: 'spent', member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' },
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  transfer_id: null,
  balance: 1997,
  reference: 'run_4711',
  reason: null,
  metadata: { model: 'large' },
  priority: null,
  expires_at: null,
  idempotency_key: 'run_4711',
  actor: { type: 'api_key', id: 'key_01jd3v8k2ffb5t0m5r6w9x7y3z' },
  created_at: '2026-11-22T09:30:00.000Z'
}

const Side = Type.Object(
  {
    account: oneOf(ACCOUNT_KINDS),
    member_id: Nullable(Id('mem'))
  },
  { description: 'An account: whose, where it is a member’s.' }
)

export const CreditTransferSchema = Type.Object(
  {
    id: Id('trf'),
    organization_id: Id('org'),
    kind: TransferKindSchema,
    amount: Credits,
    from: Side,
    to: Side,
    member_id: Nullable(Id('mem')),
    transfer_id: Nullable(Id('trf')),
    balance: Type.Integer({
      minimum: 0,
      description: 'What whoever pays has left to spend after it; where nobody pays, whoever gets.'
    }),
    reference: Nullable(Type.String()),
    reason: Nullable(Type.String()),
    metadata: Metadata,
    priority: Nullable(Type.Integer()),
    expires_at: Nullable(Instant()),
    idempotency_key: Nullable(Type.String()),
    actor: Type.Object({ type: Type.String(), id: Nullable(Type.String()) }),
    created_at: Instant()
  },
  {
    $id: 'CreditTransfer',
    examples: [TRANSFER]
  }
)

const memberOrNull = (id: string) => (id === POOL_HOLDER ? null : id)

/** The only crossing from row to wire. */
export function toCreditTransfer(row: CreditTransferRow): Static<typeof CreditTransferSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    kind: row.kind,
    amount: row.amount,
    from: { account: row.fromAccount, member_id: memberOrNull(row.fromId) },
    to: { account: row.toAccount, member_id: memberOrNull(row.toId) },
    member_id: row.memberId,
    transfer_id: row.ofId,
    balance: row.balance,
    reference: row.reference,
    reason: row.reason,
    metadata: row.metadata,
    priority: row.priority,
    expires_at: row.expiresAt?.toISOString() ?? null,
    idempotency_key: row.idempotencyKey,
    actor: { type: row.actorType, id: row.actorId },
    created_at: row.createdAt.toISOString()
  }
}

export const CreditTransferResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        status: oneOf(['created', 'replayed', 'error'], {
          description: '`replayed`: done before, under the same key.'
        }),
        transfer: Type.Optional(ref(CreditTransferSchema)),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each transfer, in the order given.' }
    )
  },
  {
    $id: 'CreditTransferResults',
    examples: [{ data: [{ status: 'created', transfer: TRANSFER }] }]
  }
)
