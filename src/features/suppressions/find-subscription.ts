import { and, eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { mailSuppressions } from '../../db/tables/mail-suppressions.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { findIfThere } from '../organizations/queries.js'
import { unsubscribeLinkInvalid } from './errors.js'
import { markOf, readUnsubscribeToken } from './unsubscribe-link.js'

/** Who gets what a team tells of others, as an unsubscribe link says. */
export interface Subscription {
  readonly organizationId: string
  readonly teamName: string
  readonly email: string
  readonly emailKey: string
  readonly isEnded: boolean
}

/**
 * Of whom a link is, whatever became of the team's subscription.
 *
 * @throws Problem unsubscribe_link_invalid
 */
export async function findSubscription(deps: Deps, db: Db, token: string): Promise<Subscription> {
  const claims = readUnsubscribeToken(deps, token)
  if (!claims) throw unsubscribeLinkInvalid()
  const { organizationId, memberId, mark } = claims
  const organization = await findIfThere(db, organizationId, deps.now())
  const [found] = await db
    .select({ member: members, reason: mailSuppressions.reason })
    .from(members)
    .leftJoin(
      mailSuppressions,
      and(
        eq(mailSuppressions.organizationId, members.organizationId),
        eq(mailSuppressions.emailKey, members.emailKey)
      )
    )
    .where(and(eq(members.organizationId, organizationId), eq(members.id, memberId)))
  if (!organization || !found || markOf(found.member.emailKey) !== mark) {
    throw unsubscribeLinkInvalid()
  }
  const { email, emailKey } = found.member
  const isEnded = found.reason !== null
  return { organizationId, teamName: organization.name, email, emailKey, isEnded }
}
