import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type GrantRow, type ResourceRow, resourceGrants } from '../../db/tables/resources.js'
import { idToUuid } from '../../ids.js'
import { allowed, judgeAll, type Outcome, outcomesOf, refusalIn } from '../members/outcome.js'
import type { LockedMembers } from '../members/queries.js'
import { openSeats } from './charged-seats.js'
import { holderRemoved } from './errors.js'
import { openShelf, type PlannedGrant } from './open-shelf.js'
import type { ResourcesChoice } from './resources-choice.js'
import { writeGrants } from './write-grants.js'

interface Granting {
  readonly resource: ResourceRow
  /** Left out: how a member has it, else the first of its kind. */
  readonly mode?: string | undefined
}

/** How somebody has a resource from now on. */
type Held = Pick<GrantRow, 'mode' | 'lastUsedAt' | 'createdAt'>

interface Granted {
  readonly outcomes: readonly Outcome[]
  /** Of everybody to whom it was not refused, by member. */
  readonly held: ReadonlyMap<string, Held>
}

/**
 * Gives members a resource, or the same in another way; what one of them has alone goes to whoever
 * comes first. Whoever has it so already keeps it, without an event.
 */
export async function grantToMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  { resource, mode }: Granting
): Promise<Granted> {
  const memberIds = members.map(({ member }) => member.id)
  const held = new Map<string, Held>(await findHeld(tx, ctx, resource.id, memberIds))
  const choiceOf = (id: string): ResourcesChoice => {
    const key = mode ?? held.get(id)?.mode
    const choice = { choice: 'existing', ids: [resource.id] } as const
    return key === undefined ? choice : { ...choice, mode: key }
  }
  const shelf = await openShelf(tx, ctx, organization, {
    choices: memberIds.map(choiceOf),
    memberIds,
    step: 'later',
    replaces: false
  })
  const planned = new Map<string, PlannedGrant[]>()
  const judged = judgeAll(members, ({ member }) => {
    const { id, status } = member
    const choice = choiceOf(id)
    const refusal = refusalIn(() => {
      if (status === 'removed') throw holderRemoved({ member_id: id })
      const refused = shelf.refuse(choice, id)
      if (refused) throw refused
    })
    if (refusal) return refusal
    const grants = shelf.take(choice, id)
    const [given] = grants
    if (!given) throw new Error('what was not refused can be taken')
    if (held.get(id)?.mode === given.mode.key) return { status: 'unchanged', member }
    held.set(id, { mode: given.mode.key, lastUsedAt: null, createdAt: ctx.now })
    planned.set(id, grants)
    return undefined
  })
  const granting = allowed(judged).map(({ member }) => member.id)
  if (granting.length > 0) {
    const seats = await openSeats(tx, ctx, organization, granting)
    const charged = await writeGrants(tx, ctx, organization, {
      members: granting.map((memberId) => ({ memberId, grants: planned.get(memberId) ?? [] })),
      replaces: false
    })
    await seats.settle(new Map([...charged].map(([id, { before, after }]) => [id, after - before])))
  }
  return { outcomes: outcomesOf(judged, []), held }
}

/** Who of them has it, and how. */
export async function findHeld(
  tx: Tx,
  { organizationId }: OrgContext,
  resourceId: string,
  memberIds: readonly string[]
): Promise<ReadonlyMap<string, GrantRow>> {
  const ids = sql.param(memberIds.map((id) => idToUuid('mem', id)))
  const rows = await tx
    .select()
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        eq(resourceGrants.resourceId, resourceId),
        sql`${resourceGrants.memberId} = any(${ids}::uuid[])`
      )
    )
  return new Map(rows.map((row) => [row.memberId, row]))
}
