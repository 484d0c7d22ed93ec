import { and, eq, gt, isNull, ne, or, sql } from 'drizzle-orm'
import type { CallContext, OrgContext, PolicyVersion } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import type { MemberStatus } from '../../db/tables/members.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import type { DecidingActor } from '../../policy/decision.js'
import type { Channel } from '../../policy/document-shape.js'
import type { Permission } from '../../policy/permissions.js'
import { findNewestVersion, inOrganization, loadPolicyVersion } from '../../policy-versions.js'
import { enforce } from '../../refusals.js'
import { organizationStatusAt, refuseChange } from '../../standing.js'

const readOrganization = rowReader(organizations)

/** One call (migrations): the lock, and what is true once it is held. */
const LOCK: Statement = {
  name: 'lock_organization',
  text: `
    select ${columnsOf(organizations, '(locked.organization)')}, locked.policy_version, locked.role,
      locked.counts, locked.custom_roles
    from lock_organization($1, $2, $3, $4) locked`
}

interface Locked {
  policy_version: number
  role: string | null
  counts: MemberCounts | null
  custom_roles: string | null
}

/** How many members have each status at this instant; a status that nobody has is left out. */
export type MemberCounts = Readonly<Partial<Record<MemberStatus, number>>>

/** An organization that this transaction has locked, and what is true of it until the commit. */
export interface LockedOrganization {
  readonly row: OrganizationRow
  readonly policy: PolicyVersion
  /** The caller as `decide` takes it: a member by the role it holds now, not when it was let in. */
  readonly actor: DecidingActor
  /** Counted only for a policy that limits seats; undefined unless the lock asked for it. */
  readonly counts: MemberCounts | undefined
  /** What the command has made of the organization's billing so far. */
  readonly tally: Tally
}

/** What changes while a command runs, beside the row as it was read. */
export interface Tally {
  /** Number of the last billing entry. */
  number: number
  /** Money credits, in minor units. */
  balance: number
  /** How many seats the plan has or are paid for, as its billing says. */
  seats: number | null
  /** How many entries of a kind and a subject there are that no statement sees yet. */
  readonly named: Map<string, number>
}

interface LockRequest {
  readonly organizationId: string
  /** So that it can be told how many seats are free. */
  readonly countMembers?: boolean
  /** For what is done to an organization whose subscription has ended. */
  readonly evenCanceled?: boolean
  /** For writing down what time has done to it: even when that is its end. */
  readonly evenDue?: boolean
}

type Locker = CallContext & { readonly channel?: Channel | null }

/**
 * First thing in every command that changes who belongs to an organization. Whoever comes later
 * waits here, so that seat limits, last holders and double acceptance need no further care.
 *
 * @throws Problem not_found when there is no such organization, or the acting member has gone;
 * organization_canceled
 */
export async function lockOrganization(
  deps: Deps,
  tx: Tx,
  ctx: Locker,
  request: LockRequest
): Promise<LockedOrganization> {
  const organization = await lockIfThere(deps, tx, ctx, request)
  if (!organization) throw notFound()
  return organization
}

/**
 * First thing in a command that takes one permission and changes nobody's membership.
 *
 * @throws Problem not_found when the acting member has gone, organization_canceled, not_permitted,
 * not_offered
 */
export async function lockToUse(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  permission: Permission
): Promise<LockedOrganization> {
  const { organizationId } = ctx
  const organization = await lockOrganization(deps, tx, ctx, { organizationId })
  enforceUse(organization, permission)
  return organization
}

/** @throws Problem not_permitted, not_offered */
export function enforceUse({ policy, actor }: LockedOrganization, permission: Permission): void {
  enforce(decide(policy.policy, actor, { type: 'use', permission }))
}

/** The same where it may have been deleted meanwhile: then undefined. */
export async function lockIfThere(
  deps: Deps,
  tx: Tx,
  ctx: Locker,
  request: LockRequest
): Promise<LockedOrganization | undefined> {
  const memberId = ctx.actor.type === 'member' ? idToUuid('mem', ctx.actor.id) : null
  const { organizationId, countMembers = false } = request
  const values = [idToUuid('org', organizationId), memberId, countMembers, ctx.now]
  const [locked] = await tx.run<Locked>(LOCK, values)
  if (!locked || (memberId !== null && locked.role === null)) return undefined
  const row = readOrganization(locked as unknown as Record<string, unknown>)
  const version = await loadPolicyVersion(deps, tx, row.policyKey, locked.policy_version)
  const policy = inOrganization(version, locked.custom_roles)
  if (!isOpenTo(request, organizationStatusAt(row, ctx.now), policy)) return undefined
  await ctx.precondition?.hold(tx, policy)
  return {
    row,
    policy,
    tally: {
      number: row.billingNumber,
      balance: row.creditBalance,
      seats: row.seats,
      named: new Map()
    },
    actor: decidingActor(ctx, locked.role),
    counts: countMembers ? (locked.counts ?? {}) : undefined
  }
}

/** @throws Problem organization_canceled */
function isOpenTo(
  { evenCanceled = false, evenDue = false }: LockRequest,
  status: OrganizationRow['status'],
  { policy }: PolicyVersion
): boolean {
  if (status === 'deleted') return evenDue
  const refusal = evenCanceled ? undefined : refuseChange(status, policy)
  if (!refusal) return true
  refusal.texts = policy.texts
  throw refusal
}

function decidingActor({ actor, channel = null }: Locker, role: string | null): DecidingActor {
  if (role === null || actor.type !== 'member') return { kind: 'host' }
  return { kind: 'member', id: actor.id, role, channel }
}

export async function findOrganization(db: Db, id: string): Promise<OrganizationRow> {
  const [row] = await db.select().from(organizations).where(eq(organizations.id, id))
  if (!row || row.status === 'deleted') throw notFound()
  return row
}

/** For whoever comes without the proof that it is there: undefined once it is deleted. */
export async function findIfThere(
  db: Db,
  id: string,
  now: Date
): Promise<OrganizationRow | undefined> {
  const [row] = await db
    .select()
    .from(organizations)
    .where(and(eq(organizations.id, id), isThere(now)))
  return row
}

/** Neither deleted nor due to be: only a canceled one has an instant at which it is. */
export const isThere = (now: Date) =>
  and(
    ne(organizations.status, 'deleted'),
    or(isNull(organizations.deleteAt), gt(organizations.deleteAt, now))
  )

/** Of one that is locked. */
export async function writeOrganization(
  tx: Tx,
  { now }: CallContext,
  id: string,
  patch: Partial<OrganizationRow>
): Promise<OrganizationRow> {
  const [row] = await tx
    .update(organizations)
    .set({ ...patch, updatedAt: now })
    .where(eq(organizations.id, id))
    .returning()
  if (!row) throw new Error('a locked organization cannot disappear')
  return row
}

/** Where the events of a command on it belong. */
export const placeOf = ({ row, policy }: LockedOrganization) => ({
  organizationId: row.id,
  policyVersion: policy.version,
  retention: policy.policy.audit.retention,
  notified: policy.policy.notifications
})

/** The policy that judges an organization right now: the newest version of its key. */
export async function currentPolicyOf(
  deps: Deps,
  db: Db,
  { id, policyKey }: OrganizationRow
): Promise<PolicyVersion> {
  const version = await findNewestVersion(db, policyKey)
  if (version === undefined) throw new Error(`policy ${policyKey} has gone`)
  const { rows } = await db.execute<{ roles: string | null }>(
    sql`select custom_roles_of(${idToUuid('org', id)}) as roles`
  )
  return inOrganization(
    await loadPolicyVersion(deps, db, policyKey, version),
    rows[0]?.roles ?? null
  )
}
