import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import {
  type ClaimStatus,
  type DomainClaimRow,
  domainClaims
} from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import { parseDomain } from '../../email.js'
import { hasStatusAt } from './queries.js'

interface ClaimFilter {
  readonly status?: ClaimStatus | undefined
  /** In any form; one that is no domain has no claims. */
  readonly domain?: string | undefined
}

/** The claims of an organization, newest first, with what became of them. */
export async function listDomainClaims(
  { db }: Deps,
  { organizationId, now }: OrgContext,
  { status, domain }: ClaimFilter,
  page: PageRequest
): Promise<PageResult<DomainClaimRow>> {
  const where = and(
    eq(domainClaims.organizationId, organizationId),
    status && hasStatusAt(status, now),
    domain === undefined ? undefined : eq(domainClaims.domain, parseDomain(domain) ?? '')
  )
  return selectPage(db, domainClaims, { where, newestFirst: true }, page)
}
