import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type SignupPageRow, signupPageSlugs, signupPages } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { newId } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { readDomains } from './allowed-domains.js'
import { tooManySignupPages } from './errors.js'
import { enforceInviting, lockToManagePages, type PlacedPage, placed } from './queries.js'
import type { SignupPageCreate } from './schemas.js'
import { newSlug } from './slug.js'

/** Pages of one organization, the disabled ones included. */
const PAGES_MAX = 100

/**
 * Opens a page on which people ask for an invitation themselves, at once (SM-31, SM-33).
 *
 * @throws Problem what `decide` refuses, signup_domain_invalid, too_many_signup_pages
 */
export async function createSignupPage(
  deps: Deps,
  ctx: OrgContext,
  input: SignupPageCreate
): Promise<PlacedPage> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManagePages(deps, tx, ctx)
    const { role = organization.policy.policy.default_role } = input
    await enforceInviting(tx, ctx, organization, role)
    const row = newPage(ctx, { ...input, role })
    await refuseTooMany(tx, ctx)
    await tx.insert(signupPages).values(row)
    const { organizationId, id: signupPageId, slug } = row
    await tx.insert(signupPageSlugs).values({ slug, organizationId, signupPageId })
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'signup_page.created',
        subject: { type: 'signup_page', id: row.id },
        data: {
          name: row.name,
          role,
          max_signups: row.maxSignups,
          allowed_domains: row.allowedDomains
        }
      }
    ])
    return placed(deps, organization, row)
  })
}

async function refuseTooMany(tx: Tx, { organizationId }: OrgContext): Promise<void> {
  const count = await tx.$count(signupPages, eq(signupPages.organizationId, organizationId))
  if (count >= PAGES_MAX) throw tooManySignupPages({ max: PAGES_MAX })
}

function newPage(
  { organizationId, actor, now }: OrgContext,
  input: SignupPageCreate & { readonly role: string }
): SignupPageRow {
  const { name = null, role, max_signups: maxSignups, allowed_domains: domains = null } = input
  return {
    organizationId,
    id: newId('sgp'),
    slug: newSlug(),
    name,
    role,
    maxSignups,
    signupCount: 0,
    allowedDomains: readDomains(domains),
    createdByType: actor.type,
    createdById: actor.id,
    createdByName: actor.name,
    createdAt: now,
    updatedAt: now,
    disabledAt: null
  }
}
