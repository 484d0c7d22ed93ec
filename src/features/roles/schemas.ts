import { type Static, Type } from '@sinclair/typebox'
import type { Locale } from '../../errors.js'
import type { May } from '../../policy/matrix.js'
import { Name, Nullable, OrganizationParams } from '../../schemas.js'
import type { RoleInUse } from './role-in-use.js'

const KEY = '[a-z][a-z0-9_]{0,47}$'
const LABEL_LENGTH_MAX = 100
const PERMISSIONS_MAX = 200
const PERMISSION_LENGTH_MAX = 104

const RoleKey = Type.String({ pattern: `^${KEY}`, examples: ['editor'] })
/** Rules say `custom` of every role that an organization has made. */
const NewRoleKey = Type.String({
  pattern: `^(?!custom$)${KEY}`,
  description: 'Left out: made from the label.',
  examples: ['editor']
})
const RoleKeys = Type.Array(Type.String(), { examples: [['admin', 'member']] })

const Permissions = Type.Array(Type.String({ minLength: 1, maxLength: PERMISSION_LENGTH_MAX }), {
  maxItems: PERMISSIONS_MAX,
  uniqueItems: true,
  description: 'Of Muster’s own permissions, and any `app:…` of yours.',
  examples: [['team.view', 'app:articles.publish']]
})

const Label = Type.Object(
  {
    en: Type.Optional(Name(LABEL_LENGTH_MAX, 'Editor')),
    fr: Type.Optional(Name(LABEL_LENGTH_MAX, 'Rédacteur'))
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'What people call it; one language stands in for the other.'
  }
)

export const RoleCreate = Type.Object(
  {
    key: Type.Optional(NewRoleKey),
    label: Label,
    permissions: Permissions
  },
  {
    additionalProperties: false,
    examples: [
      {
        label: { en: 'Editor', fr: 'Rédacteur' },
        permissions: ['team.view', 'app:articles.publish']
      }
    ]
  }
)
export type RoleCreate = Static<typeof RoleCreate>

export const RoleUpdate = Type.Object(
  {
    label: Type.Optional(Label),
    permissions: Type.Optional(Permissions),
    expected_permissions: Type.Optional({
      ...Permissions,
      description:
        'What you saw, in any order: where the role holds others by now, nothing is changed and the ' +
        'answer is 409 `permission_conflict`.'
    })
  },
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ permissions: ['team.view', 'app:articles.publish', 'app:articles.delete'] }]
  }
)
export type RoleUpdate = Static<typeof RoleUpdate>

export const RoleParams = Type.Object({ ...OrganizationParams.properties, role_key: RoleKey })

const MaySchema = Type.Object(
  {
    invite: RoleKeys,
    change_role: Type.Object(
      { from: RoleKeys, to: RoleKeys },
      { description: 'Whose role they may change, and which they may give.' }
    ),
    remove: RoleKeys,
    suspend: RoleKeys,
    reassign: RoleKeys,
    transfer_ownership: Type.Boolean(),
    leave: Type.Boolean()
  },
  {
    description:
      'What its holders may do to whom, by role. How many hold a role, the client and ' +
      'confirmations are asked about when it is done.'
  }
)

export const RoleSchema = Type.Object(
  {
    key: Type.String(),
    label: Type.Object({ en: Type.String(), fr: Type.String() }),
    name: Type.String({ description: 'The label in the language of Accept-Language.' }),
    rank: Type.Integer(),
    custom: Type.Boolean({ description: 'Made by the organization itself.' }),
    min: Type.Integer({ description: 'How many must hold it at least.' }),
    max: Nullable(Type.Integer({ description: 'How many may hold it; null: any number.' })),
    holders: Type.Integer({ description: 'How many hold it or are offered it.' }),
    permissions: Type.Array(Type.String(), { description: 'As they are written.' }),
    may: MaySchema
  },
  {
    $id: 'Role',
    examples: [
      {
        key: 'editor',
        label: { en: 'Editor', fr: 'Rédacteur' },
        name: 'Editor',
        rank: 40,
        custom: true,
        min: 0,
        max: null,
        holders: 2,
        permissions: ['team.view', 'app:articles.publish'],
        may: {
          invite: [],
          change_role: { from: [], to: [] },
          remove: [],
          suspend: [],
          reassign: [],
          transfer_ownership: false,
          leave: true
        }
      }
    ]
  }
)

const PermissionRowSchema = Type.Object({
  permission: Type.String(),
  roles: Type.Array(Type.String(), { description: 'Who have it, as such or by implication.' })
})

export const RoleMatrixSchema = Type.Object(
  {
    data: Type.Array(Type.Unsafe<Static<typeof RoleSchema>>(Type.Ref('Role'))),
    permissions: Type.Array(PermissionRowSchema, {
      description: 'The same by permission: every one of Muster’s, and each `app:…` a role names.'
    })
  },
  {
    $id: 'RoleMatrix',
    examples: [
      {
        data: RoleSchema.examples as unknown,
        permissions: [{ permission: 'team.view', roles: ['owner', 'admin', 'editor'] }]
      }
    ]
  }
)

const toMay = ({ changeRole, transferOwnership, ...may }: May) => ({
  invite: [...may.invite],
  change_role: { from: [...changeRole.from], to: [...changeRole.to] },
  remove: [...may.remove],
  suspend: [...may.suspend],
  reassign: [...may.reassign],
  transfer_ownership: transferOwnership,
  leave: may.leave
})

/** The only crossing from role to wire. */
export function toRole(
  { role, holders, may }: RoleInUse,
  locale: Locale
): Static<typeof RoleSchema> {
  const { key, label, rank, min, max, permissions } = role
  return {
    key,
    label,
    name: label[locale],
    rank,
    custom: role.custom === true,
    min,
    max,
    holders,
    permissions: [...permissions],
    may: toMay(may)
  }
}
