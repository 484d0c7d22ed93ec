import { type Static, Type } from '@sinclair/typebox'
import {
  ConfirmQuery,
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
    role: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description: 'A role of the policy, or one of the organization’s own.',
        examples: ['admin']
      })
    ),
    resources: Type.Optional(Nullable(ResourcesChoice)),
    external_id: Type.Optional(Nullable(ExternalId)),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, minProperties: 1, examples: [{ role: 'admin' }] }
)
export type MemberUpdate = Static<typeof MemberUpdate>

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
