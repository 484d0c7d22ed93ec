import { type Static, Type } from '@sinclair/typebox'
import { CREDIT_REQUEST_STATUSES, type CreditRequestRow } from '../../db/tables/credits.js'
import { Id, Instant, Metadata, Nullable, OrganizationParams, oneOf } from '../../schemas.js'
import { Credits } from '../credits/schemas.js'

const TEXT_LENGTH_MAX = 500
const MEMBER = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

export const CreditRequestStatusSchema = oneOf(CREDIT_REQUEST_STATUSES)

/** What somebody says to others: lines of text, without other control characters. */
const Words = (description: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: TEXT_LENGTH_MAX,
    pattern: '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$',
    description,
    examples: [example]
  })
const Reason = Words('What they are for.', 'Translating the handbook')
const Note = Words('From whoever decides.', 'Half of it for now')

export const CreditRequestSchema = Type.Object(
  {
    id: Id('crq'),
    organization_id: Id('org'),
    member_id: Id('mem'),
    amount: Credits,
    reason: Nullable(Type.String()),
    metadata: Metadata,
    status: CreditRequestStatusSchema,
    approved_amount: Nullable(Type.Integer({ description: 'What was given.' })),
    transfer_id: Nullable(Type.String({ description: 'By which transfer.' })),
    note: Nullable(Type.String()),
    decided_by: Nullable(Type.Object({ type: Type.String(), id: Nullable(Type.String()) })),
    created_at: Instant(),
    updated_at: Instant(),
    decided_at: Nullable(Instant())
  },
  {
    $id: 'CreditRequest',
    examples: [
      {
        id: 'crq_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        member_id: MEMBER,
        amount: 500,
        reason: 'Translating the handbook',
        metadata: { project: 'handbook' },
        status: 'approved',
        approved_amount: 250,
        transfer_id: 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z',
        note: 'Half of it for now',
        decided_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y40' },
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T10:00:00.000Z',
        decided_at: '2026-11-22T10:00:00.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire. */
export const toCreditRequest = (row: CreditRequestRow): Static<typeof CreditRequestSchema> => ({
  id: row.id,
  organization_id: row.organizationId,
  member_id: row.memberId,
  amount: row.amount,
  reason: row.reason,
  metadata: row.metadata,
  status: row.status,
  approved_amount: row.approvedAmount,
  transfer_id: row.transferId,
  note: row.note,
  decided_by: row.decidedByType === null ? null : { type: row.decidedByType, id: row.decidedById },
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
  decided_at: row.decidedAt?.toISOString() ?? null
})

export const CreditRequestCreate = Type.Object(
  {
    amount: Credits,
    reason: Type.Optional(Reason),
    metadata: Type.Optional(Metadata),
    member_id: Type.Optional(Id('mem', MEMBER))
  },
  {
    additionalProperties: false,
    description: 'For whom: left out by a member, which asks for itself; said by the host.',
    examples: [{ amount: 500, reason: 'Translating the handbook', member_id: MEMBER }]
  }
)
export type CreditRequestCreate = Static<typeof CreditRequestCreate>

export const CreditRequestApprove = Type.Object(
  {
    amount: Type.Optional({
      ...Credits,
      description: 'Left out: what was asked. It may be less, or more.'
    }),
    note: Type.Optional(Note)
  },
  { additionalProperties: false, examples: [{ amount: 250, note: 'Half of it for now' }] }
)

export const CreditRequestDeny = Type.Object(
  { note: Type.Optional(Note) },
  { additionalProperties: false, examples: [{ note: 'Next month' }] }
)

export const CreditRequestParams = Type.Object({
  ...OrganizationParams.properties,
  credit_request_id: Id('crq')
})
