import { type Static, Type } from '@sinclair/typebox'
import {
  AvatarUrl,
  ConfirmQuery,
  Email,
  ExternalId,
  Id,
  Metadata,
  Name,
  Nullable,
  ResourcesChoice
} from '../../schemas.js'

export const MemberUpdate = Type.Object(
  {
    name: Type.Optional(Nullable(Name(200, 'Bo'))),
    avatar_url: Type.Optional(Nullable(AvatarUrl)),
    email: Type.Optional({
      ...Email,
      description:
        'Where the policy lets it be changed, and nobody else has it; of an invited member never.'
    }),
    role: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description: 'A role of the policy, or one of the organization’s own.',
        examples: ['admin']
      })
    ),
    expected_role: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description:
          'Beside `role`: the one that you saw. Where the member has another by now, nothing is ' +
          'changed and the answer is 409 `permission_conflict`.',
        examples: ['member']
      })
    ),
    resources: Type.Optional(Nullable(ResourcesChoice)),
    external_id: Type.Optional(Nullable(ExternalId)),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, minProperties: 1, examples: [{ role: 'admin' }] }
)
/** What is changed. */
export type MemberUpdate = Omit<Static<typeof MemberUpdate>, 'expected_role'>

export const MemberRemoval = Type.Object(
  {
    ...ConfirmQuery.properties,
    data: Type.Optional(
      Type.Union([Type.Literal('keep'), Type.Literal('delete')], {
        description: 'What becomes of the person’s data, where the policy leaves a choice.'
      })
    ),
    owned_shared: Type.Optional(
      Type.Union([Type.Literal('keep'), Type.Literal('delete'), Type.Literal('unassign')], {
        description: 'The same for what they own and share with others.'
      })
    ),
    handover_to: Type.Optional(Id('mem'))
  },
  { additionalProperties: false }
)
export type MemberRemoval = Static<typeof MemberRemoval>
