import { and, eq, inArray } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { findEvent } from '../events/queries.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import type { Telling } from './recipients.js'

/** What is told of, and where it happened. */
export interface OrganizationTelling extends Telling {
  readonly organization: OrganizationRow
}

/** Undefined when there is no such event, or no organization any more. */
export async function loadTelling(
  deps: Deps,
  organizationId: string,
  eventId: string
): Promise<OrganizationTelling | undefined> {
  const now = deps.now()
  const organization = await findIfThere(deps.db, organizationId, now)
  const event = organization && (await findEvent(deps.db, organizationId, eventId))
  if (!event) return undefined
  const { policy } = await currentPolicyOf(deps, deps.db, organization)
  return { event, organization, policy, now }
}

/** In the order given; whoever is not there, or is nobody, is undefined. */
export async function findMembers(
  db: Db,
  organizationId: string,
  ids: readonly (string | undefined)[]
): Promise<(MemberRow | undefined)[]> {
  const known = ids.filter((id) => id !== undefined)
  const rows = await db
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), inArray(members.id, known)))
  return ids.map((id) => rows.find((row) => row.id === id))
}
