import { type Static, Type } from '@sinclair/typebox'
import type { CallContext, PolicyVersion } from '../../context.js'
import {
  type GrantRow,
  type GroupGrantRow,
  type OwnerRow,
  RESOURCE_STATUSES,
  type ResourceRow
} from '../../db/tables/resources.js'
import { kindNamed, modeNamed } from '../../policy/resources.js'
import {
  ExternalId,
  Id,
  Instant,
  Metadata,
  Name,
  Nullable,
  OrganizationParams,
  oneOf,
  ref
} from '../../schemas.js'
import type { CountedResource } from './queries.js'

const NAME_LENGTH_MAX = 200
const KEY_LENGTH_MAX = 48
const ResourceName = Name(NAME_LENGTH_MAX, 'Support line')
export const KindKey = Type.String({
  minLength: 1,
  maxLength: KEY_LENGTH_MAX,
  description: 'One of the policy’s kinds.',
  examples: ['number']
})
export const ResourceStatusSchema = oneOf(RESOURCE_STATUSES)

const RESOURCE = {
  id: 'res_01jd3v8k2ffb5t0m5r6w9x7y3z',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  kind: 'number',
  kind_label: 'Phone number',
  external_id: 'pn_1',
  name: 'Support line',
  status: 'active',
  metadata: {},
  holders_count: 3,
  created_at: '2026-11-22T09:30:00.000Z',
  updated_at: '2026-11-22T09:30:00.000Z'
}

const GRANT = {
  resource_id: 'res_01jd3v8k2ffb5t0m5r6w9x7y3z',
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  group_id: null,
  mode: 'shared',
  mode_label: 'Shared access',
  last_used_at: null,
  created_at: '2026-11-22T09:30:00.000Z'
}

export const ResourceSchema = Type.Object(
  {
    id: Id('res'),
    organization_id: Id('org'),
    kind: Type.String(),
    kind_label: Type.String({ description: 'In the language of Accept-Language.' }),
    external_id: Nullable({
      ...ExternalId,
      description: 'Your own id; null as long as you have not made it.'
    }),
    name: Nullable(Type.String()),
    status: ResourceStatusSchema,
    metadata: Metadata,
    holders_count: Type.Integer({
      description: 'Members who have it themselves, the invited included; not those of groups.'
    }),
    created_at: Instant(),
    updated_at: Instant()
  },
  {
    $id: 'Resource',
    examples: [RESOURCE]
  }
)

export const GrantSchema = Type.Object(
  {
    resource_id: Id('res'),
    member_id: Nullable(Id('mem')),
    group_id: Nullable({ ...Id('grp'), description: 'Everybody in it has the resource so.' }),
    mode: Type.String(),
    mode_label: Type.String({ description: 'In the language of Accept-Language.' }),
    last_used_at: Nullable(Instant({ description: 'Where uses are told; never of a group.' })),
    created_at: Instant()
  },
  {
    $id: 'ResourceGrant',
    examples: [GRANT]
  }
)

export const HeldResourceSchema = Type.Object(
  {
    resource: ref(ResourceSchema),
    owned: Type.Boolean({ description: 'Whether the member is an owner of it.' }),
    grants: Type.Array(ref(GrantSchema), {
      description: 'The member’s own first, then those of groups; none: it is only owned.'
    })
  },
  {
    $id: 'HeldResource',
    examples: [{ resource: RESOURCE, owned: false, grants: [GRANT] }]
  }
)

export const OwnerSchema = Type.Object(
  { resource_id: Id('res'), member_id: Id('mem'), created_at: Instant() },
  {
    $id: 'ResourceOwner',
    examples: [
      {
        resource_id: 'res_01jd3v8k2ffb5t0m5r6w9x7y3z',
        member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        created_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

/** Under which policy, and in which language, a resource is told. */
type Reader = Pick<CallContext, 'locale'> & { readonly policy: PolicyVersion }

/** The only crossing from row to wire. */
export function toResource(
  row: CountedResource,
  { policy, locale }: Reader
): Static<typeof ResourceSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    kind: row.kind,
    // Of a kind that the policy no longer has only the key is left.
    kind_label: kindNamed(policy.policy, row.kind)?.label[locale] ?? row.kind,
    external_id: row.externalId,
    name: row.name,
    status: row.status,
    metadata: row.metadata,
    holders_count: row.holdersCount,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString()
  }
}

/** A member’s or a group’s, on a resource of some kind. */
export type ToldGrant = Pick<GrantRow | GroupGrantRow, 'resourceId' | 'mode' | 'createdAt'> & {
  readonly kind: ResourceRow['kind']
} & ({ readonly memberId: string; readonly lastUsedAt: Date | null } | { readonly groupId: string })

/** The only crossing from row to wire. */
export function toGrant(grant: ToldGrant, { policy, locale }: Reader): Static<typeof GrantSchema> {
  const kind = kindNamed(policy.policy, grant.kind)
  const rule = kind && modeNamed(kind, grant.mode)
  return {
    resource_id: grant.resourceId,
    ...('memberId' in grant
      ? {
          member_id: grant.memberId,
          group_id: null,
          last_used_at: grant.lastUsedAt?.toISOString() ?? null
        }
      : { member_id: null, group_id: grant.groupId, last_used_at: null }),
    mode: grant.mode,
    mode_label: rule?.label?.[locale] ?? grant.mode,
    created_at: grant.createdAt.toISOString()
  }
}

/** A resource, and every way in which a member has it. */
export interface HeldResource {
  readonly id: string
  readonly resource: CountedResource
  /** Their own first. */
  readonly grants: readonly ToldGrant[]
  readonly isOwned: boolean
}

/** The only crossing from row to wire. */
export const toHeldResource = (
  { resource, isOwned, grants }: HeldResource,
  reader: Reader
): Static<typeof HeldResourceSchema> => ({
  resource: toResource(resource, reader),
  owned: isOwned,
  grants: grants.map((grant) => toGrant(grant, reader))
})

/** The only crossing from row to wire. */
export const toOwner = (row: OwnerRow): Static<typeof OwnerSchema> => ({
  resource_id: row.resourceId,
  member_id: row.memberId,
  created_at: row.createdAt.toISOString()
})

export const ResourceParams = Type.Object({
  ...OrganizationParams.properties,
  resource_id: Id('res')
})

export const ResourceMemberParams = Type.Object({
  ...ResourceParams.properties,
  member_id: Id('mem')
})

export const ResourceGroupParams = Type.Object({
  ...ResourceParams.properties,
  group_id: Id('grp')
})

export const ResourceCreate = Type.Object(
  {
    external_id: ExternalId,
    kind: Type.Optional({ ...KindKey, description: 'Left out: the policy’s first.' }),
    name: Type.Optional(ResourceName),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, examples: [{ external_id: 'pn_1', name: 'Support line' }] }
)
export type ResourceCreate = Static<typeof ResourceCreate>

export const ResourceUpdate = Type.Object(
  {
    external_id: Type.Optional(ExternalId),
    name: Type.Optional(Nullable(ResourceName)),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, minProperties: 1, examples: [{ name: 'Support' }] }
)
export type ResourceUpdate = Static<typeof ResourceUpdate>

export const ResourceFulfill = Type.Object(
  {
    external_id: ExternalId,
    name: Type.Optional(ResourceName),
    metadata: Type.Optional(Metadata)
  },
  { additionalProperties: false, examples: [{ external_id: 'pn_2', name: 'Ana’s line' }] }
)
export type ResourceFulfill = Static<typeof ResourceFulfill>

export const GrantPut = Type.Object(
  {
    mode: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: KEY_LENGTH_MAX,
        description:
          'One of the modes of its kind; left out: the one it is had in, else the first.',
        examples: ['shared']
      })
    )
  },
  { additionalProperties: false, examples: [{ mode: 'shared' }] }
)
