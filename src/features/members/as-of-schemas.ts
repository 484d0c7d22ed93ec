import { type Static, Type } from '@sinclair/typebox'
import type { PolicyVersion } from '../../context.js'
import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { Email, Id, Instant, Nullable, oneOf, UserId } from '../../schemas.js'
import { refuseCanceled } from '../../standing.js'
import type { MemberAsOfRow } from './list-members-as-of.js'

/** What every part of the service can hold, whatever its time zone. */
export const AsOf = Type.String({
  format: 'date-time',
  pattern: '^(19[7-9]|[2-8]\\d\\d)\\d-',
  maxLength: 40,
  description:
    'Answer with what was at this instant, in the shape of `MemberAsOf`. Beside it only `status`, ' +
    '`role` and what turns pages can be given, and mean what was then.',
  examples: ['2026-11-01T00:00:00.000Z']
})

export const MemberAsOfSchema = Type.Object(
  {
    id: Id('mem'),
    user_id: Nullable(UserId),
    email: Email,
    name: Nullable(Type.String()),
    role: Type.String({ examples: ['member'] }),
    status: oneOf(MEMBER_STATUSES),
    joined_at: Nullable(Instant()),
    has_access: Type.Boolean({
      description:
        'Whether they were active, in an organization that was not canceled, or whose policy lets ' +
        'members in even so.'
    })
  },
  {
    $id: 'MemberAsOf',
    description:
      'A member as it was at an instant. Of a person who has been erased since, what is left.',
    examples: [
      {
        id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        user_id: 'u_ana',
        email: 'ana@acme.test',
        name: 'Ana',
        role: 'member',
        status: 'active',
        joined_at: '2026-11-22T09:35:00.000Z',
        has_access: true
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toMemberAsOf(
  row: MemberAsOfRow,
  { policy }: PolicyVersion
): Static<typeof MemberAsOfSchema> {
  const { status, organizationStatus } = row
  return {
    id: row.id,
    user_id: row.userId,
    email: row.email,
    name: row.name,
    role: row.role,
    status,
    joined_at: row.joinedAt?.toISOString() ?? null,
    has_access: status === 'active' && !refuseCanceled({ status: organizationStatus }, policy)
  }
}
