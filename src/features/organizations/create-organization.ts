import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { externalIdTaken, type Locale } from '../../errors.js'
import { newId } from '../../ids.js'
import { findNewestVersion, loadPolicyVersion, lockPolicy } from '../../policy-versions.js'
import { NO_BILLING, toBillingFields } from '../billing/billing-fields.js'
import { checkPeriod } from '../billing/check-period.js'
import { appendEvents } from '../events/append-events.js'
import { unknownPolicy } from './errors.js'
import type { OrganizationCreate } from './schemas.js'
import { checkHosts } from './sender-settings.js'

/**
 * Creates an organization together with its first member, who is active at once.
 *
 * @throws Problem unknown_policy, external_id_taken, host_not_allowed, invalid_period
 */
export async function createOrganization(
  deps: Deps,
  ctx: KeyContext,
  input: OrganizationCreate
): Promise<OrganizationRow> {
  if (input.billing) checkPeriod(input.billing)
  return runCommand(deps, ctx, async (tx) => {
    const policyKey = input.policy ?? 'standard'
    await lockPolicy(tx, policyKey, 'follow')
    const version = await findNewestVersion(tx, policyKey)
    if (version === undefined) throw unknownPolicy()
    const { policy } = await loadPolicyVersion(deps, tx, policyKey, version)
    checkHosts(deps.config, policy, input)

    const [organization] = await tx
      .insert(organizations)
      .values(toRow(input, { key: policyKey, locale: policy.locale }, ctx.now))
      .onConflictDoNothing({ target: organizations.externalId })
      .returning()
    if (!organization) throw externalIdTaken()
    const owner = ownerOf(input, organization, policy.creator_role)
    await tx.insert(members).values(owner)

    const place = {
      organizationId: organization.id,
      policyVersion: version,
      retention: policy.audit.retention
    }
    appendEvents(tx, ctx, place, [
      {
        type: 'organization.created',
        subject: { type: 'organization', id: organization.id },
        data: { name: organization.name, policy: policyKey }
      },
      {
        type: 'member.joined',
        subject: { type: 'member', id: owner.id },
        data: { user_id: owner.userId, email: owner.email, role: owner.role }
      }
    ])
    return organization
  })
}

function toRow(
  input: OrganizationCreate,
  policy: { readonly key: string; readonly locale: Locale },
  now: Date
) {
  return {
    id: newId('org'),
    externalId: input.external_id ?? null,
    name: input.name,
    policyKey: policy.key,
    status: 'active' as const,
    ...toBillingFields(input.billing ?? NO_BILLING),
    creditBalance: 0,
    billingNumber: 0,
    locale: input.locale ?? policy.locale,
    timeZone: input.time_zone ?? 'UTC',
    links: input.links ?? {},
    mail: input.mail ?? {},
    metadata: input.metadata ?? {},
    createdAt: now,
    updatedAt: now
  }
}

function ownerOf({ owner }: OrganizationCreate, organization: OrganizationRow, role: string) {
  const now = organization.createdAt
  const address = parseEmail(owner.email)
  if (!address) throw new Error('the schema lets through only what parses')
  return {
    organizationId: organization.id,
    id: newId('mem'),
    userId: owner.user_id,
    email: address.email,
    emailKey: address.key,
    name: owner.name ?? null,
    role,
    status: 'active' as const,
    chargedResources: 0,
    metadata: {},
    createdAt: now,
    updatedAt: now,
    joinedAt: now
  }
}
