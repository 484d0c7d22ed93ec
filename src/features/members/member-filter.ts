import { and, eq, exists, ilike, ne, or, type SQL } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { containsText } from '../../db/page.js'
import { groupMembers } from '../../db/tables/groups.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { effectiveStatus } from './effective-status.js'

/** Whom a list of members is narrowed to. */
export interface MemberFilter {
  readonly status?: MemberStatus | undefined
  readonly role?: string | undefined
  readonly groupId?: string | undefined
  /** A fragment of name or address. */
  readonly q?: string | undefined
}

/** The rows of `members` that are meant: removed ones only when asked for. */
export function whereMembers(
  db: Db,
  { organizationId, now }: Pick<OrgContext, 'organizationId' | 'now'>,
  { status, role, groupId, q }: MemberFilter
): SQL | undefined {
  return and(
    eq(members.organizationId, organizationId),
    status === undefined ? ne(members.status, 'removed') : eq(effectiveStatus(now), status),
    role === undefined ? undefined : eq(members.role, role),
    groupId === undefined ? undefined : isInGroup(db, groupId),
    q === undefined
      ? undefined
      : or(ilike(members.name, containsText(q)), ilike(members.email, containsText(q)))
  )
}

function isInGroup(db: Db, groupId: string) {
  const { organizationId, memberId } = groupMembers
  return exists(
    db
      .select({ id: memberId })
      .from(groupMembers)
      .where(
        and(
          eq(organizationId, members.organizationId),
          eq(groupMembers.groupId, groupId),
          eq(memberId, members.id)
        )
      )
  )
}
