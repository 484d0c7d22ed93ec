import { type Static, Type } from '@sinclair/typebox'
import {
  BILLING_STATUSES,
  ORGANIZATION_STATUSES,
  type OrganizationRow
} from '../../db/tables/organizations.js'
import { MAILBOX_PATTERN } from '../../email.js'
import {
  Billing,
  Email,
  ExternalId,
  Id,
  Instant,
  LocaleSchema,
  Metadata,
  Name,
  Nullable,
  oneOf,
  RoleMapping,
  UserId
} from '../../schemas.js'
import { organizationStatusAt } from '../../standing.js'

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
    ),
    billing: Type.Optional(Billing)
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
    examples: [{ name: 'Acme Labs', time_zone: 'Europe/Paris' }]
  }
)
export type OrganizationUpdate = Static<typeof OrganizationUpdate>

export const OrganizationStatus = oneOf(ORGANIZATION_STATUSES, { examples: ['active'] })
export const BillingStatus = oneOf(BILLING_STATUSES, { examples: ['ok'] })

export const OrganizationSchema = Type.Object(
  {
    id: Id('org'),
    ...settings,
    policy: Type.String({ examples: ['standard'] }),
    status: OrganizationStatus,
    billing_status: BillingStatus,
    canceled_at: Nullable(Instant()),
    deletes_at: Nullable(
      Instant({ description: 'When a canceled organization is deleted; null: when you say so.' })
    ),
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
        locale: 'en',
        time_zone: 'UTC',
        links: {},
        mail: {},
        metadata: {},
        policy: 'standard',
        status: 'active',
        billing_status: 'ok',
        canceled_at: null,
        deletes_at: null,
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toOrganization(row: OrganizationRow, now: Date): Static<typeof OrganizationSchema> {
  return {
    id: row.id,
    name: row.name,
    external_id: row.externalId,
    locale: row.locale,
    time_zone: row.timeZone,
    links: row.links,
    mail: row.mail,
    metadata: row.metadata,
    policy: row.policyKey,
    status: organizationStatusAt(row, now),
    billing_status: row.billingStatus,
    canceled_at: row.canceledAt?.toISOString() ?? null,
    deletes_at: row.deleteAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString()
  }
}
