import { type Static, Type } from '@sinclair/typebox'
import {
  DELIVERIES,
  INVITATION_KINDS,
  INVITATION_STATUSES,
  type InvitationRow
} from '../../db/tables/invitations.js'
import {
  Email,
  Id,
  Instant,
  LocaleSchema,
  Nullable,
  oneOf,
  ProblemSchema,
  ref
} from '../../schemas.js'
import { invitationStatusAt } from './queries.js'

export const InvitationStatusSchema = oneOf(INVITATION_STATUSES)

const INVITATION = {
  id: 'inv_01jd3v8k2ffb5t0m5r6w9x7y3z',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  kind: 'seat',
  email: 'ana@acme.test',
  role: 'member',
  status: 'pending',
  delivery: 'queued',
  locale: 'en',
  message: null,
  credits: 500,
  signup_page_id: null,
  invited_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3a', name: 'Olga' },
  created_at: '2026-11-22T09:30:00.000Z',
  updated_at: '2026-11-22T09:30:00.000Z',
  sent_at: null,
  expires_at: '2026-11-29T09:30:00.000Z',
  ended_at: null
}

const Kind = oneOf(INVITATION_KINDS, {
  description: '`reassignment`: the account of somebody else, to be taken over.'
})

export const InvitationSchema = Type.Object(
  {
    id: Id('inv'),
    organization_id: Id('org'),
    member_id: Id('mem'),
    kind: Kind,
    email: Email,
    role: Type.String(),
    status: InvitationStatusSchema,
    delivery: Nullable(
      oneOf(DELIVERIES, {
        description: 'Where its mail is; null: none was sent, and none will be.'
      })
    ),
    locale: LocaleSchema,
    message: Nullable(Type.String()),
    credits: Nullable(
      Type.Integer({
        description:
          'Reserved for the person while it is pending, and theirs once they accept; given back when it ends otherwise.'
      })
    ),
    signup_page_id: Nullable(Id('sgp')),
    invited_by: Type.Object({
      type: Type.String(),
      id: Nullable(Type.String({ description: 'Null: the person themselves.' })),
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
    kind: row.kind,
    email: row.email,
    role: row.role,
    status,
    // A mail that is still waiting when its invitation ends is never sent.
    delivery: row.delivery === 'queued' && status !== 'pending' ? null : row.delivery,
    locale: row.locale,
    message: row.message,
    credits: row.credits,
    signup_page_id: row.signupPageId,
    invited_by: {
      type: row.invitedByType,
      id: row.invitedById === '' ? null : row.invitedById,
      name: row.invitedByName
    },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    sent_at: row.sentAt?.toISOString() ?? null,
    expires_at: row.expiresAt?.toISOString() ?? null,
    ended_at: row.endedAt?.toISOString() ?? null
  }
}

export const LinkUrl = Type.String({
  description: 'Whoever holds it can accept: treat it as a secret.',
  examples: ['http://localhost:4700/invitations/mlk_AQFh…']
})

export const InvitationResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        status: Type.Union([Type.Literal('created'), Type.Literal('error')]),
        email: Type.String({ description: 'As it was given.' }),
        message: Type.Optional(
          Type.String({ description: 'What to tell whoever invited, in their language.' })
        ),
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

export const InvitationWithLink = Type.Object(
  { invitation: ref(InvitationSchema), link: Type.Optional(LinkUrl) },
  { $id: 'InvitationWithLink', examples: [{ invitation: INVITATION }] }
)

export const InvitationOffer = Type.Object(
  {
    kind: Kind,
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
        kind: 'seat',
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
