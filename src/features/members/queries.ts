import { and, eq, inArray } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound, type Problem } from '../../errors.js'
import type { Target } from '../../policy/decision.js'
import { isMember } from '../invitations/queries.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'
import { statusAt } from './effective-status.js'
import { memberNotActive } from './errors.js'

/** A member to whom something is done: true until the commit, as its organization is locked. */
export interface TargetMember {
  readonly member: MemberRow
  /** The same as `decide` takes it, with the status of this instant. */
  readonly target: Target & { readonly status: MemberStatus }
}

export interface LockedMember extends TargetMember {
  readonly organization: LockedOrganization
}

/** Members to whom the same is done, in the order in which it is decided about them. */
export interface LockedMembers {
  readonly organization: LockedOrganization
  readonly members: readonly TargetMember[]
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
  return { organization, ...(await findTarget(tx, ctx, id)) }
}

/**
 * Of an organization that is locked.
 *
 * @throws Problem not_found
 */
export async function findTarget(tx: Tx, ctx: OrgContext, id: string): Promise<TargetMember> {
  return targetOf(await findMember(tx, ctx.organizationId, id), ctx)
}

const targetOf = (member: MemberRow, { now }: Pick<OrgContext, 'now'>): TargetMember => ({
  member,
  target: { id: member.id, role: member.role, status: statusAt(member, now) }
})

/** Those of them that there are, by id, once their organization is locked. */
export async function findTargets(
  tx: Tx,
  ctx: OrgContext,
  ids: readonly string[]
): Promise<ReadonlyMap<string, TargetMember>> {
  const rows = await tx.select().from(members).where(areMembers(ctx.organizationId, ids))
  return new Map(rows.map((row) => [row.id, targetOf(row, ctx)]))
}

export const areMembers = (organizationId: string, ids: readonly string[]) =>
  and(eq(members.organizationId, organizationId), inArray(members.id, [...ids]))

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
  const [row] = await writeMembers(tx, ctx, [id], changed)
  if (!row) throw new Error('a member of a locked organization cannot disappear')
  return row
}

/** The same of many, in the order of their ids. */
export async function writeMembers(
  tx: Tx,
  ctx: OrgContext,
  ids: readonly string[],
  changed: Partial<MemberRow>
): Promise<MemberRow[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .update(members)
    .set({ ...changed, updatedAt: ctx.now })
    .where(areMembers(ctx.organizationId, ids))
    .returning()
  const written = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => written.get(id) ?? [])
}

/** What ends an offer that the member has run out of or no longer needs. */
export const NO_OFFER = { offerExpiresAt: null, offerLapsesTo: null } as const

/** @throws Problem member_not_active */
export function refuseInactive(member: Pick<LockedMember['target'], 'status'>): void {
  const refusal = whyInactive(member)
  if (refusal) throw refusal
}

/** The same where somebody else is asked about too: undefined of an active member. */
export const whyInactive = ({
  status
}: Pick<LockedMember['target'], 'status'>): Problem | undefined =>
  status === 'active' ? undefined : memberNotActive({ member_status: status })
