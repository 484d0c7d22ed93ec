import { type SchemaOptions, type Static, type TSchema, Type } from '@sinclair/typebox'
import { type IdPrefix, idPattern } from './ids.js'

/** A plain type becomes a list of two: what most tools read, and written faster than a union. */
export const Nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>(
    typeof schema['type'] === 'string' && schema['type'] !== 'object' && !('const' in schema)
      ? { ...schema, type: [schema['type'], 'null'] }
      : Type.Union([schema, Type.Null()])
  )

/** One of these words. */
export const oneOf = <const T extends string>(values: readonly T[], options: SchemaOptions = {}) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    options
  )

/** A schema with `$id` becomes a component of the OpenAPI document; this refers to it. */
export const ref = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T>>(Type.Ref(String(schema.$id)))

export const Id = (prefix: IdPrefix, example?: string) =>
  Type.String({
    pattern: idPattern(prefix),
    examples: [example ?? `${prefix}_01jd3v8k2ffb5t0m5r6w9x7y3z`]
  })

export const Instant = (options: { description?: string } = {}) =>
  Type.String({ format: 'date-time', examples: ['2026-11-22T09:30:00.000Z'], ...options })

/** Text for people: neither empty nor with control characters, which mails and logs would carry. */
export const Name = (maxLength: number, example: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f]*\\S[^\\u0000-\\u001f\\u007f]*$',
    examples: [example]
  })

const MESSAGE_LENGTH_MAX = 2_000

/** The inviter's own words: lines of text, without other control characters. */
export const Message = Type.String({
  minLength: 1,
  maxLength: MESSAGE_LENGTH_MAX,
  pattern: '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$',
  description: 'Shown in the mail as text.',
  examples: ['Welcome to the team!']
})

/** The host's own key of a thing. */
export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  examples: ['crm-4711']
})

export const UserId = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  description: 'The person’s id in your own user database.',
  examples: ['u_ana']
})

export const Email = Type.String({
  minLength: 3,
  maxLength: 320,
  format: 'mailbox',
  examples: ['ana@acme.test']
})

/** What a page shows: from anywhere, but encrypted, and without a password in it. */
export const AvatarUrl = Type.String({
  maxLength: 2_048,
  pattern: '^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][!#-;=?-\\[\\]-~]*)?$',
  description: 'A picture of theirs, by `https` and without credentials.',
  examples: ['https://cdn.acme.test/ana.png']
})

/** Somebody whom the host has signed in, and vouches for. */
export const VouchedUser = Type.Object(
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
export type VouchedUser = Static<typeof VouchedUser>

export const LocaleSchema = Type.Union([Type.Literal('en'), Type.Literal('fr')], {
  examples: ['en']
})

export const Metadata = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9_.-]{1,40}$' }),
  Type.String({ maxLength: 500 }),
  {
    additionalProperties: false,
    maxProperties: 50,
    description: 'Up to 50 keys of your own.',
    examples: [{ plan: 'team' }]
  }
)

const RESOURCES_MAX = 100

export const ResourceModeKey = Type.String({
  minLength: 1,
  maxLength: 48,
  description: 'How it is had: one of the modes of its kind; left out: the first.',
  examples: ['shared']
})

export const ResourcesChoice = Type.Object(
  {
    choice: Type.Union([Type.Literal('new'), Type.Literal('existing')]),
    ids: Type.Optional(
      Type.Array(ExternalId, { maxItems: RESOURCES_MAX, uniqueItems: true, examples: [['ws_1']] })
    ),
    kind: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description:
          'Of a new one, and of those first heard of here; left out: the policy’s first.',
        examples: ['workspace']
      })
    ),
    mode: Type.Optional(ResourceModeKey)
  },
  {
    additionalProperties: false,
    description:
      'What of yours goes with the seat, by your own ids or those of here; `new`: one that you will ' +
      'make. In force from the acceptance on. An id that is not known yet is registered, where the ' +
      'caller may do that (`resource.manage`).',
    examples: [{ choice: 'existing', ids: ['ws_1'] }]
  }
)

const ROLE_KEY_LENGTH_MAX = 48
const MAPPED_ROLES_MAX = 250

/** For a change of policy. */
export const RoleMapping = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_]{0,47}$' }),
  Type.String({ maxLength: ROLE_KEY_LENGTH_MAX }),
  {
    additionalProperties: false,
    maxProperties: MAPPED_ROLES_MAX,
    description:
      'Which role becomes which, for members and open offers alike: `{old: new}`. Needed for every ' +
      'role in use that the new policy does not have.',
    examples: [{ editor: 'member' }]
  }
)

/** Of whatever a policy may want confirmed. */
export const ConfirmQuery = Type.Object(
  {
    confirm: Type.Boolean({
      default: false,
      description: 'Whoever asks means it: needed where the policy wants a confirmation (428).'
    })
  },
  { additionalProperties: false }
)

const SEATS_MAX = 10_000_000
const PRICE_MAX = 1_000_000_000

const Day = Type.String({ format: 'date', examples: ['2026-11-01'] })

const Price = Type.Integer({
  minimum: 0,
  maximum: PRICE_MAX,
  description: 'For a whole period, in minor units of the currency.',
  examples: [1500]
})

/** What the host's billing says of an organization. What is left out is unset. */
export const Billing = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('past_due')], {
      default: 'ok',
      description:
        '`past_due`: an invoice is overdue. It blocks what the policy says, nothing else.'
    }),
    plan: Type.Optional(
      Nullable(Type.String({ minLength: 1, maxLength: 100, examples: ['business'] }))
    ),
    entitlements: Type.Array(
      Type.String({ pattern: '^[a-z][a-z0-9_]{0,47}$', examples: ['team'] }),
      {
        maxItems: 50,
        uniqueItems: true,
        default: [],
        description:
          'What the plan includes. A policy may ask for `team` (bringing anybody in), ' +
          '`custom_roles` and `groups`; others are yours.'
      }
    ),
    seats: Type.Optional(
      Nullable(
        Type.Integer({
          minimum: 0,
          maximum: SEATS_MAX,
          description:
            'How many the plan has, or are paid for; null: as the policy says. Fewer than are ' +
            'used evicts nobody.',
          examples: [25]
        })
      )
    ),
    period: Type.Optional(
      Nullable(
        Type.Object(
          { starts_on: Day, ends_on: Day },
          {
            additionalProperties: false,
            description:
              'Days of the organization’s time zone; `ends_on` is the first day of the next ' +
              'period. When it is over and no other was pushed, periods of the same length follow.',
            examples: [{ starts_on: '2026-11-01', ends_on: '2026-12-01' }]
          }
        )
      )
    ),
    currency: Type.Optional(
      Nullable(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.', examples: ['USD'] }))
    ),
    prices: Type.Object(
      { seat: Type.Optional(Price), resource: Type.Optional(Price) },
      {
        additionalProperties: false,
        default: {},
        description: 'Without one the policy’s price of the plan holds, if it has any.'
      }
    ),
    account_owner: Type.Optional(
      Nullable(Type.String({ minLength: 1, maxLength: 200, examples: ['Acme SAS'] }))
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        status: 'ok',
        plan: 'business',
        entitlements: ['team'],
        seats: 25,
        period: { starts_on: '2026-11-01', ends_on: '2026-12-01' },
        currency: 'USD',
        prices: { seat: 2300 }
      }
    ]
  }
)
export type Billing = Static<typeof Billing>

export const OrganizationParams = Type.Object({ organization_id: Id('org') })

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'A page that explains the problem.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'The stable part: branch on this.' }),
    instance: Type.Optional(Type.String({ description: 'The request’s id.' })),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
        description: 'What is wrong where, when the request did not match its schema.'
      })
    )
  },
  {
    $id: 'Problem',
    additionalProperties: true,
    description: 'RFC 9457 problem details. Further members depend on the code.',
    examples: [
      {
        type: 'http://localhost:4700/problems/seats_exhausted',
        title: 'No seat left',
        status: 409,
        detail: 'All 10 seats are in use.',
        code: 'seats_exhausted',
        instance: 'req_01jd3v8k2ffb5t0m5r6w9x7y3z',
        limit: 10
      }
    ]
  }
)
