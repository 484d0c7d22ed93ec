import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import type { Holders } from '../../policy/decision.js'
import { findRole } from '../../policy/roles.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { effectiveStatus } from './effective-status.js'

/** A member as it holds its role. */
interface Held {
  readonly role: string
  readonly status: string
}

/** How many hold a role while a command decides: what the command itself does counts too. */
export interface HolderCounts {
  readonly holders: (role: string) => Holders
  /** One more is offered this role, or holds it already. */
  claim(role: string, status?: 'active'): void
  /** Somebody who was counted is this from now on; null: no member any more. */
  move(before: Held, after: Held | null): void
}

/**
 * Counts who holds those of the roles that have a least or most number of holders: true until the
 * commit where the organization is locked. Nothing is read for roles that anybody may have.
 */
export async function countHolders(
  db: Db,
  { now }: Pick<CallContext, 'now'>,
  { row, policy }: Pick<LockedOrganization, 'row' | 'policy'>,
  roles: readonly string[]
): Promise<HolderCounts> {
  const limited = [...new Set(roles)].filter((key) => {
    const role = findRole(policy.policy, key)
    return role !== undefined && (role.min > 0 || role.max !== null)
  })
  const status = effectiveStatus(now)
  const counted =
    limited.length === 0
      ? []
      : await db
          .select({ role: members.role, status, count: sql<number>`count(*)::int` })
          .from(members)
          .where(
            and(
              eq(members.organizationId, row.id),
              inArray(members.role, limited),
              ne(members.status, 'removed')
            )
          )
          .groupBy(sql`1, 2`)
  const counts = new Map(limited.map((role) => [role, { active: 0, all: 0 }]))
  for (const { role, status, count } of counted) add(counts.get(role), status, count)
  return {
    holders: (role) => counts.get(role) ?? { active: 0, all: 0 },
    claim: (role, status) => {
      add(counts.get(role), status ?? 'invited', 1)
    },
    move: (before, after) => {
      add(counts.get(before.role), before.status, -1)
      if (after) add(counts.get(after.role), after.status, 1)
    }
  }
}

/** A role that is offered has a holder; an offer that ran out has none. */
function add(count: { active: number; all: number } | undefined, status: string, by: number): void {
  if (!count || status === 'invitation_expired') return
  count.all += by
  if (status === 'active') count.active += by
}
