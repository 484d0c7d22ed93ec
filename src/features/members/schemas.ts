import { type Static, Type } from '@sinclair/typebox'
import { MEMBER_STATUSES, type MemberRow } from '../../db/tables/members.js'
import { Email, ExternalId, Id, Instant, Metadata, Nullable, UserId } from '../../schemas.js'
import { statusAt } from './effective-status.js'

export const MemberStatusSchema = Type.Union(MEMBER_STATUSES.map((status) => Type.Literal(status)))

export const MemberSchema = Type.Object(
  {
    id: Id('mem'),
    organization_id: Id('org'),
    external_id: Nullable(ExternalId),
    user_id: Nullable(UserId),
    email: Email,
    name: Nullable(Type.String()),
    role: Type.String({ examples: ['member'] }),
    status: MemberStatusSchema,
    ended_by: Nullable(Type.String({ description: 'Why it ended, when `removed`.' })),
    invitation_id: Nullable(Id('inv')),
    metadata: Metadata,
    created_at: Instant(),
    updated_at: Instant(),
    joined_at: Nullable(Instant()),
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
        status: 'active',
        ended_by: null,
        invitation_id: 'inv_01jd3v8k2ffb5t0m5r6w9x7y3z',
        metadata: {},
        created_at: '2026-11-22T09:30:00.000Z',
        updated_at: '2026-11-22T09:35:00.000Z',
        joined_at: '2026-11-22T09:35:00.000Z',
        removed_at: null
      }
    ]
  }
)

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toMember(row: MemberRow, now: Date): Static<typeof MemberSchema> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    external_id: row.externalId,
    user_id: row.userId,
    email: row.email,
    name: row.name,
    role: row.role,
    status: statusAt(row, now),
    ended_by: row.endedBy,
    invitation_id: row.invitationId,
    metadata: row.metadata,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    joined_at: row.joinedAt?.toISOString() ?? null,
    removed_at: row.removedAt?.toISOString() ?? null
  }
}
