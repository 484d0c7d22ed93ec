import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { resourceGrants } from '../../db/tables/resources.js'
import type { Problem } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { tooManyResources } from './errors.js'

/** Whoever takes over what leavers have. What is taken counts for whoever leaves next. */
export interface Heir {
  /** Where it would have more than the policy lets. */
  refuse(leaverId: string): Problem | undefined
  /** After it was not refused. */
  take(leaverId: string): void
}

interface Leaving {
  readonly memberIds: readonly string[]
  /** Undefined: nobody takes anything over. */
  readonly successorId: string | undefined
}

const UNLIMITED: Heir = { refuse: () => undefined, take: () => undefined }

/** Reads what is to be passed on, and what is there already, where the policy limits it. */
export async function openHeir(
  tx: Tx,
  { organizationId }: OrgContext,
  { policy: { policy } }: LockedOrganization,
  { memberIds, successorId }: Leaving
): Promise<Heir> {
  const { held_max: max } = policy.resources
  if (max === null || successorId === undefined) return UNLIMITED
  const ids = sql.param([...memberIds, successorId].map((id) => idToUuid('mem', id)))
  const rows = await tx
    .select({ memberId: resourceGrants.memberId, resourceId: resourceGrants.resourceId })
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        sql`${resourceGrants.memberId} = any(${ids}::uuid[])`
      )
    )
  const of = (id: string) =>
    rows.filter(({ memberId }) => memberId === id).map(({ resourceId }) => resourceId)
  const held = new Set(of(successorId))
  return {
    refuse(leaverId) {
      const more = of(leaverId).filter((id) => !held.has(id)).length
      return more > 0 && held.size + more > max ? tooManyResources({ max }) : undefined
    },
    take(leaverId) {
      for (const id of of(leaverId)) held.add(id)
    }
  }
}
