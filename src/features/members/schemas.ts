import { type Static, Type } from '@sinclair/typebox'
import type { CallContext, PolicyVersion } from '../../context.js'
import { MEMBER_STATUSES, type MemberRow } from '../../db/tables/members.js'
import { Email, ExternalId, Id, Instant, Metadata, Nullable, oneOf, UserId } from '../../schemas.js'
import { statusAt } from './effective-status.js'
import { roleLabel, statusLabel } from './labels.js'

export const MemberStatusSchema = oneOf(MEMBER_STATUSES)

export const MemberSchema = Type.Object(
  {
    id: Id('mem'),
    organization_id: Id('org'),
    external_id: Nullable(ExternalId),
    user_id: Nullable(UserId),
    email: Email,
    name: Nullable(Type.String()),
    role: Type.String({ examples: ['member'] }),
    role_label: Type.String({ description: 'In the language of Accept-Language.' }),
    status: MemberStatusSchema,
    status_label: Type.String({ description: 'The same in the policy’s words.' }),
    ended_by: Nullable(Type.String({ description: 'Why it ended, when `removed`.' })),
    invitation_id: Nullable(Id('inv')),
    avatar_url: Nullable(Type.String()),
    metadata: Metadata,
    created_at: Instant(),
    updated_at: Instant(),
    joined_at: Nullable(Instant()),
    last_active_at: Nullable(Instant()),
    last_sign_in_at: Nullable(Instant()),
    removed_at: Nullable(Instant())
  },
  {
    $id: 'Member',
    examples: [
      {
        id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        external_id: null,
        user_id: 'u_ana',
        email: 'ana@acme.test',
        name: 'Ana',
        role: 'member',
        role_label: 'Member',
        status: 'active',
        status_label: 'Active',
        ended_by: null,
        invitation_id: 'inv_01jd3v8k2ffb5t0m5r6w9x7y3z',
        avatar_url: null,
        metadata: {},
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:35:00.000Z',
        joined_at: '2026-11-22T09:35:00.000Z',
        last_active_at: null,
        last_sign_in_at: null,
        removed_at: null
      }
    ]
  }
)

/** For whom a member is told: when, in which language, under which policy. */
export type Reader = Pick<CallContext, 'now' | 'locale'> & { readonly policy: PolicyVersion }

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toMember(
  row: MemberRow,
  { now, locale, policy: { policy } }: Reader
): Static<typeof MemberSchema> {
  const status = statusAt(row, now)
  return {
    id: row.id,
    organization_id: row.organizationId,
    external_id: row.externalId,
    user_id: row.userId,
    email: row.email,
    name: row.name,
    role: row.role,
    role_label: roleLabel(policy, row.role, locale),
    status,
    status_label: statusLabel(policy, status, locale),
    ended_by: row.endedBy,
    invitation_id: row.invitationId,
    avatar_url: row.avatarUrl,
    metadata: row.metadata,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    joined_at: row.joinedAt?.toISOString() ?? null,
    last_active_at: row.lastActiveAt?.toISOString() ?? null,
    last_sign_in_at: row.lastSignInAt?.toISOString() ?? null,
    removed_at: row.removedAt?.toISOString() ?? null
  }
}
