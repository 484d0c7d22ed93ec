import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { resourceGrants } from '../../db/tables/resources.js'
import { idToUuid, uuidToId } from '../../ids.js'

/** How many resources members have, with what was given to them meanwhile. */
export interface HeldCounts {
  /** With these on top, of which it may have some; `unnamed`: and so many that are to be made. */
  countWith(memberId: string, resourceIds: readonly string[], unnamed: number): number
  add(memberId: string, resourceIds: readonly string[]): void
}

interface Holding {
  readonly memberId: string
  count: number
  /** Which of the resources in question are among them. */
  readonly known: Set<string>
}

/** Of these members, as far as these resources go. Of others it is taken that they have nothing. */
export async function countHeld(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[],
  resourceIds: readonly string[]
): Promise<HeldCounts> {
  const found =
    memberIds.length === 0 ? [] : await findHoldings(tx, organizationId, memberIds, resourceIds)
  return createHeldCounts(found)
}

export function createHeldCounts(found: readonly Holding[]): HeldCounts {
  const holdings = new Map(found.map((holding) => [holding.memberId, holding]))
  const of = (memberId: string) =>
    holdings.get(memberId) ?? { memberId, count: 0, known: new Set<string>() }
  const newOf = ({ known }: Holding, ids: readonly string[]) => ids.filter((id) => !known.has(id))
  return {
    countWith(memberId, resourceIds, unnamed) {
      const holding = of(memberId)
      return holding.count + newOf(holding, resourceIds).length + unnamed
    },
    add(memberId, resourceIds) {
      const holding = of(memberId)
      const added = newOf(holding, resourceIds)
      holding.count += added.length
      for (const id of added) holding.known.add(id)
      holdings.set(memberId, holding)
    }
  }
}

async function findHoldings(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[],
  resourceIds: readonly string[]
): Promise<Holding[]> {
  const { memberId, resourceId } = resourceGrants
  const members = memberIds.map((id) => idToUuid('mem', id))
  const named = resourceIds.map((id) => idToUuid('res', id))
  const isNamed = sql`${resourceId} = any(${sql.param(named)}::uuid[])`
  const rows = await tx
    .select({
      memberId,
      count: sql<number>`count(*)::int`,
      named: sql<string[]>`array_remove(array_agg(case when ${isNamed}
        then ${resourceId}::text end), null)`
    })
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        sql`${memberId} = any(${sql.param(members)}::uuid[])`
      )
    )
    .groupBy(memberId)
  return rows.map((row) => ({
    memberId: row.memberId,
    count: row.count,
    known: new Set(row.named.map((uuid) => uuidToId('res', uuid)))
  }))
}
