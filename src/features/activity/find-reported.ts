import { and, eq, inArray, or, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { resourceGrants, resources } from '../../db/tables/resources.js'
import { idPattern } from '../../ids.js'
import { effectiveStatus } from '../members/effective-status.js'
import type { Report } from './report.js'

/** A member of whom something is told, and what is noted of it already. */
export interface Reported {
  readonly id: string
  readonly status: MemberStatus
  readonly joinedAt: Date | null
  readonly lastActiveAt: Date | null
  readonly lastSignInAt: Date | null
}

const given = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((value) => value !== undefined))
]

/** Whom these reports are about; undefined of one: there is no such member. */
export async function findReported(
  db: Db,
  { organizationId, now }: Pick<OrgContext, 'organizationId' | 'now'>,
  reports: readonly Report[]
): Promise<(report: Report) => Reported | undefined> {
  const ids = given(reports.map(({ memberId }) => memberId))
  const userIds = given(reports.map(({ userId }) => userId))
  const { id, userId, joinedAt, lastActiveAt, lastSignInAt } = members
  const rows = await db
    .select({ id, userId, joinedAt, lastActiveAt, lastSignInAt, status: effectiveStatus(now) })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        or(inArray(id, ids), inArray(userId, userIds))
      )
    )
  const byId = new Map(rows.map((row) => [row.id, row]))
  // A person who was removed may have come back: only once they are in the team.
  const latest = [...rows].sort((a, b) => Number(isThere(a)) - Number(isThere(b)))
  const byUser = new Map(latest.map((row) => [row.userId, row]))
  return (report) =>
    report.memberId === undefined ? byUser.get(report.userId ?? null) : byId.get(report.memberId)
}

const isThere = ({ status }: Reported) => status !== 'removed'

const RESOURCE_ID = new RegExp(idPattern('res'))

/** The ids of the resources that reports name, by either of their names. */
export async function findResourceIds(
  db: Db,
  organizationId: string,
  reports: readonly Report[]
): Promise<ReadonlyMap<string, string>> {
  const names = given(reports.map(({ resource }) => resource))
  if (names.length === 0) return new Map()
  const { id, externalId } = resources
  const ids = names.filter((name) => RESOURCE_ID.test(name))
  const rows = await db
    .select({ id, externalId })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, organizationId),
        or(inArray(id, ids), inArray(externalId, names))
      )
    )
  return new Map([
    ...rows.map((row): [string, string] => [row.externalId ?? row.id, row.id]),
    ...rows.map((row): [string, string] => [row.id, row.id])
  ])
}

/** Something of the host's, and who used it. */
export interface Use {
  readonly resourceId: string
  readonly memberId: string
}

/**
 * When what members have themselves was last used; undefined: they have it through a group, or not at
 * all, so there is nothing to note it on.
 */
export async function findLastUses(
  db: Db,
  organizationId: string,
  uses: readonly Use[]
): Promise<(use: Use) => Date | null | undefined> {
  const { resourceId, memberId, lastUsedAt } = resourceGrants
  if (uses.length === 0) return () => undefined
  const pairs = uses.map(
    (use) => sql`(${sql.param(use.resourceId, resourceId)}, ${sql.param(use.memberId, memberId)})`
  )
  const rows = await db
    .select({ resourceId, memberId, lastUsedAt })
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        sql`(${resourceId}, ${memberId}) in (${sql.join(pairs, sql`, `)})`
      )
    )
  const known = new Map(rows.map((row) => [useKey(row), row.lastUsedAt]))
  return (use) => known.get(useKey(use))
}

export const useKey = ({ resourceId, memberId }: Use) => `${resourceId} ${memberId}`
