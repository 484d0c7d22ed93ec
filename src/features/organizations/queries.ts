import { and, eq, sql } from 'drizzle-orm'
import type { CallContext, PolicyVersion } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import type { DecidingActor } from '../../policy/decide.js'
import { findNewestVersion, loadPolicyVersion } from '../../policy-versions.js'

/** An organization that this transaction has locked, and what is true of it until the commit. */
export interface LockedOrganization {
  readonly row: OrganizationRow
  readonly policy: PolicyVersion
  /** The caller as `decide` takes it: a member by the role it holds now, not when it was let in. */
  readonly actor: DecidingActor
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
  ctx: CallContext,
  organizationId: string
): Promise<LockedOrganization> {
  const [row] = await tx
    .select()
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for('no key update')
  if (!row) throw notFound()
  // A statement of its own: the one that waited for the lock still sees what was before the wait.
  const { rows } = await tx.execute<{ version: number; role: string | null }>(sql`
    select (select max(version) from policies where key = ${row.policyKey}) as version,
      ${actingRole(ctx, organizationId)} as role`)
  const current = rows[0]
  if (!current || (ctx.actor.type === 'member' && current.role === null)) throw notFound()
  return {
    row,
    policy: await loadPolicyVersion(deps, tx, row.policyKey, current.version),
    actor: current.role === null ? { kind: 'host' } : { kind: 'member', role: current.role }
  }
}

function actingRole({ actor }: CallContext, organizationId: string) {
  if (actor.type !== 'member') return sql`null`
  return sql`(select ${members.role} from ${members} where ${and(
    eq(members.organizationId, organizationId),
    eq(members.id, actor.id),
    eq(members.status, 'active')
  )})`
}

export async function findOrganization(db: Db, id: string): Promise<OrganizationRow> {
  const [row] = await db.select().from(organizations).where(eq(organizations.id, id))
  if (!row) throw notFound()
  return row
}

/** Where the events of a command on it belong. */
export const placeOf = ({ row, policy }: LockedOrganization) => ({
  organizationId: row.id,
  policyVersion: policy.version
})

/** The policy that judges an organization right now: the newest version of its key. */
export async function currentPolicyOf(
  deps: Deps,
  db: Db,
  { policyKey }: OrganizationRow
): Promise<PolicyVersion> {
  const version = await findNewestVersion(db, policyKey)
  if (version === undefined) throw new Error(`policy ${policyKey} has gone`)
  return loadPolicyVersion(deps, db, policyKey, version)
}
