import { and, eq, exists, ilike } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { containsText, type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { groupMembers, groups } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { type CountedGroup, membersCount } from './queries.js'

interface GroupFilter {
  readonly memberId?: string | undefined
  readonly externalId?: string | undefined
  /** A fragment of the name. */
  readonly q?: string | undefined
}

/** The groups of an organization, or of one member, each with how many are in it. */
export async function listGroups(
  { db }: Deps,
  { organizationId }: OrgContext,
  { memberId, externalId, q }: GroupFilter,
  page: PageRequest
): Promise<PageResult<CountedGroup>> {
  const where = and(
    eq(groups.organizationId, organizationId),
    memberId === undefined
      ? undefined
      : exists(
          db
            .select({ id: groupMembers.memberId })
            .from(groupMembers)
            .where(
              and(
                eq(groupMembers.organizationId, groups.organizationId),
                eq(groupMembers.groupId, groups.id),
                eq(groupMembers.memberId, memberId)
              )
            )
        ),
    externalId === undefined ? undefined : eq(groups.externalId, externalId),
    q === undefined ? undefined : ilike(groups.name, containsText(q))
  )
  return selectPage(db, groups, { where, newestFirst: false, counts: { membersCount } }, page)
}
