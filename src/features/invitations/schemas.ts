import { type Static, Type } from '@sinclair/typebox'
import { LINK_TOKEN_LENGTH_MAX, LINK_TOKEN_PATTERN } from '../../crypto/link-token.js'
import { DELIVERIES, INVITATION_STATUSES, type InvitationRow } from '../../db/tables/invitations.js'
import {
  Email,
  ExternalId,
  Id,
  Instant,
  LocaleSchema,
  Metadata,
  Name,
  Nullable,
  ProblemSchema,
  ref,
  UserId
} from '../../schemas.js'
import { invitationStatusAt } from './queries.js'

/** Addresses of one request. */
export const ADDRESSES_MAX = 1_000

/** Addresses are checked one by one, so that a bad one does not fail the others. */
const RawAddress = Type.String({ minLength: 1, maxLength: 400, examples: ['bo@acme.test'] })
const TEXT_LENGTH_MAX = 400_000

const RoleKey = Type.String({
  minLength: 1,
  maxLength: 48,
  description: 'A role of the policy; left out: its default role.',
  examples: ['member']
})

export const InvitationCreate = Type.Object(
  {
    emails: Type.Optional(
      Type.Union(
        [
          Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX }),
          Type.Array(RawAddress, { minItems: 1, maxItems: ADDRESSES_MAX })
        ],
        {
          description: `Addresses: a list, or one text with commas or new lines. At most ${ADDRESSES_MAX}.`
        }
      )
    ),
    invitations: Type.Optional(
      Type.Array(
        Type.Object(
          {
            email: RawAddress,
            name: Type.Optional(Name(200, 'Bo')),
            role: Type.Optional(RoleKey),
            locale: Type.Optional(LocaleSchema),
            external_id: Type.Optional(ExternalId),
            metadata: Type.Optional(Metadata)
          },
          { additionalProperties: false }
        ),
        {
          minItems: 1,
          maxItems: ADDRESSES_MAX,
          description: 'The same with more to say about each person.'
        }
      )
    ),
    role: Type.Optional(RoleKey),
    locale: Type.Optional(LocaleSchema),
    send_email: Type.Boolean({
      default: true,
      description: 'False: Muster sends no mail and answers with each link, once, for you to send.'
    })
  },
  {
    additionalProperties: false,
    examples: [{ emails: 'ana@acme.test, bo@acme.test\ncy@acme.test' }]
  }
)
export type InvitationCreate = Static<typeof InvitationCreate>

export const InvitationStatusSchema = Type.Union(
  INVITATION_STATUSES.map((status) => Type.Literal(status))
)

const INVITATION = {
  id: 'inv_01jd3v8k2ffb5t0m5r6w9x7y3z',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  email: 'ana@acme.test',
  role: 'member',
  status: 'pending',
  delivery: 'queued',
  locale: 'en',
  invited_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3a', name: 'Olga' },
  created_at: '2026-11-22T09:30:00.000Z',
  updated_at: '2026-11-22T09:30:00.000Z',
  sent_at: null,
  expires_at: '2026-11-29T09:30:00.000Z',
  ended_at: null
}

export const InvitationSchema = Type.Object(
  {
    id: Id('inv'),
    organization_id: Id('org'),
    member_id: Id('mem'),
    email: Email,
    role: Type.String(),
    status: InvitationStatusSchema,
    delivery: Nullable(
      Type.Union(
        DELIVERIES.map((delivery) => Type.Literal(delivery)),
        { description: 'Where its mail is; null: none was sent, and none will be.' }
      )
    ),
    locale: LocaleSchema,
    invited_by: Type.Object({
      type: Type.String(),
      id: Type.String(),
      name: Nullable(Type.String())
    }),
    created_at: Instant(),
    updated_at: Instant(),
    sent_at: Nullable(Instant()),
    expires_at: Nullable(Instant({ description: 'Null: it lives until it is used or canceled.' })),
    ended_at: Nullable(Instant())
  },
  {
    $id: 'Invitation',
    examples: [INVITATION]
  }
)

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toInvitation(row: InvitationRow, now: Date): Static<typeof InvitationSchema> {
  const status = invitationStatusAt(row, now)
  return {
    id: row.id,
    organization_id: row.organizationId,
    member_id: row.memberId,
    email: row.email,
    role: row.role,
    status,
    // A mail that is still waiting when its invitation ends is never sent.
    delivery: row.delivery === 'queued' && status !== 'pending' ? null : row.delivery,
    locale: row.locale,
    invited_by: { type: row.invitedByType, id: row.invitedById, name: row.invitedByName },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    sent_at: row.sentAt?.toISOString() ?? null,
    expires_at: row.expiresAt?.toISOString() ?? null,
    ended_at: row.endedAt?.toISOString() ?? null
  }
}

const LinkUrl = Type.String({
  description: 'Whoever holds it can accept: treat it as a secret.',
  examples: ['http://localhost:4700/invitations/mlk_AQFh…']
})

export const InvitationResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        status: Type.Union([Type.Literal('created'), Type.Literal('error')]),
        email: Type.String({ description: 'As it was given.' }),
        invitation: Type.Optional(ref(InvitationSchema)),
        link: Type.Optional(LinkUrl),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each address, in the order given.' }
    )
  },
  {
    $id: 'InvitationResults',
    examples: [{ data: [{ status: 'created', email: 'ana@acme.test', invitation: INVITATION }] }]
  }
)

export const InvitationResend = Type.Object(
  {
    via: Type.Union([Type.Literal('email'), Type.Literal('link')], {
      default: 'email',
      description: '`link`: no mail; the answer holds the link.'
    })
  },
  { additionalProperties: false, examples: [{ via: 'email' }] }
)
export type InvitationResend = Static<typeof InvitationResend>

export const InvitationWithLink = Type.Object(
  { invitation: ref(InvitationSchema), link: Type.Optional(LinkUrl) },
  { $id: 'InvitationWithLink', examples: [{ invitation: INVITATION }] }
)

const TOKEN = 'mlk_AQFhAZNxGi4vfJ9Ah_zVx3wBk3EaLi98n0CH_NXHfAAAAAGJx0Yq3kVJbXgQm1rT8pZs'

const Token = Type.String({
  pattern: LINK_TOKEN_PATTERN,
  maxLength: LINK_TOKEN_LENGTH_MAX,
  description: 'The last part of the invitation’s link.',
  examples: [TOKEN]
})

export const InvitationToken = Type.Object(
  { token: Token },
  { additionalProperties: false, examples: [{ token: TOKEN }] }
)

export const InvitationAccept = Type.Object(
  {
    token: Token,
    user: Type.Object(
      {
        id: UserId,
        email: Email,
        email_verified: Type.Boolean({
          description: 'Whether you know that this person receives mail at this address.'
        }),
        name: Type.Optional(Name(200, 'Ana'))
      },
      { additionalProperties: false }
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        token: TOKEN,
        user: { id: 'u_ana', email: 'ana@acme.test', email_verified: true }
      }
    ]
  }
)
export type InvitationAccept = Static<typeof InvitationAccept>

export const InvitationOffer = Type.Object(
  {
    organization: Type.Object({ name: Type.String() }),
    role: Type.Object({
      key: Type.String(),
      label: Type.String({ description: 'In the language of Accept-Language.' })
    }),
    invited_by: Type.Object({ name: Nullable(Type.String()) }),
    email: Type.String({ description: 'Masked.', examples: ['a•••@acme.test'] }),
    expires_at: Nullable(Instant())
  },
  {
    $id: 'InvitationOffer',
    examples: [
      {
        organization: { name: 'Acme' },
        role: { key: 'member', label: 'Member' },
        invited_by: { name: 'Olga' },
        email: 'a•••@acme.test',
        expires_at: '2026-11-29T09:30:00.000Z'
      }
    ]
  }
)

export const InvitationDeclined = Type.Object(
  { status: Type.Literal('declined') },
  { $id: 'InvitationDeclined', examples: [{ status: 'declined' }] }
)
