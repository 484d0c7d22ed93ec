import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findRetentions } from '../events/retention.js'
import { eraseFromEvents } from './erase-from-events.js'
import { eraseRows } from './erase-rows.js'
import { userStillMember } from './errors.js'
import { lockPerson, type Person } from './find-person.js'

/** How much was blotted out. */
export interface Erased {
  readonly members: number
  readonly invitations: number
  readonly events: number
}

/**
 * Forgets who a removed person was: name, address, picture, the host's id and data of theirs, wherever
 * they stand (OUPI-106), also on seats that others have by now. Ids, roles, instants and what became
 * due stay, so history and counts stay true. What lives for a while only is left to end by itself: kept
 * answers (a day), built exports (a week), mails to others that are kept (a month).
 *
 * @throws Problem not_found, user_still_member
 */
export async function eraseUser(deps: Deps, ctx: KeyContext, userId: string): Promise<Erased> {
  return runCommand(deps, ctx, async (tx) => {
    const { person, organizationIds } = await lockPerson(tx, userId)
    const there = person.members.filter(({ status }) => status !== 'removed')
    if (there.length > 0) {
      throw userStillMember({ organization_ids: there.map((row) => row.organizationId) })
    }
    const events = await eraseFromEvents(tx, person)
    await eraseRows(tx, person)
    const seats = seatsOf(person)
    const retentionOf = await findRetentions(tx, organizationIds)
    for (const { organizationId, id, data } of seats) {
      const place = { organizationId, retention: retentionOf(organizationId) }
      const subject = { type: 'member', id } as const
      appendEvents(tx, ctx, place, [{ type: 'user.erased', subject, data }])
    }
    return { members: seats.length, invitations: person.invitations.length, events }
  })
}

/** Each that was theirs, once; and whether it is another's by now, of whom nothing is forgotten. */
function seatsOf({ members, former }: Person) {
  const kept = members.map(({ organizationId, id }) => ({ organizationId, id, data: {} }))
  const own = new Set(members.map(({ id }) => id))
  const left = former
    .filter(({ memberId }) => !own.has(memberId))
    .map(({ organizationId, memberId }) => ({
      organizationId,
      id: memberId,
      data: { taken_over: true }
    }))
  return [...kept, ...new Map(left.map((seat) => [seat.id, seat])).values()]
}
