import { type Static, Type } from '@sinclair/typebox'
import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { ORGANIZATION_STATUSES } from '../../db/tables/organizations.js'
import type { Locale } from '../../errors.js'
import { ExternalId, Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { roleLabel, statusLabel } from '../members/labels.js'
import type { Membership } from './list-memberships.js'

export const MembershipQuery = {
  status: Type.Optional(oneOf(MEMBER_STATUSES)),
  include_removed: Type.Boolean({
    default: false,
    description: 'Also those that are over, which `status=removed` lists alone.'
  })
}

export const MembershipSchema = Type.Object(
  {
    organization: Type.Object({
      id: Id('org'),
      external_id: Nullable(ExternalId),
      name: Type.String(),
      status: oneOf(ORGANIZATION_STATUSES),
      policy: Type.String({ description: 'Key of its policy.' })
    }),
    member_id: Id('mem'),
    role: Type.String(),
    role_label: Type.String({ description: 'In the language of Accept-Language.' }),
    status: oneOf(MEMBER_STATUSES),
    status_label: Type.String({ description: 'The same in the policy’s words.' }),
    can_get_in: Type.Boolean({ description: 'Whether they have access right now.' }),
    code: Nullable(
      Type.String({
        description:
          'Why not: `member_suspended`, `reassignment_pending`, `not_a_member`, ' +
          '`organization_canceled`.'
      })
    ),
    joined_at: Nullable(Instant()),
    last_active_at: Nullable(Instant())
  },
  {
    $id: 'Membership',
    description: 'A person in one organization.',
    examples: [
      {
        organization: {
          id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
          external_id: 'crm-4711',
          name: 'Acme',
          status: 'active',
          policy: 'standard'
        },
        member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        role: 'member',
        role_label: 'Member',
        status: 'active',
        status_label: 'Active',
        can_get_in: true,
        code: null,
        joined_at: '2026-11-22T09:35:00.000Z',
        last_active_at: null
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toMembership(
  { member, status, organization, policyKey, policy, code }: Membership,
  locale: Locale
): Static<typeof MembershipSchema> {
  return {
    organization: {
      id: organization.id,
      external_id: organization.externalId,
      name: organization.name,
      status: organization.status,
      policy: policyKey
    },
    member_id: member.id,
    role: member.role,
    role_label: roleLabel(policy, member.role, locale),
    status,
    status_label: statusLabel(policy, status, locale),
    can_get_in: code === null,
    code,
    joined_at: member.joinedAt?.toISOString() ?? null,
    last_active_at: member.lastActiveAt?.toISOString() ?? null
  }
}
