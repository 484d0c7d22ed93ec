import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import { findGrant } from '../../policy/permissions.js'
import { effectiveStatus, statusAt } from '../members/effective-status.js'

interface Audience {
  readonly organizationId: string
  /** The newest version, with the organization's own roles. */
  readonly policy: Policy
  readonly permission: string
  readonly now: Date
}

/** Active members whose role has the permission. */
export async function findRecipients(db: Db, audience: Audience): Promise<string[]> {
  const { organizationId, policy, permission, now } = audience
  const roles = policy.roles.filter((role) => hasPermission(role, permission)).map(({ key }) => key)
  const rows = await db
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        inArray(members.role, roles),
        eq(effectiveStatus(now), 'active')
      )
    )
    .orderBy(asc(members.id))
  return rows.map(({ id }) => id)
}

/** The same of one member. */
export function isRecipient(member: MemberRow, { policy, permission, now }: Audience): boolean {
  const role = policy.roles.find(({ key }) => key === member.role)
  return role !== undefined && hasPermission(role, permission) && statusAt(member, now) === 'active'
}

const hasPermission = ({ permissions }: Policy['roles'][number], permission: string) =>
  findGrant(new Set(permissions), permission) !== undefined
