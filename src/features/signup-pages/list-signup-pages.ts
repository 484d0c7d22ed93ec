import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type SignupPageRow, signupPages } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import type { SignupPageStatus } from './states.js'

/** The pages of an organization, newest first. */
export async function listSignupPages(
  { db }: Deps,
  { organizationId }: OrgContext,
  { status }: { readonly status?: SignupPageStatus | undefined },
  page: PageRequest
): Promise<PageResult<SignupPageRow>> {
  const where = and(eq(signupPages.organizationId, organizationId), hasStatus(status))
  return selectPage(db, signupPages, { where, newestFirst: true }, page)
}

function hasStatus(status: SignupPageStatus | undefined) {
  const { disabledAt, signupCount, maxSignups } = signupPages
  if (status === undefined) return undefined
  if (status === 'disabled') return isNotNull(disabledAt)
  const hasRoom = sql`${signupCount} < ${maxSignups}`
  return and(isNull(disabledAt), status === 'active' ? hasRoom : sql`not ${hasRoom}`)
}
