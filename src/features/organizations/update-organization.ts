import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation } from '../../db/client.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { entitlementsAreHosts } from './errors.js'
import { type LockedOrganization, lockOrganization } from './queries.js'
import type { OrganizationUpdate } from './schemas.js'
import { checkHosts } from './sender-settings.js'

/**
 * Changes the fields that are given. A call that changes nothing leaves no event.
 *
 * @throws Problem not_permitted, external_id_taken, host_not_allowed
 */
export async function updateOrganization(
  deps: Deps,
  ctx: OrgContext,
  input: OrganizationUpdate
): Promise<OrganizationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId
    })
    checkPermission(organization, input)
    checkHosts(deps.config, organization.policy.policy, input)

    const patch = toPatch(input)
    const changes = changesOf(organization.row, patch)
    if (Object.keys(changes).length === 0) return organization.row
    const [updated] = await tx
      .update(organizations)
      .set({ ...patch, updatedAt: ctx.now })
      .where(eq(organizations.id, ctx.organizationId))
      .returning()
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? externalIdTaken() : error
      })
    if (!updated) throw new Error('a locked organization cannot disappear')

    const { version: policyVersion } = organization.policy
    const place = { organizationId: ctx.organizationId, policyVersion }
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

/** To rename is one thing; whatever else is set here decides where links lead and how many fit in. */
function checkPermission({ policy, actor }: LockedOrganization, input: OrganizationUpdate): void {
  const { name, ...settings } = input
  const needed = [
    ...(name === undefined ? [] : (['org.rename'] as const)),
    ...(Object.keys(settings).length === 0 ? [] : (['org.settings'] as const))
  ]
  // What the host gives, nobody gives themselves.
  if (actor.kind === 'member' && input.entitlements !== undefined) throw entitlementsAreHosts()
  for (const permission of needed) {
    enforce(decide(policy.policy, actor, { type: 'use', permission }))
  }
}

const COLUMNS = {
  name: 'name',
  external_id: 'externalId',
  seat_limit: 'seatLimit',
  entitlements: 'entitlements',
  locale: 'locale',
  time_zone: 'timeZone',
  links: 'links',
  mail: 'mail',
  metadata: 'metadata'
} as const satisfies Record<keyof OrganizationUpdate, keyof OrganizationRow>

function toPatch(input: OrganizationUpdate): Partial<OrganizationRow> {
  const given = Object.entries(input) as [keyof OrganizationUpdate, unknown][]
  return Object.fromEntries(given.map(([field, value]) => [COLUMNS[field], value]))
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
