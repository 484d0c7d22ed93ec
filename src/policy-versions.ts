import { and, eq, sql } from 'drizzle-orm'
import type { PolicyVersion } from './context.js'
import type { Db, Tx } from './db/client.js'
import { policies } from './db/tables/policies.js'
import type { Deps } from './deps.js'
import { type Policy, PolicyDocument } from './policy/document.js'
import { PRESETS } from './policy/presets.js'
import { type CustomRole, withCustomRoles } from './policy/roles.js'

/** Versions never change, so they are parsed once per process; the oldest read go first. */
const CACHE_MAX = 500
const cache = new WeakMap<Deps, Map<string, PolicyVersion>>()

/** A version that this process has read; undefined: not yet, or not any more. */
export function knownPolicyVersion(
  deps: Deps,
  key: string,
  version: number
): PolicyVersion | undefined {
  return cache.get(deps)?.get(`${key}@${version}`)
}

/** The document of one version, read by `db`: inside a transaction, the transaction itself. */
export async function loadPolicyVersion(
  deps: Deps,
  db: Db,
  key: string,
  version: number
): Promise<PolicyVersion> {
  const known = knownPolicyVersion(deps, key, version)
  if (known) return known
  const read = { key, version, policy: await readPolicy(db, key, version) }
  const versions = cache.get(deps) ?? new Map<string, PolicyVersion>()
  cache.set(deps, versions)
  remember(versions, `${key}@${version}`, read)
  return read
}

/** Of each policy, what it is with the roles of those organizations that have any. */
const inOrganizations = new WeakMap<Policy, Map<string, Policy>>()

/** The same version as it stands in an organization whose own roles are this JSON text. */
export function inOrganization(version: PolicyVersion, customRoles: string | null): PolicyVersion {
  if (customRoles === null) return version
  const known = inOrganizations.get(version.policy) ?? new Map<string, Policy>()
  inOrganizations.set(version.policy, known)
  const policy = known.get(customRoles)
  if (policy) return { ...version, policy }
  const made = withCustomRoles(version.policy, JSON.parse(customRoles) as CustomRole[])
  remember(known, customRoles, made)
  return { ...version, policy: made }
}

function remember<T>(known: Map<string, T>, name: string, value: T): void {
  known.set(name, value)
  const [oldest] = known.keys()
  if (known.size > CACHE_MAX && oldest !== undefined) known.delete(oldest)
}

async function readPolicy(db: Db, key: string, version: number): Promise<Policy> {
  const [row] = await db
    .select({ document: policies.document })
    .from(policies)
    .where(and(eq(policies.key, key), eq(policies.version, version)))
  return PolicyDocument.parse(row?.document)
}

/**
 * Until the commit nobody makes a version of the policy (`follow`), or lets one more organization
 * follow it either (`make`). Always before the lock of an organization: whoever holds that one waits
 * for no policy.
 */
export async function lockPolicy(tx: Tx, key: string, to: 'follow' | 'make'): Promise<void> {
  const lock = sql.raw(to === 'make' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')
  await tx.execute(sql`select ${lock}(hashtextextended(${`policy ${key}`}, 0))`)
}

/** The newest version of a policy; undefined when there is no such policy. */
export async function findNewestVersion(db: Db, key: string): Promise<number | undefined> {
  const [row] = await db
    .select({ version: sql<number | null>`max(${policies.version})` })
    .from(policies)
    .where(eq(policies.key, key))
  return row?.version ?? undefined
}

/**
 * Makes a new version of every preset that the database does not have as its newest, as an upgrade
 * of Muster may bring one. Documents are compared as they are: an earlier one may have another shape.
 * Processes that start together make one version, not two.
 *
 * Nobody is asked here who holds which role: a preset never loses a role, nor lets fewer hold it (a
 * test keeps that).
 */
export async function seedPresets(db: Db, now: Date): Promise<void> {
  for (const [key, policy] of PRESETS) {
    await db.execute(sql`
      with newest as (
        select version, document from policies where key = ${key} order by version desc limit 1)
      insert into policies (key, version, document, created_at)
      select ${key}, coalesce((select version from newest), 0) + 1,
        ${JSON.stringify(policy)}::jsonb, ${now.toISOString()}::timestamptz
      where not exists (
        select from newest where document = ${JSON.stringify(policy)}::jsonb)
      on conflict do nothing`)
  }
}
