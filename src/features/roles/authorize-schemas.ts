import { type Static, Type } from '@sinclair/typebox'
import { CHANNELS, type Channel } from '../../policy/document-shape.js'
import { ExternalId, Id, Nullable, UserId } from '../../schemas.js'

const CHECKS_MAX = 100

/** One list of words: quicker to check and to write than a union of them. */
const ChannelSchema = Type.Unsafe<Channel>({ type: 'string', enum: [...CHANNELS] })

const PermissionName = Type.String({
  format: 'permission',
  description: 'One of Muster’s own permissions, or `app:…` of yours.',
  examples: ['member.invite']
})

const check = {
  user_id: Type.Optional({
    ...UserId,
    description: 'Whom it is about. Neither this nor `member_id`: the acting member.'
  }),
  member_id: Type.Optional(Id('mem')),
  resource: Type.Optional({
    ...ExternalId,
    description:
      'With `resource.view`, `resource.settings`, `resource.assign`, `resource.manage` and your ' +
      'own `app:…`: on which resource, by its id or by yours. Then it also counts whether the ' +
      'member has it, how, and whether they own it.'
  }),
  target: Type.Optional({
    ...Id('mem'),
    description:
      'To whom it would be done: with `member.role`, `member.remove`, `member.suspend`, ' +
      '`member.reassign` and `org.transfer`. Then every rule is asked, not the permission alone.'
  }),
  role: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 48,
      description:
        'Likewise the role that would be given or was offered: with `member.invite`, ' +
        '`member.import`, `invitation.resend`, `invitation.cancel` and `member.role`.',
      examples: ['admin']
    })
  ),
  channel: Type.Optional(ChannelSchema)
}

const CheckSchema = Type.Object(
  { ...check, permission: PermissionName },
  { additionalProperties: false }
)
export type Check = Static<typeof CheckSchema>

export const AuthorizeBody = Type.Object(
  {
    ...check,
    permission: Type.Optional(PermissionName),
    checks: Type.Optional(
      Type.Array(CheckSchema, {
        minItems: 1,
        maxItems: CHECKS_MAX,
        description: `Instead of one check: up to ${CHECKS_MAX}, answered in this order.`
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      { user_id: 'u_ana', permission: 'app:articles.publish' },
      {
        checks: [
          { user_id: 'u_ana', permission: 'resource.view', resource: 'ws_1' },
          { user_id: 'u_ana', permission: 'member.invite', role: 'admin' }
        ]
      }
    ]
  }
)
export type AuthorizeBody = Static<typeof AuthorizeBody>

/** One shape with optional fields for both answers: it is written far faster than a union. */
const authorization = {
  allowed: Type.Boolean(),
  member_id: Type.Optional({ ...Id('mem'), description: 'Whom the check was about.' }),
  role: Type.Optional(Type.String({ description: 'The role that they hold.' })),
  via: Type.Optional(
    Type.Object(
      { role: Type.String(), permission: Type.String() },
      { description: 'Where the right comes from.' }
    )
  ),
  grant: Type.Optional(
    Type.Object(
      {
        mode: Nullable(Type.String({ description: 'How they have it; an owner: null.' })),
        through: Type.Unsafe<'member' | 'group' | 'owner'>({
          type: 'string',
          enum: ['member', 'group', 'owner']
        }),
        group_id: Type.Optional(Id('grp'))
      },
      {
        description:
          'And through what the member has the resource: left out where the role alone decides.'
      }
    )
  ),
  channels: Type.Optional(
    Type.Array(ChannelSchema, { description: 'Only from these kinds of client.' })
  ),
  code: Type.Optional(
    Type.String({
      description:
        'Why not: `not_a_member`, `member_suspended`, `reassignment_pending`, ' +
        '`organization_canceled`, `not_found` (the target or the resource), ' +
        '`resource_not_granted`, `mode_not_allowed`, or the code of the problem that doing it ' +
        'would be answered with.'
    })
  ),
  because: Type.Optional(Type.String({ description: 'The same for whoever develops: English.' })),
  detail: Type.Optional(
    Type.String({ description: 'The same for people, in the policy’s own words if it has any.' })
  ),
  action: Type.Optional(Type.String({ description: 'With `not_offered`: what is not.' })),
  mode: Type.Optional(
    Type.String({ description: 'With `mode_not_allowed`: how the member has the resource.' })
  ),
  missing_permissions: Type.Optional(Type.Array(Type.String())),
  entitlement: Type.Optional(
    Type.String({ description: 'With `not_entitled`: what the plan lacks.', examples: ['team'] })
  ),
  blocked: Type.Optional(
    Type.String({ description: 'With `billing_past_due`: what the overdue invoice blocks.' })
  ),
  limited_role: Type.Optional(
    Type.String({ description: 'Which role would have too few holders or too many.' })
  ),
  min: Type.Optional(Type.Integer()),
  max: Type.Optional(Type.Integer()),
  organization_status: Type.Optional(
    Type.String({
      description: 'With `organization_canceled`: `canceled` or `flagged_for_deletion`.'
    })
  ),
  effects: Type.Optional(
    Type.Array(Type.String(), { description: 'Likewise: what the policy says that it means.' })
  )
}

export const AuthorizationSchema = Type.Object(authorization, {
  $id: 'Authorization',
  examples: [
    {
      allowed: true,
      member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
      role: 'editor',
      via: { role: 'editor', permission: 'app:articles.publish' }
    },
    {
      allowed: false,
      code: 'role_not_assignable',
      because: 'role admin may not invite as owner',
      detail: 'The acting member may not give this role.',
      member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
      role: 'admin'
    }
  ]
})
export type Authorization = Static<typeof AuthorizationSchema>

export const AuthorizeAnswer = Type.Object(
  {
    ...authorization,
    allowed: Type.Optional(Type.Boolean()),
    data: Type.Optional(
      Type.Array(Type.Unsafe<Authorization>(Type.Ref('Authorization')), {
        description: 'Of many checks: this alone, in their order.'
      })
    )
  },
  {
    $id: 'AuthorizeAnswer',
    examples: [
      ...(AuthorizationSchema.examples as unknown[]),
      { data: AuthorizationSchema.examples as unknown }
    ]
  }
)
