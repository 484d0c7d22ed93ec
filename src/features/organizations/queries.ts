import { eq, sql } from 'drizzle-orm'
import type { CallContext, PolicyVersion } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import type { MemberStatus } from '../../db/tables/members.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import type { DecidingActor } from '../../policy/decision.js'
import type { Channel } from '../../policy/document-shape.js'
import { findNewestVersion, inOrganization, loadPolicyVersion } from '../../policy-versions.js'

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
}

interface LockRequest {
  readonly organizationId: string
  /** So that it can be told how many seats are free. */
  readonly countMembers?: boolean
}

/**
 * First thing in every command that changes who belongs to an organization. Whoever comes later
 * waits here, so that seat limits, last holders and double acceptance need no further care.
 *
 * @throws Problem not_found when there is no such organization, or the acting member has gone
 */
export async function lockOrganization(
  deps: Deps,
  tx: Tx,
  ctx: CallContext & { readonly channel?: Channel | null },
  { organizationId, countMembers = false }: LockRequest
): Promise<LockedOrganization> {
  const memberId = ctx.actor.type === 'member' ? idToUuid('mem', ctx.actor.id) : null
  const values = [idToUuid('org', organizationId), memberId, countMembers, ctx.now]
  const [locked] = await tx.run<Locked>(LOCK, values)
  if (!locked || (memberId !== null && locked.role === null)) throw notFound()
  const row = readOrganization(locked as unknown as Record<string, unknown>)
  const version = await loadPolicyVersion(deps, tx, row.policyKey, locked.policy_version)
  return {
    row,
    policy: inOrganization(version, locked.custom_roles),
    actor: decidingActor(ctx, locked.role),
    counts: countMembers ? (locked.counts ?? {}) : undefined
  }
}

function decidingActor(
  { actor, channel = null }: CallContext & { readonly channel?: Channel | null },
  role: string | null
): DecidingActor {
  if (role === null || actor.type !== 'member') return { kind: 'host' }
  return { kind: 'member', id: actor.id, role, channel }
}

export async function findOrganization(db: Db, id: string): Promise<OrganizationRow> {
  const [row] = await db.select().from(organizations).where(eq(organizations.id, id))
  if (!row) throw notFound()
  return row
}

/** Where the events of a command on it belong. */
export const placeOf = ({ row, policy }: LockedOrganization) => ({
  organizationId: row.id,
  policyVersion: policy.version,
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
