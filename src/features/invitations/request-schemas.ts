import { type Static, Type } from '@sinclair/typebox'
import { LINK_TOKEN_LENGTH_MAX, LINK_TOKEN_PATTERN } from '../../crypto/link-token.js'
import { CREDITS_MAX } from '../../policy/credits-shape.js'
import { ADDRESSES_MAX } from '../../policy/document-shape.js'
import {
  ExternalId,
  LocaleSchema,
  Message,
  Metadata,
  Name,
  ResourcesChoice
} from '../../schemas.js'
import { UserOfKey } from '../../user-of-key.js'
import { GroupNames } from '../groups/group-names.js'

/** Addresses are checked one by one, so that a bad one does not fail the others. */
const RawAddress = Type.String({ minLength: 1, maxLength: 400, examples: ['bo@acme.test'] })
const TEXT_LENGTH_MAX = 400_000

const RoleKey = Type.String({
  minLength: 1,
  maxLength: 48,
  description: 'A role of the policy; left out: its default role.',
  examples: ['member']
})

const InitialCredits = Type.Integer({
  minimum: 1,
  maximum: CREDITS_MAX,
  description:
    'Reserved for whoever accepts; left out: what the policy says of the role. A member who invites needs `credits.allocate` to name it.',
  examples: [500]
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
            message: Type.Optional(Message),
            resources: Type.Optional(ResourcesChoice),
            credits: Type.Optional(InitialCredits),
            groups: Type.Optional(GroupNames),
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
    message: Type.Optional(Message),
    resources: Type.Optional(ResourcesChoice),
    credits: Type.Optional(InitialCredits),
    groups: Type.Optional(GroupNames),
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
    user: UserOfKey
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
