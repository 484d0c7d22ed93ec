import { isDeepStrictEqual } from 'node:util'
import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { KeyContext, PolicyVersion } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { organizations } from '../../db/tables/organizations.js'
import { policies } from '../../db/tables/policies.js'
import type { Deps } from '../../deps.js'
import { type Policy, PolicyDocument } from '../../policy/document.js'
import { PRESETS } from '../../policy/presets.js'
import { lockPolicy } from '../../policy-versions.js'
import { appendEvents } from '../events/append-events.js'
import { isThere } from '../organizations/queries.js'
import { findingsOf } from './checker.js'
import { invalidPolicy, policyUnsafe, presetPolicy } from './errors.js'
import { followPolicy, ORGANIZATIONS_MAX } from './follow-policy.js'
import { findPolicy, type PolicyRow } from './queries.js'
import { readDocument } from './read-document.js'
import { type RoleMapping, refuseUnknownTargets } from './role-moves.js'
import type { PolicyPut } from './schemas.js'

interface PutResult {
  readonly row: PolicyRow
  /** There was no policy of this key before. */
  readonly isFirst: boolean
}

/**
 * Makes a policy, or a new version of it, which every organization of its key follows from then on.
 * A document that says what the newest version says makes none.
 *
 * @throws Problem preset_policy, invalid_policy, policy_unsafe, policy_checker_busy,
 * policy_check_too_long, invalid_role_mapping, policy_orphans_roles, policy_change_too_large
 */
export async function putPolicy(
  deps: Deps,
  ctx: KeyContext,
  { key, input }: { readonly key: string; readonly input: PolicyPut }
): Promise<PutResult> {
  // A later start would make the preset the newest version again.
  if (PRESETS.has(key)) throw presetPolicy({ key })
  const policy = readPolicy(deps, key, input.document)
  const { role_mapping: mapping = {}, allow_findings: allowed = [] } = input
  refuseUnknownTargets(policy, mapping)
  const present = await findPolicy(deps.db, key)
  if (present && saysTheSame(present, policy)) {
    if (ctx.precondition) await runCommand(deps, ctx, (tx) => lockToMake(tx, ctx, key))
    return { row: present, isFirst: false }
  }
  // Before the transaction: it takes seconds, and nobody else may wait for it.
  const accepted = await refuseUnsafe(policy, allowed)

  return runCommand(deps, ctx, async (tx) => {
    await lockToMake(tx, ctx, key)
    const before = await findPolicy(tx, key)
    if (before && saysTheSame(before, policy)) return { row: before, isFirst: false }
    const version = { key, version: (before?.version ?? 0) + 1, policy }
    const moved = before ? await leadFollowers(tx, ctx, { before, version, mapping }) : 0
    const row = await insertVersion(tx, ctx, version)
    appendEvents(tx, ctx, { policyVersion: version.version }, [
      {
        type: before ? 'policy.versioned' : 'policy.created',
        subject: { type: 'policy', id: key },
        data: { version: version.version, allowed_findings: accepted, members_moved: moved }
      }
    ])
    return { row, isFirst: before === undefined }
  })
}

async function lockToMake(tx: Tx, ctx: KeyContext, key: string): Promise<void> {
  await lockPolicy(tx, key, 'make')
  await ctx.precondition?.hold(tx)
}

function readPolicy({ config }: Deps, key: string, document: unknown): Policy {
  const { policy, errors } = readDocument(config, document)
  if (errors) throw invalidPolicy({ errors })
  if (policy.key === key) return policy
  const detail = `must be ${key}, the key that the path names`
  throw invalidPolicy({ errors: [{ pointer: '#/document/key', detail }] })
}

/** Also of a version that an earlier Muster wrote in another shape. */
function saysTheSame({ document }: PolicyRow, policy: Policy): boolean {
  return isDeepStrictEqual(PolicyDocument.safeParse(document).data, policy)
}

/** Answers with the codes of the faults that the caller accepts. */
async function refuseUnsafe(policy: Policy, allowed: readonly string[]): Promise<string[]> {
  const findings = await findingsOf(policy)
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.some(({ code }) => !allowed.includes(code))) throw policyUnsafe({ findings })
  return [...new Set(errors.map(({ code }) => code))]
}

interface Following {
  readonly before: PolicyRow
  readonly version: PolicyVersion
  readonly mapping: RoleMapping
}

/**
 * Locks every organization that follows the policy, as every command there does first: whoever comes
 * later reads the new version, whoever was earlier is counted here. Without need of it where no role
 * changes: then nobody can be left without one.
 */
async function leadFollowers(
  tx: Tx,
  ctx: KeyContext,
  { before, version, mapping }: Following
): Promise<number> {
  if (Object.keys(mapping).length === 0 && keepsRoles(before, version.policy)) return 0
  const followers = await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(and(eq(organizations.policyKey, version.key), isThere(ctx.now)))
    .orderBy(organizations.id)
    .limit(ORGANIZATIONS_MAX + 1)
    .for('no key update')
  return followPolicy(tx, ctx, {
    organizationIds: followers.map(({ id }) => id),
    version,
    mapping
  })
}

/** Whether it has the same roles, each for as few and as many as before at least. */
function keepsRoles({ document }: PolicyRow, { roles }: Policy): boolean {
  const before = PolicyDocument.safeParse(document).data?.roles
  if (before?.length !== roles.length) return false
  return before.every(({ key, min, max }) => {
    const after = roles.find((role) => role.key === key)
    return after !== undefined && after.min <= min && (after.max ?? Infinity) >= (max ?? Infinity)
  })
}

async function insertVersion(
  tx: Tx,
  { now }: KeyContext,
  { key, version, policy }: PolicyVersion
): Promise<PolicyRow> {
  const [row] = await tx
    .insert(policies)
    .values({ key, version, document: policy, createdAt: now })
    .returning()
  if (!row) throw new Error('an insert returns its row')
  return row
}
