import { and, asc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { idToUuid } from '../../ids.js'
import { effectiveStatus } from '../members/effective-status.js'
import { type AllocationCreate, RECIPIENTS_MAX } from './schemas.js'

/** A member, and by which of the groups that are meant: a member of two is found twice. */
export interface Recipient {
  readonly memberId: string
  readonly status: MemberStatus
  readonly role: string
  readonly groupId: string | null
}

/** Whom a distribution names. */
interface Named {
  readonly memberIds: readonly string[] | undefined
  readonly roles: readonly string[] | undefined
  readonly groupIds: readonly string[]
}

/**
 * Whom a distribution means, by member id, in one statement: whoever is named by id whatever their
 * status, else those who are active now. At most one more than can be given to.
 */
export async function findRecipients(
  tx: Tx,
  ctx: OrgContext,
  allocation: AllocationCreate,
  roles: readonly string[]
): Promise<Recipient[]> {
  const named = readNames(allocation, roles)
  const { groupIds } = named
  return tx
    .select({
      memberId: members.id,
      status: effectiveStatus(ctx.now),
      role: members.role,
      groupId: groupMembers.groupId
    })
    .from(members)
    .leftJoin(
      groupMembers,
      and(
        eq(groupMembers.organizationId, members.organizationId),
        eq(groupMembers.memberId, members.id),
        inArray(groupMembers.groupId, [...groupIds])
      )
    )
    .where(
      and(
        eq(members.organizationId, ctx.organizationId),
        isNamed(ctx, named),
        groupIds.length > 0 ? isNotNull(groupMembers.groupId) : undefined
      )
    )
    .orderBy(asc(members.id))
    .limit(RECIPIENTS_MAX + 1)
}

function readNames(allocation: AllocationCreate, roles: readonly string[]): Named {
  const { strategy, to = {}, weights, amounts, groups = [] } = allocation
  const listed = (weights ?? amounts)?.map(({ member_id: id }) => id)
  return {
    memberIds: to.member_ids ?? listed,
    roles: strategy === 'roles' ? roles : listOf(to.role),
    groupIds: listOf(to.group_id) ?? groups.map(({ group_id: id }) => id)
  }
}

const listOf = (name: string | undefined) => (name === undefined ? undefined : [name])

/** Ids are one value, not ten thousand. */
function isNamed({ now }: OrgContext, { memberIds, roles }: Named): SQL | undefined {
  if (memberIds !== undefined) {
    const uuids = memberIds.map((id) => idToUuid('mem', id))
    return sql`${members.id} = any(${sql.param(uuids)}::uuid[])`
  }
  const isActive = eq(effectiveStatus(now), 'active')
  return roles === undefined ? isActive : and(isActive, inArray(members.role, [...roles]))
}
