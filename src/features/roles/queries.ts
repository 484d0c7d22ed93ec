import { and, eq, inArray, ne, or, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { customRoles } from '../../db/tables/custom-roles.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Holders } from '../../policy/decision.js'
import { effectiveStatus } from '../members/effective-status.js'

type Place = Pick<OrgContext, 'organizationId' | 'now'>

/** How many members have which of the roles; of a role that nobody has, none. */
export async function countEachRole(
  db: Db,
  { organizationId, now }: Place,
  roles?: readonly string[]
): Promise<(role: string) => Holders> {
  const status = effectiveStatus(now)
  const counted = await db
    .select({
      role: members.role,
      active: sql<number>`(count(*) filter (where ${status} = 'active'))::int`,
      // A role that is offered has a holder; an offer that ran out has none.
      all: sql<number>`(count(*) filter (where ${status} <> 'invitation_expired'))::int`
    })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        ne(members.status, 'removed'),
        roles && inArray(members.role, [...roles])
      )
    )
    .groupBy(members.role)
  const counts = new Map(counted.map(({ role, ...holders }) => [role, holders]))
  return (role) => counts.get(role) ?? { active: 0, all: 0 }
}

/** Who has the role or may still get it: an offer that ran out can be sent again. */
export async function countBound(db: Db, organizationId: string, role: string) {
  const [counted] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        eq(members.role, role),
        ne(members.status, 'removed')
      )
    )
  return counted?.count ?? 0
}

/** Those of the people who belong to the organization, at any status but removed. */
export async function findPeople(
  db: Db,
  organizationId: string,
  { userIds, memberIds }: { userIds: readonly string[]; memberIds: readonly string[] }
): Promise<MemberRow[]> {
  return db
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        ne(members.status, 'removed'),
        or(inArray(members.userId, [...userIds]), inArray(members.id, [...memberIds]))
      )
    )
}

export const isRole = (organizationId: string, key: string) =>
  and(eq(customRoles.organizationId, organizationId), eq(customRoles.key, key))
