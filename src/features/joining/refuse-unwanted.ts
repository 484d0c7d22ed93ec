import { daysAfter } from '../../clock.js'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import { idToUuid } from '../../ids.js'
import { joinDenied, removedBefore } from './errors.js'

/** How long a denial holds. */
const ASK_AGAIN_DAYS = 30

/** From when on a denial still holds. */
export const deniedSince = (now: Date): Date | null => daysAfter(now, -ASK_AGAIN_DAYS)

/** What stands in a statement for an organization, a person, and from when on denials hold. */
interface Names {
  readonly organization: string
  readonly userId: string
  readonly emailKey: string
  readonly since: string
}

/** How their last membership ended: who was invited back and left by themselves may return. */
export const wasRemoved = ({ organization, userId, emailKey }: Names): string => `
  coalesce((
    select members.ended_by = 'removed' from members
    where members.organization_id = ${organization} and members.status = 'removed'
      and members.ended_by in ('removed', 'left')
      and (members.user_id = ${userId} or members.email_key = ${emailKey})
    order by members.removed_at desc, members.id desc limit 1), false)`

/** When they were denied last; null: not since. */
export const deniedAt = ({ organization, userId, emailKey, since }: Names): string => `
  (select max(join_requests.decided_at) from join_requests
    where join_requests.organization_id = ${organization} and join_requests.status = 'denied'
      and join_requests.decided_at > ${since}
      and (join_requests.user_id = ${userId} or join_requests.email_key = ${emailKey}))`

const NAMES: Names = { organization: '$1', userId: '$2', emailKey: '$3', since: '$4' }

const FIND_UNWANTED: Statement = {
  name: 'find_unwanted',
  text: `select ${wasRemoved(NAMES)} as was_removed, ${deniedAt(NAMES)} as denied_at`
}

interface Unwanted {
  readonly was_removed: boolean
  readonly denied_at: Date | null
}

interface Somebody {
  /** Null: not known. */
  readonly userId: string | null
  readonly emailKey: string
}

type Place = Pick<OrgContext, 'organizationId' | 'now'>

async function findUnwanted(
  db: Db,
  { organizationId, now }: Place,
  { userId, emailKey }: Somebody
): Promise<Unwanted | undefined> {
  const values = [idToUuid('org', organizationId), userId, emailKey, deniedSince(now)]
  const [found] = await db.run<Unwanted>(FIND_UNWANTED, values)
  return found
}

/**
 * Whom somebody of the team has sent away does not come back by themselves: who was removed, until
 * they are invited; whose request was denied, for a while. Known by their id or by their address.
 *
 * @throws Problem removed_before, join_denied
 */
export async function refuseUnwanted(db: Db, place: Place, who: Somebody): Promise<void> {
  const found = await findUnwanted(db, place, who)
  if (found?.was_removed === true) throw removedBefore()
  if (!found?.denied_at) return
  throw joinDenied({ ask_again_at: daysAfter(found.denied_at, ASK_AGAIN_DAYS)?.toISOString() })
}

/** The same where whoever asks is told nothing. */
export async function isUnwanted(db: Db, place: Place, who: Somebody): Promise<boolean> {
  const found = await findUnwanted(db, place, who)
  return found?.was_removed === true || (found?.denied_at ?? null) !== null
}
