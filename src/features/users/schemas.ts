import { type Static, Type } from '@sinclair/typebox'
import { CREDIT_REQUEST_STATUSES, TRANSFER_KINDS } from '../../db/tables/credits.js'
import { INVITATION_STATUSES } from '../../db/tables/invitations.js'
import { MEMBER_STATUSES } from '../../db/tables/members.js'
import {
  AvatarUrl,
  Email,
  Id,
  Instant,
  Metadata,
  Name,
  Nullable,
  oneOf,
  UserId
} from '../../schemas.js'

export const UserParams = Type.Object({ user_id: UserId })

export const UserUpdate = Type.Object(
  {
    name: Type.Optional(Nullable(Name(200, 'Ana Lima'))),
    avatar_url: Type.Optional(Nullable(AvatarUrl)),
    email: Type.Optional(Email)
  },
  {
    $id: 'UserUpdate',
    additionalProperties: false,
    minProperties: 1,
    examples: [{ name: 'Ana Lima', avatar_url: 'https://cdn.acme.test/ana.png' }]
  }
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
  avatar_url: Nullable(Type.String()),
  metadata: Metadata,
  joined_at: Nullable(Instant()),
  removed_at: Nullable(Instant()),
  last_active_at: Nullable(Instant()),
  last_sign_in_at: Nullable(Instant())
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

const FormerIdentity = Type.Object({
  organization_id: Id('org'),
  member_id: Id('mem'),
  email: Type.String(),
  name: Nullable(Type.String()),
  avatar_url: Nullable(Type.String()),
  joined_at: Nullable(Instant()),
  until: Instant()
})

const UserGroup = Type.Object({
  organization_id: Id('org'),
  member_id: Id('mem'),
  group_id: Id('grp'),
  name: Type.String(),
  added_at: Instant()
})

const resource = {
  organization_id: Id('org'),
  member_id: Id('mem'),
  resource_id: Id('res'),
  external_id: Nullable(Type.String()),
  kind: Type.String(),
  name: Nullable(Type.String()),
  created_at: Instant()
}
const UserGrant = Type.Object({
  ...resource,
  mode: Type.String(),
  last_used_at: Nullable(Instant())
})

const UserCreditTransfer = Type.Object({
  organization_id: Id('org'),
  transfer_id: Id('trf'),
  kind: oneOf(TRANSFER_KINDS),
  amount: Type.Integer(),
  reference: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  metadata: Metadata,
  created_at: Instant()
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

export const UserUpdated = Type.Object(
  {
    user_id: Type.String(),
    updated: Type.Integer({ description: 'How many memberships changed.' }),
    skipped: Type.Array(
      Type.Object({
        organization_id: Id('org'),
        code: Type.String({
          description:
            '`field_not_editable`: its policy does not let addresses be changed; `already_member`, ' +
            '`already_invited`: somebody else has this one; `member_not_in_team`: they were ' +
            'removed; `organization_canceled`.'
        })
      }),
      { description: 'Where the address stays what it was, and why.' }
    )
  },
  {
    $id: 'UserUpdated',
    examples: [
      {
        user_id: 'u_ana',
        updated: 2,
        skipped: [{ organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z', code: 'field_not_editable' }]
      }
    ]
  }
)

export const UserExport = Type.Object(
  {
    user_id: Type.String(),
    memberships: Type.Array(UserMembership),
    former_identities: Type.Array(FormerIdentity, {
      description:
        'By what they were known where the seat says otherwise by now: it is another’s, their name ' +
        'was taken off it, or they have another address.'
    }),
    invitations: Type.Array(UserInvitation),
    groups: Type.Array(UserGroup),
    grants: Type.Array(UserGrant),
    owned_resources: Type.Array(Type.Object(resource)),
    credit_accounts: Type.Array(UserCreditAccount),
    credit_requests: Type.Array(UserCreditRequest),
    credit_transfers: Type.Array(UserCreditTransfer, {
      description: 'What was moved for them, newest first; at most 10,000.'
    }),
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
        former_identities: [],
        invitations: [],
        groups: [],
        grants: [],
        owned_resources: [],
        credit_accounts: [],
        credit_requests: [],
        credit_transfers: [],
        events: []
      }
    ]
  }
)

export const UserErased = Type.Object(
  {
    members: Type.Integer({
      description: 'Seats that were theirs, also those others have by now.'
    }),
    invitations: Type.Integer(),
    events: Type.Integer({ description: 'In how many events something was blotted out.' })
  },
  { $id: 'UserErased', examples: [{ members: 1, invitations: 1, events: 4 }] }
)
export type UserExport = Static<typeof UserExport>
