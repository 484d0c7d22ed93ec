import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import type { NewEvent } from '../events/append-events.js'
import { memberAdded } from './group-events.js'
import { findMemberships } from './queries.js'

/** Somebody who comes in, and the groups that they are put into. */
export interface Joiner {
  readonly memberId: string
  readonly groupIds: readonly string[]
  /** Whether the seat was there before, which may be in a group already. */
  readonly reused: boolean
}

/**
 * Adds the memberships of whoever comes in to what the transaction writes, and answers with what is
 * to be told of them. Whoever is in a group already stays in it, without an event.
 */
export async function joinGroups(
  tx: Tx,
  { now: createdAt }: CallContext,
  organizationId: string,
  joiners: readonly Joiner[]
): Promise<NewEvent[]> {
  const wanted = joiners.flatMap(({ memberId, groupIds }) =>
    groupIds.map((groupId) => ({ groupId, memberId }))
  )
  if (wanted.length === 0) return []
  const reused = joiners.filter((one) => one.reused).map(({ memberId }) => memberId)
  const there = new Set((await findMemberships(tx, organizationId, reused)).map(pairKey))
  const added = wanted.filter((pair) => !there.has(pairKey(pair)))
  tx.add(
    groupMembers,
    added.map((pair) => ({ organizationId, ...pair, createdAt }))
  )
  return added.map(memberAdded)
}

const pairKey = ({ groupId, memberId }: { groupId: string; memberId: string }) =>
  `${groupId} ${memberId}`
