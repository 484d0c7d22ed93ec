import { isDeepStrictEqual } from 'node:util'
import { runCommand } from '../../command.js'
import type { OrgContext, PolicyVersion } from '../../context.js'
import { isUniqueViolation, type Tx } from '../../db/client.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { findNewestVersion, loadPolicyVersion, lockPolicy } from '../../policy-versions.js'
import { enforce } from '../../refusals.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { followPolicy } from '../policies/follow-policy.js'
import { refuseMapping } from '../policies/role-moves.js'
import { policyIsHosts, unknownPolicy } from './errors.js'
import { type LockedOrganization, lockOrganization, writeOrganization } from './queries.js'
import type { OrganizationUpdate } from './schemas.js'
import { checkHosts } from './sender-settings.js'

/**
 * Changes the fields that are given. A call that changes nothing leaves no event. With another
 * policy, members and offers get the roles that `role_mapping` says.
 *
 * @throws Problem not_permitted, policy_is_the_hosts, unknown_policy,
 * external_id_taken, host_not_allowed, invalid_role_mapping, policy_orphans_roles,
 * policy_change_too_large
 */
export async function updateOrganization(
  deps: Deps,
  ctx: OrgContext,
  input: OrganizationUpdate
): Promise<OrganizationRow> {
  if (ctx.actor.type === 'member') refuseWhatHostsGive(input)
  return runCommand(deps, ctx, async (tx) => {
    if (input.policy !== undefined) await lockPolicy(tx, input.policy, 'follow')
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      evenCanceled: true
    })
    checkPermission(organization, input)
    const { key, version, policy } = await changePolicy(deps, tx, ctx, { organization, input })
    // What it names by itself its former policy may have allowed.
    const isMoved = key !== organization.policy.key
    checkHosts(deps.config, policy, isMoved ? { ...organization.row, ...input } : input)

    const patch = toPatch(input)
    const changes = changesOf(organization.row, patch)
    if (Object.keys(changes).length === 0) return organization.row
    const updated = await writeOrganization(tx, ctx, ctx.organizationId, patch).catch(
      (error: unknown) => {
        throw isUniqueViolation(error) ? externalIdTaken() : error
      }
    )

    const place = {
      organizationId: ctx.organizationId,
      policyVersion: version,
      retention: policy.audit.retention
    }
    appendEvents(tx, ctx, place, [
      {
        type: 'organization.updated',
        subject: { type: 'organization', id: ctx.organizationId },
        changes
      }
    ])
    return updated
  })
}

/** What the host gives, nobody gives themselves. */
function refuseWhatHostsGive(input: OrganizationUpdate): void {
  if (input.policy !== undefined || input.role_mapping !== undefined) throw policyIsHosts()
}

interface PolicyChange {
  readonly organization: LockedOrganization
  readonly input: OrganizationUpdate
}

/** Answers with the policy that the organization follows from now on. */
async function changePolicy(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { organization, input: { policy: key, role_mapping: mapping } }: PolicyChange
): Promise<PolicyVersion> {
  if (key === undefined && mapping !== undefined) {
    refuseMapping([{ path: ['role_mapping'], message: 'says nothing without policy' }])
  }
  if (key === undefined || key === organization.row.policyKey) return organization.policy
  const newest = await findNewestVersion(tx, key)
  if (newest === undefined) throw unknownPolicy()
  const version = await loadPolicyVersion(deps, tx, key, newest)
  await followPolicy(tx, ctx, {
    organizationIds: [ctx.organizationId],
    version,
    mapping: mapping ?? {}
  })
  return version
}

/** To rename is one thing; the rest decides where links lead and how days are counted. */
function checkPermission({ policy, actor }: LockedOrganization, input: OrganizationUpdate): void {
  const { name, ...settings } = input
  const needed = [
    ...(name === undefined ? [] : (['org.rename'] as const)),
    ...(Object.keys(settings).length === 0 ? [] : (['org.settings'] as const))
  ]
  for (const permission of needed) {
    enforce(decide(policy.policy, actor, { type: 'use', permission }))
  }
}

const COLUMNS = {
  name: 'name',
  external_id: 'externalId',
  policy: 'policyKey',
  locale: 'locale',
  time_zone: 'timeZone',
  links: 'links',
  mail: 'mail',
  metadata: 'metadata'
} as const satisfies Record<
  Exclude<keyof OrganizationUpdate, 'role_mapping'>,
  keyof OrganizationRow
>

function toPatch(input: OrganizationUpdate): Partial<OrganizationRow> {
  const given = Object.entries(COLUMNS).filter(([field]) => Object.hasOwn(input, field))
  return Object.fromEntries(
    given.map(([field, column]) => [column, input[field as keyof typeof COLUMNS]])
  )
}

function changesOf(
  before: OrganizationRow,
  patch: Partial<OrganizationRow>
): NonNullable<NewEvent['changes']> {
  const changed = Object.entries(COLUMNS).filter(
    ([, column]) => column in patch && !isDeepStrictEqual(before[column], patch[column])
  )
  return Object.fromEntries(
    changed.map(([field, column]) => [field, [before[column], patch[column]]])
  )
}
