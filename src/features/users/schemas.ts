import { type Static, Type } from '@sinclair/typebox'
import {
  CREDIT_REQUEST_STATUSES,
  type CreditAccountRow,
  type CreditRequestRow
} from '../../db/tables/credits.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import { INVITATION_STATUSES } from '../../db/tables/invitations.js'
import { MEMBER_STATUSES, type MemberRow } from '../../db/tables/members.js'
import { Id, Instant, Metadata, Name, Nullable, oneOf, UserId } from '../../schemas.js'
import { invitationStatusAt } from '../invitations/queries.js'
import { statusAt } from '../members/effective-status.js'

export const UserParams = Type.Object({ user_id: UserId })

export const UserUpdate = Type.Object(
  { name: Nullable(Name(200, 'Ana Lima')) },
  { $id: 'UserUpdate', additionalProperties: false, examples: [{ name: 'Ana Lima' }] }
)
export type UserUpdate = Static<typeof UserUpdate>

const UserMembership = Type.Object({
  organization_id: Id('org'),
  member_id: Id('mem'),
  email: Type.String(),
  name: Nullable(Type.String()),
  role: Type.String(),
  status: oneOf(MEMBER_STATUSES),
  external_id: Nullable(Type.String()),
  metadata: Metadata,
  joined_at: Nullable(Instant()),
  removed_at: Nullable(Instant()),
  last_active_at: Nullable(Instant())
})

const UserInvitation = Type.Object({
  organization_id: Id('org'),
  invitation_id: Id('inv'),
  email: Type.String(),
  role: Type.String(),
  status: oneOf(INVITATION_STATUSES),
  message: Nullable(Type.String()),
  created_at: Instant(),
  ended_at: Nullable(Instant())
})

const UserCreditAccount = Type.Object({
  organization_id: Id('org'),
  member_id: Id('mem'),
  unused: Type.Integer(),
  held: Type.Integer(),
  spent: Type.Integer({ description: 'Of what the member was given.' }),
  used: Type.Integer({ description: 'Whoever paid.' }),
  requests: Type.Integer({ description: 'How often something was spent.' }),
  last_used_at: Nullable(Instant())
})

const UserCreditRequest = Type.Object({
  organization_id: Id('org'),
  credit_request_id: Id('crq'),
  amount: Type.Integer(),
  reason: Nullable(Type.String()),
  metadata: Metadata,
  status: oneOf(CREDIT_REQUEST_STATUSES),
  note: Nullable(Type.String({ description: 'Of whoever decided.' })),
  created_at: Instant(),
  decided_at: Nullable(Instant())
})

export const UserMemberships = Type.Object(
  { user_id: Type.String(), updated: Type.Integer({ description: 'How many changed.' }) },
  { $id: 'UserMemberships', examples: [{ user_id: 'u_ana', updated: 2 }] }
)

export const UserExport = Type.Object(
  {
    user_id: Type.String(),
    memberships: Type.Array(UserMembership),
    invitations: Type.Array(UserInvitation),
    credit_accounts: Type.Array(UserCreditAccount),
    credit_requests: Type.Array(UserCreditRequest),
    events: Type.Array(
      Type.Object({
        organization_id: Nullable(Id('org')),
        id: Id('evt'),
        type: Type.String(),
        occurred_at: Instant(),
        data: Type.Record(Type.String(), Type.Unknown())
      }),
      { description: 'What names the person, newest first; at most 10,000.' }
    )
  },
  {
    $id: 'UserExport',
    description: 'What is held of a person, in all organizations.',
    examples: [
      {
        user_id: 'u_ana',
        memberships: [],
        invitations: [],
        credit_accounts: [],
        credit_requests: [],
        events: []
      }
    ]
  }
)

export const UserErased = Type.Object(
  {
    members: Type.Integer(),
    invitations: Type.Integer(),
    events: Type.Integer({ description: 'In how many events something was blotted out.' })
  },
  { $id: 'UserErased', examples: [{ members: 1, invitations: 1, events: 4 }] }
)

export const toUserMembership = (row: MemberRow, now: Date): Static<typeof UserMembership> => ({
  organization_id: row.organizationId,
  member_id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  status: statusAt(row, now),
  external_id: row.externalId,
  metadata: row.metadata,
  joined_at: row.joinedAt?.toISOString() ?? null,
  removed_at: row.removedAt?.toISOString() ?? null,
  last_active_at: row.lastActiveAt?.toISOString() ?? null
})

export const toUserInvitation = (row: InvitationRow, now: Date): Static<typeof UserInvitation> => ({
  organization_id: row.organizationId,
  invitation_id: row.id,
  email: row.email,
  role: row.role,
  status: invitationStatusAt(row, now),
  message: row.message,
  created_at: row.createdAt.toISOString(),
  ended_at: row.endedAt?.toISOString() ?? null
})

export const toUserCreditAccount = (row: CreditAccountRow): Static<typeof UserCreditAccount> => ({
  organization_id: row.organizationId,
  member_id: row.holderId,
  unused: row.balance,
  held: row.held,
  spent: row.spent,
  used: row.used,
  requests: row.requests,
  last_used_at: row.lastUsedAt?.toISOString() ?? null
})

export const toUserCreditRequest = (row: CreditRequestRow): Static<typeof UserCreditRequest> => ({
  organization_id: row.organizationId,
  credit_request_id: row.id,
  amount: row.amount,
  reason: row.reason,
  metadata: row.metadata,
  status: row.status,
  note: row.note,
  created_at: row.createdAt.toISOString(),
  decided_at: row.decidedAt?.toISOString() ?? null
})
