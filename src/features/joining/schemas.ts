import { type Static, Type } from '@sinclair/typebox'
import { JOIN_REQUEST_STATUSES, type JoinRequestRow } from '../../db/tables/join-requests.js'
import type { Locale } from '../../errors.js'
import { textOf } from '../../policy/texts.js'
import { Email, Id, Instant, Nullable, oneOf, UserId } from '../../schemas.js'
import { UserOfKey } from '../../user-of-key.js'
import { roleLabel } from '../members/labels.js'
import type { Joinable, JoinReason } from './list-joinable-organizations.js'

const ANA = { id: 'u_ana', email: 'ana@acme.test', email_verified: true, name: 'Ana' }

/** Whoever wants in, as the host knows them. */
export const Join = Type.Object(
  { user: UserOfKey },
  { additionalProperties: false, examples: [{ user: ANA }] }
)
export type Join = Static<typeof Join>

const REASONS: readonly JoinReason[] = [
  'no_invitation',
  'domain_not_claimed',
  'domain_not_open',
  'already_member'
]

const JoinableSchema = Type.Object({
  via: oneOf(['invitation', 'domain'], {
    description: '`domain`: the organization has proven that the address’s domain is its own.'
  }),
  join: oneOf(['now', 'request'], {
    description: '`request`: somebody of the team decides about it.'
  }),
  label: Type.String({ description: 'What to call the button, in the policy’s words.' }),
  organization: Type.Object({ id: Id('org'), name: Type.String() }),
  role: Type.Object({
    key: Type.String(),
    label: Type.String({ description: 'In the language of Accept-Language.' })
  }),
  invitation_id: Nullable(Id('inv'))
})

export const JoinableOrganizations = Type.Object(
  {
    data: Type.Array(JoinableSchema),
    reasons: Type.Array(oneOf(REASONS), {
      description:
        'Why there is none. `domain_not_claimed`: nobody has claimed the address’s domain; ' +
        '`domain_not_open`: somebody has, but does not let anybody, or this person, in by it.'
    })
  },
  {
    $id: 'JoinableOrganizations',
    examples: [
      {
        data: [
          {
            via: 'domain',
            join: 'now',
            label: 'Join the existing workspace',
            organization: { id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z', name: 'Acme' },
            role: { key: 'member', label: 'Member' },
            invitation_id: null
          }
        ],
        reasons: []
      }
    ]
  }
)

/** Policies say it in their own words under these codes. */
const LABELS = {
  now: { code: 'join.prompt', en: 'Join the team', fr: 'Rejoindre l’équipe' },
  request: {
    code: 'join.request',
    en: 'Ask to join the team',
    fr: 'Demander à rejoindre l’équipe'
  }
} as const

export function toJoinable(
  { via, join, organization, role, invitationId, policy }: Joinable,
  locale: Locale
): Static<typeof JoinableSchema> {
  return {
    via,
    join,
    label: textOf(policy.texts, LABELS[join].code, locale) ?? LABELS[join][locale],
    organization,
    role: { key: role, label: roleLabel(policy, role, locale) },
    invitation_id: invitationId
  }
}

export const JoinRequestStatus = oneOf(JOIN_REQUEST_STATUSES)

const REQUEST = {
  id: 'jrq_01jd3v8k2ffb5t0m5r6w9x7y3z',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  status: 'pending',
  domain: 'acme.test',
  user_id: 'u_ana',
  email: 'ana@acme.test',
  name: 'Ana',
  member_id: null,
  decided_by: null,
  created_at: '2026-11-22T09:30:00.000Z',
  decided_at: null
}

export const JoinRequestSchema = Type.Object(
  {
    id: Id('jrq'),
    organization_id: Id('org'),
    status: JoinRequestStatus,
    domain: Type.String(),
    user_id: UserId,
    email: Email,
    name: Nullable(Type.String()),
    member_id: Nullable(
      Type.Unsafe<string>({ ...Id('mem'), description: 'Who came in by it; null: nobody has.' })
    ),
    decided_by: Nullable(
      Type.Object({
        type: Type.String(),
        id: Nullable(Type.String()),
        name: Nullable(Type.String())
      })
    ),
    created_at: Instant(),
    decided_at: Nullable(Instant())
  },
  { $id: 'JoinRequest', examples: [REQUEST] }
)

/** The only crossing from row to wire. */
export function toJoinRequest(row: JoinRequestRow): Static<typeof JoinRequestSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    status: row.status,
    domain: row.domain,
    user_id: row.userId,
    email: row.email,
    name: row.name,
    member_id: row.memberId,
    decided_by:
      row.decidedByType === null
        ? null
        : { type: row.decidedByType, id: row.decidedById, name: row.decidedByName },
    created_at: row.createdAt.toISOString(),
    decided_at: row.decidedAt?.toISOString() ?? null
  }
}
