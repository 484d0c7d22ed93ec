import { and, eq, inArray, or } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.js'
import { type GroupRow, groupMembers, groups } from '../../db/tables/groups.js'
import { notFound } from '../../errors.js'
import { idPattern } from '../../ids.js'

const GROUP_ID = new RegExp(idPattern('grp'))

export const isGroup = (organizationId: string, id: string) =>
  and(eq(groups.organizationId, organizationId), eq(groups.id, id))

/** @throws Problem not_found */
export async function findGroup(db: Db, organizationId: string, id: string): Promise<GroupRow> {
  const [row] = await db.select().from(groups).where(isGroup(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Group ids by how the host names them: by id or, where nothing has that id, by external id. */
export async function findGroupIds(
  db: Db,
  organizationId: string,
  names: readonly string[]
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map()
  const ids = names.filter((name) => GROUP_ID.test(name))
  const found = await db
    .select({ id: groups.id, externalId: groups.externalId })
    .from(groups)
    .where(
      and(
        eq(groups.organizationId, organizationId),
        or(inArray(groups.id, ids), inArray(groups.externalId, [...names]))
      )
    )
  return new Map([
    ...found.map(({ id, externalId }): [string, string] => [externalId ?? id, id]),
    ...found.map(({ id }): [string, string] => [id, id])
  ])
}

/** Takes somebody who leaves the organization out of all its groups. */
export async function leaveGroups(tx: Tx, organizationId: string, memberId: string): Promise<void> {
  await tx
    .delete(groupMembers)
    .where(
      and(eq(groupMembers.organizationId, organizationId), eq(groupMembers.memberId, memberId))
    )
}

/** In which groups these members are already. */
export async function findMemberships(
  db: Db,
  organizationId: string,
  memberIds: readonly string[]
): Promise<readonly { readonly groupId: string; readonly memberId: string }[]> {
  if (memberIds.length === 0) return []
  return db
    .select({ groupId: groupMembers.groupId, memberId: groupMembers.memberId })
    .from(groupMembers)
    .where(
      and(
        eq(groupMembers.organizationId, organizationId),
        inArray(groupMembers.memberId, [...memberIds])
      )
    )
}
