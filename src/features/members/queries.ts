import type { OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import type { Target } from '../../policy/decision.js'
import { isMember } from '../invitations/queries.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'
import { statusAt } from './effective-status.js'
import { memberNotActive } from './errors.js'

/** A member to whom something is done: true until the commit, as its organization is locked. */
export interface LockedMember {
  readonly organization: LockedOrganization
  readonly member: MemberRow
  /** The same as `decide` takes it, with the status of this instant. */
  readonly target: Target & { readonly status: MemberStatus }
}

/**
 * First thing in every command on one member.
 *
 * @throws Problem not_found when there is no such member, or the acting one has gone
 */
export async function lockMember(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { id, countMembers = false }: { readonly id: string; readonly countMembers?: boolean }
): Promise<LockedMember> {
  const { organizationId } = ctx
  const organization = await lockOrganization(deps, tx, ctx, { organizationId, countMembers })
  const member = await findMember(tx, organizationId, id)
  const target = { id, role: member.role, status: statusAt(member, ctx.now) }
  return { organization, member, target }
}

/** @throws Problem not_found */
export async function findMember(db: Db, organizationId: string, id: string): Promise<MemberRow> {
  const [row] = await db.select().from(members).where(isMember(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Only of a member that this transaction has locked: it cannot be gone. */
export async function writeMember(
  tx: Tx,
  ctx: OrgContext,
  id: string,
  changed: Partial<MemberRow>
): Promise<MemberRow> {
  const [row] = await tx
    .update(members)
    .set({ ...changed, updatedAt: ctx.now })
    .where(isMember(ctx.organizationId, id))
    .returning()
  if (!row) throw new Error('a member of a locked organization cannot disappear')
  return row
}

/** What ends an offer that the member has run out of or no longer needs. */
export const NO_OFFER = { offerExpiresAt: null, offerLapsesTo: null } as const

/** @throws Problem member_not_active */
export function refuseInactive({ status }: Pick<LockedMember['target'], 'status'>): void {
  if (status !== 'active') throw memberNotActive({ member_status: status })
}
