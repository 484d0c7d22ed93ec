import { type Static, Type } from '@sinclair/typebox'
import { CHANNELS } from '../../policy/document-shape.js'
import { Id, Instant, oneOf, UserId } from '../../schemas.js'

const ORGANIZATION = 'org_01jd3v8k2ffb5t0m5r6w9x7y3z'
const MEMBER = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

export const MemberTokenCreate = Type.Object(
  {
    organization_id: Id('org'),
    member_id: Type.Optional(Id('mem')),
    user_id: Type.Optional(UserId),
    expires_in_seconds: Type.Integer({
      minimum: 60,
      maximum: 3_600,
      default: 900,
      description: 'It cannot be taken back by itself, so rather short: ask for another in time.',
      examples: [900]
    }),
    channel: Type.Optional(
      oneOf(CHANNELS, { description: 'From which kind of client it is used.', examples: ['web'] })
    )
  },
  {
    additionalProperties: false,
    description: 'Whom it is for is said by either `member_id` or `user_id`.',
    examples: [{ organization_id: ORGANIZATION, user_id: 'u_ana' }]
  }
)
export type MemberTokenCreate = Static<typeof MemberTokenCreate>

export const MemberTokenSchema = Type.Object(
  {
    token: Type.String({
      description: 'For the `Authorization: Bearer` of that member’s own browser or app.',
      examples: ['eyJhbGciOiJIUzI1NiIs…']
    }),
    expires_at: Instant(),
    organization_id: Id('org'),
    member_id: Id('mem')
  },
  {
    $id: 'MemberToken',
    examples: [
      {
        token: 'eyJhbGciOiJIUzI1NiIs…',
        expires_at: '2026-11-22T09:45:00.000Z',
        organization_id: ORGANIZATION,
        member_id: MEMBER
      }
    ]
  }
)
