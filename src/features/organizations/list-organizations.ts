import { and, eq, ilike, inArray, or } from 'drizzle-orm'
import type { KeyContext } from '../../context.js'
import { containsText, type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { isThere } from './queries.js'

interface OrganizationFilter {
  readonly q?: string | undefined
  readonly externalId?: string | undefined
  readonly policy?: string | undefined
}

/** The organizations that the key may reach. */
export async function listOrganizations(
  deps: Deps,
  ctx: KeyContext,
  { q, externalId, policy }: OrganizationFilter,
  page: PageRequest
): Promise<PageResult<OrganizationRow>> {
  const where = and(
    isThere(ctx.now),
    ctx.organizationIds === null ? undefined : inArray(organizations.id, [...ctx.organizationIds]),
    q === undefined
      ? undefined
      : or(ilike(organizations.name, containsText(q)), eq(organizations.externalId, q)),
    externalId === undefined ? undefined : eq(organizations.externalId, externalId),
    policy === undefined ? undefined : eq(organizations.policyKey, policy)
  )
  return selectPage(deps.db, organizations, { where, newestFirst: false }, page)
}
