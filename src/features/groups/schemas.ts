import { type Static, Type } from '@sinclair/typebox'
import {
  ExternalId,
  Id,
  Instant,
  Metadata,
  Name,
  Nullable,
  OrganizationParams
} from '../../schemas.js'
import type { CountedGroup } from './queries.js'

const NAME_LENGTH_MAX = 100
const GroupName = Name(NAME_LENGTH_MAX, 'Design')

export const GroupSchema = Type.Object(
  {
    id: Id('grp'),
    organization_id: Id('org'),
    external_id: Nullable(ExternalId),
    name: Type.String(),
    metadata: Metadata,
    members_count: Type.Integer({ description: 'The invited included.' }),
    created_at: Instant(),
    updated_at: Instant()
  },
  {
    $id: 'Group',
    examples: [
      {
        id: 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        external_id: 'design',
        name: 'Design',
        metadata: {},
        members_count: 3,
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toGroup(row: CountedGroup): Static<typeof GroupSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    external_id: row.externalId,
    name: row.name,
    metadata: row.metadata,
    members_count: row.membersCount,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString()
  }
}

export const GroupCreate = Type.Object(
  {
    name: GroupName,
    external_id: Type.Optional(ExternalId),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, examples: [{ name: 'Design', external_id: 'design' }] }
)
export type GroupCreate = Static<typeof GroupCreate>

export const GroupUpdate = Type.Object(
  {
    name: Type.Optional(GroupName),
    external_id: Type.Optional(Nullable(ExternalId)),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, minProperties: 1, examples: [{ name: 'Product design' }] }
)
export type GroupUpdate = Static<typeof GroupUpdate>

/** Members of one call. */
const MEMBERS_MAX = 1_000

export const GroupMembersPut = Type.Object(
  {
    member_ids: Type.Array(Id('mem'), {
      maxItems: MEMBERS_MAX,
      uniqueItems: true,
      description: 'Who is in the group, the invited too.'
    }),
    keep_others: Type.Boolean({
      default: false,
      description: 'Whoever is in it and not named stays; otherwise they are taken out.'
    })
  },
  {
    additionalProperties: false,
    examples: [{ member_ids: ['mem_01jd3v8k2ffb5t0m5r6w9x7y3z'], keep_others: true }]
  }
)
export type GroupMembersPut = Static<typeof GroupMembersPut>

export const GroupParams = Type.Object({
  ...OrganizationParams.properties,
  group_id: Id('grp')
})

export const MembershipParams = Type.Object({
  ...GroupParams.properties,
  member_id: Id('mem')
})
