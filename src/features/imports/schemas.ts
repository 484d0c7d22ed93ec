import { type Static, Type } from '@sinclair/typebox'
import {
  ConfirmQuery,
  ExternalId,
  Instant,
  Metadata,
  Name,
  ResourcesChoice,
  UserId
} from '../../schemas.js'
import { GroupNames } from '../groups/group-names.js'

/** People of one request. */
const IMPORT_MAX = 1_000

const ImportedMember = Type.Object(
  {
    user_id: UserId,
    email: Type.String({
      minLength: 1,
      maxLength: 400,
      description: 'Checked one by one, so that a bad one does not fail the others.',
      examples: ['ana@acme.test']
    }),
    name: Type.Optional(Name(200, 'Ana')),
    role: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description: 'A role of the policy; left out: its default role.',
        examples: ['member']
      })
    ),
    external_id: Type.Optional(ExternalId),
    metadata: Type.Optional(Metadata),
    joined_at: Type.Optional(
      Instant({ description: 'Since when the person has been in the team; left out: now.' })
    ),
    resources: Type.Optional(ResourcesChoice),
    groups: Type.Optional(GroupNames)
  },
  { additionalProperties: false }
)
export type ImportedMember = Static<typeof ImportedMember>

export const MemberImport = Type.Object(
  { members: Type.Array(ImportedMember, { minItems: 1, maxItems: IMPORT_MAX }) },
  {
    additionalProperties: false,
    examples: [
      {
        members: [
          { user_id: 'u_ana', email: 'ana@acme.test', name: 'Ana', external_id: 'crm-4711' },
          { user_id: 'u_bo', email: 'bo@acme.test', joined_at: '2026-11-22T09:30:00.000Z' }
        ]
      }
    ]
  }
)
export type MemberImport = Static<typeof MemberImport>

export const ImportQuery = Type.Object(
  {
    ...ConfirmQuery.properties,
    dry_run: Type.Boolean({
      default: false,
      description: 'Answers what would become of each, and changes nothing.'
    })
  },
  { additionalProperties: false }
)
