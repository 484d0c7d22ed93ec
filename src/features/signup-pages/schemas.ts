import { type Static, Type } from '@sinclair/typebox'
import type { SignupPageRow } from '../../db/tables/signup-pages.js'
import {
  Id,
  Instant,
  LocaleSchema,
  Name,
  Nullable,
  OrganizationParams,
  oneOf
} from '../../schemas.js'
import { PUBLIC_STATUSES, SIGNUP_PAGE_STATUSES, statusOf, urlOf } from './states.js'

const NAME_LENGTH_MAX = 100
const SIGNUPS_MAX = 1_000_000
const DOMAINS_MAX = 50
const DOMAIN_LENGTH_MAX = 260
const SLUG = '5k3v8q2ffb5t0m5r6s9n7q3u1a'

const PageName = Name(NAME_LENGTH_MAX, 'Spring school')
const MaxSignups = Type.Integer({
  minimum: 1,
  maximum: SIGNUPS_MAX,
  description: 'How many different addresses may ask.',
  examples: [50]
})
const Role = Type.String({
  minLength: 1,
  maxLength: 48,
  description: 'The role that those who ask are offered; left out: the policy’s default role.',
  examples: ['member']
})
const Domain = Type.String({ minLength: 1, maxLength: DOMAIN_LENGTH_MAX, examples: ['acme.test'] })
const Domains = Type.Array(Domain, {
  minItems: 1,
  maxItems: DOMAINS_MAX,
  description: 'Only addresses of these domains may ask; null: any.',
  examples: [['acme.test']]
})

export const SignupPageStatusSchema = oneOf(SIGNUP_PAGE_STATUSES)

export const SignupPageSchema = Type.Object(
  {
    id: Id('sgp'),
    organization_id: Id('org'),
    name: Nullable(Type.String()),
    url: Type.String({ description: 'To be shared: whoever has it may ask.' }),
    slug: Type.String({ description: 'The last part of the URL.' }),
    status: SignupPageStatusSchema,
    role: Type.String(),
    max_signups: Type.Integer(),
    signup_count: Type.Integer({
      description: 'How many have asked, not how many have accepted; it is never lowered.'
    }),
    allowed_domains: Nullable(Type.Array(Type.String())),
    created_by: Type.Object({
      type: Type.String(),
      id: Nullable(Type.String()),
      name: Nullable(Type.String())
    }),
    created_at: Instant(),
    updated_at: Instant(),
    disabled_at: Nullable(Instant())
  },
  {
    $id: 'SignupPage',
    examples: [
      {
        id: 'sgp_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        name: 'Spring school',
        url: `http://localhost:4700/join/${SLUG}`,
        slug: SLUG,
        status: 'active',
        role: 'member',
        max_signups: 50,
        signup_count: 12,
        allowed_domains: null,
        created_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3a', name: 'Olga' },
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:30:00.000Z',
        disabled_at: null
      }
    ]
  }
)

/** The only crossing from row to wire; `baseUrl` is where the organization's links lead. */
export function toSignupPage(row: SignupPageRow, baseUrl: string): Static<typeof SignupPageSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    name: row.name,
    url: urlOf(row, baseUrl),
    slug: row.slug,
    status: statusOf(row),
    role: row.role,
    max_signups: row.maxSignups,
    signup_count: row.signupCount,
    allowed_domains: row.allowedDomains,
    created_by: { type: row.createdByType, id: row.createdById, name: row.createdByName },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    disabled_at: row.disabledAt?.toISOString() ?? null
  }
}

export const SignupPageCreate = Type.Object(
  {
    name: Type.Optional(PageName),
    max_signups: MaxSignups,
    role: Type.Optional(Role),
    allowed_domains: Type.Optional(Nullable(Domains))
  },
  { additionalProperties: false, examples: [{ name: 'Spring school', max_signups: 50 }] }
)
export type SignupPageCreate = Static<typeof SignupPageCreate>

export const SignupPageUpdate = Type.Object(
  {
    name: Type.Optional(Nullable(PageName)),
    max_signups: Type.Optional(MaxSignups),
    role: Type.Optional(Role),
    allowed_domains: Type.Optional(Nullable(Domains))
  },
  { additionalProperties: false, minProperties: 1, examples: [{ max_signups: 80 }] }
)
export type SignupPageUpdate = Static<typeof SignupPageUpdate>

export const SignupPageParams = Type.Object({
  ...OrganizationParams.properties,
  signup_page_id: Id('sgp')
})

export const SlugParams = Type.Object({
  slug: Type.String({ description: 'The last part of the page’s URL.', examples: [SLUG] })
})

export const PublicSignupPage = Type.Object(
  {
    organization: Type.Object({ name: Type.String() }),
    status: oneOf(PUBLIC_STATUSES, { description: '`blocked`: nobody comes in for now.' }),
    reason: Nullable(
      Type.String({ description: 'Of `blocked`: the code of what whoever asks is refused with.' })
    ),
    allowed_domains: Nullable(Type.Array(Type.String()))
  },
  {
    $id: 'PublicSignupPage',
    examples: [
      { organization: { name: 'Acme' }, status: 'active', reason: null, allowed_domains: null }
    ]
  }
)

const ADDRESS_LENGTH_MAX = 400

export const SignupRequest = Type.Object(
  {
    email: Type.String({
      minLength: 1,
      maxLength: ADDRESS_LENGTH_MAX,
      examples: ['ana@acme.test']
    }),
    locale: Type.Optional(LocaleSchema)
  },
  { additionalProperties: false, examples: [{ email: 'ana@acme.test', locale: 'en' }] }
)

export const SignupSent = Type.Object(
  { status: Type.Literal('sent') },
  { $id: 'SignupSent', examples: [{ status: 'sent' }] }
)
