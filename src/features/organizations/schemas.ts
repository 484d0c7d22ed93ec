import { type Static, Type } from '@sinclair/typebox'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import { MAILBOX_PATTERN } from '../../email.js'
import {
  Email,
  ExternalId,
  Id,
  Instant,
  LocaleSchema,
  Metadata,
  Name,
  Nullable,
  RoleMapping,
  UserId
} from '../../schemas.js'

const SEATS_MAX = 10_000_000

const WebUrl = Type.String({
  format: 'web-url',
  maxLength: 1_000,
  examples: ['http://localhost:3000/join']
})

const Mailbox = Type.String({
  maxLength: 320,
  pattern: MAILBOX_PATTERN,
  examples: ['Acme <team@acme.test>']
})

const Links = Type.Object(
  {
    base_url: Type.Optional(Type.String({ ...WebUrl, format: 'link-base' })),
    accept_url: Type.Optional(WebUrl)
  },
  {
    additionalProperties: false,
    description:
      '`base_url`: where the links of mails lead. `accept_url`: where a person goes on after ' +
      'accepting. What is left out comes from the policy, then from the environment.'
  }
)

const Mail = Type.Object(
  { from: Type.Optional(Mailbox), reply_to: Type.Optional(Mailbox) },
  { additionalProperties: false, description: 'The sender of mails, likewise.' }
)

const settings = {
  name: Name(200, 'Acme'),
  external_id: Nullable(ExternalId),
  seat_limit: Nullable(
    Type.Integer({
      minimum: 0,
      maximum: SEATS_MAX,
      description: 'How many may belong to it; null: what its policy says.',
      examples: [10]
    })
  ),
  entitlements: Type.Array(
    Type.String({ pattern: '^[a-z][a-z0-9_]{0,47}$', examples: ['custom_roles'] }),
    {
      maxItems: 50,
      uniqueItems: true,
      description:
        'What you have given it beyond its policy, such as `custom_roles`. Only you change it, ' +
        'never a member.'
    }
  ),
  locale: LocaleSchema,
  time_zone: Type.String({ maxLength: 64, format: 'time-zone', examples: ['Europe/Paris'] }),
  links: Links,
  mail: Mail,
  metadata: Metadata
}

export const OrganizationCreate = Type.Object(
  {
    ...Type.Partial(Type.Object(settings)).properties,
    name: settings.name,
    policy: Type.Optional(
      Type.String({ maxLength: 48, description: 'Key of the policy.', default: 'standard' })
    ),
    owner: Type.Object(
      { user_id: UserId, email: Email, name: Type.Optional(Name(200, 'Olga')) },
      {
        additionalProperties: false,
        description: 'With whom it begins: active at once, in the policy’s creator role.'
      }
    )
  },
  {
    additionalProperties: false,
    examples: [
      { name: 'Acme', owner: { user_id: 'u_olga', email: 'olga@acme.test', name: 'Olga' } }
    ]
  }
)
export type OrganizationCreate = Static<typeof OrganizationCreate>

const PolicyKey = Type.String({
  maxLength: 48,
  description: 'Key of the policy that it follows from now on. Only you change it.',
  examples: ['standard']
})

export const OrganizationUpdate = Type.Partial(
  Type.Object({ ...settings, policy: PolicyKey, role_mapping: RoleMapping }),
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ name: 'Acme Labs', seat_limit: 25 }]
  }
)
export type OrganizationUpdate = Static<typeof OrganizationUpdate>

export const OrganizationSchema = Type.Object(
  {
    id: Id('org'),
    ...settings,
    policy: Type.String({ examples: ['standard'] }),
    status: Type.Literal('active'),
    created_at: Instant(),
    updated_at: Instant()
  },
  {
    $id: 'Organization',
    examples: [
      {
        id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        name: 'Acme',
        external_id: null,
        seat_limit: null,
        entitlements: [],
        locale: 'en',
        time_zone: 'UTC',
        links: {},
        mail: {},
        metadata: {},
        policy: 'standard',
        status: 'active',
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toOrganization(row: OrganizationRow): Static<typeof OrganizationSchema> {
  return {
    id: row.id,
    name: row.name,
    external_id: row.externalId,
    seat_limit: row.seatLimit,
    entitlements: row.entitlements,
    locale: row.locale,
    time_zone: row.timeZone,
    links: row.links,
    mail: row.mail,
    metadata: row.metadata,
    policy: row.policyKey,
    status: row.status,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString()
  }
}

export const SummarySchema = Type.Object(
  {
    organization_id: Id('org'),
    name: Type.String(),
    seats: Type.Object({
      used: Type.Integer(),
      available: Nullable(Type.Integer({ description: 'Null: as many as you like.' })),
      size: Nullable(Type.Integer({ description: 'Null: no limit.' }))
    }),
    members: Type.Object({
      invited: Type.Integer(),
      invitation_expired: Type.Integer(),
      active: Type.Integer(),
      suspended: Type.Integer(),
      reassignment_pending: Type.Integer()
    })
  },
  {
    $id: 'Summary',
    examples: [
      {
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        name: 'Acme',
        seats: { used: 4, available: 46, size: 50 },
        members: {
          invited: 2,
          invitation_expired: 0,
          active: 2,
          suspended: 0,
          reassignment_pending: 0
        }
      }
    ]
  }
)
