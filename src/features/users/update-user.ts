import { and, eq, inArray, isNotNull, isNull, ne, or } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findRetentions } from '../events/retention.js'
import { concerning } from '../members/member-events.js'
import { lockPerson } from './queries.js'
import type { UserUpdate } from './schemas.js'

/**
 * The host corrects what a person is called, in every team they are or were in: their right of
 * rectification (OUPI-106). Answers with how many memberships changed.
 *
 * @throws Problem not_found
 */
export async function updateUser(
  deps: Deps,
  ctx: KeyContext,
  userId: string,
  { name }: UserUpdate
): Promise<number> {
  return runCommand(deps, ctx, async (tx) => {
    const { person, organizationIds } = await lockPerson(tx, userId)
    const before = new Map(person.members.map((member) => [member.id, member.name]))
    const isLocked = inArray(members.organizationId, [...organizationIds])
    const differs =
      name === null ? isNotNull(members.name) : or(isNull(members.name), ne(members.name, name))
    const changed = await tx
      .update(members)
      .set({ name, updatedAt: ctx.now })
      .where(and(eq(members.userId, userId), isLocked, differs))
      .returning()
    const retentionOf = await findRetentions(tx, organizationIds)
    for (const member of changed) {
      const { organizationId, id } = member
      appendEvents(tx, ctx, { organizationId, retention: retentionOf(organizationId) }, [
        {
          type: 'member.updated',
          ...concerning(member),
          changes: { name: [before.get(id) ?? null, name] }
        }
      ])
    }
    return changed.length
  })
}
