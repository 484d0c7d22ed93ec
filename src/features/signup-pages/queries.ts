import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type SignupPageRow, signupPageSlugs, signupPages } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import type { NewEvent } from '../events/append-events.js'
import { countHolders } from '../members/holders.js'
import { findOrganization, type LockedOrganization, lockToUse } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { isSlug } from './slug.js'
import { isFull } from './states.js'

/** A page, and where the organization's links lead. */
export interface PlacedPage {
  readonly row: SignupPageRow
  readonly baseUrl: string
}

export const isPage = (organizationId: string, id: string) =>
  and(eq(signupPages.organizationId, organizationId), eq(signupPages.id, id))

/** @throws Problem not_found */
export async function findPage(
  db: Db,
  { organizationId }: Pick<OrgContext, 'organizationId'>,
  id: string
): Promise<SignupPageRow> {
  const [row] = await db.select().from(signupPages).where(isPage(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Whose page a URL is: whoever opens it knows nothing else. Undefined: there is none. */
export async function findSlug(db: Db, slug: string) {
  if (!isSlug(slug)) return undefined
  const [found] = await db.select().from(signupPageSlugs).where(eq(signupPageSlugs.slug, slug))
  return found
}

/** Where the links of an organization lead. */
export async function findBaseUrl(
  deps: Deps,
  db: Db,
  { organizationId, policy }: OrgContext
): Promise<string> {
  const organization = await findOrganization(db, organizationId)
  return senderSettingsOf(deps.config, policy.policy, organization).baseUrl
}

/** The same of one that is locked. */
export const placed = (
  { config }: Deps,
  { row: organization, policy }: LockedOrganization,
  row: SignupPageRow
): PlacedPage => ({
  row,
  baseUrl: senderSettingsOf(config, policy.policy, organization).baseUrl
})

/**
 * First thing in every command on pages: those who ask take their place at the same lock.
 *
 * @throws Problem not_found when the acting member has gone, not_permitted, not_offered
 */
export function lockToManagePages(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext
): Promise<LockedOrganization> {
  return lockToUse(deps, tx, ctx, 'signup_page.manage')
}

/**
 * A page invites in the name of whoever opens it to others, so they must be allowed to invite as its
 * role themselves. What keeps anybody from being invited for a while is no business of the page's.
 *
 * @throws Problem of what `decide` refuses
 */
export async function enforceInviting(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  role: string
): Promise<void> {
  const {
    policy: { policy },
    actor,
    row
  } = organization
  const counts = await countHolders(tx, ctx, organization, [role])
  const circumstances = { ...counts, ...circumstancesOf(row), pastDue: false, confirmed: true }
  enforce(decide(policy, actor, { type: 'invite', role }, circumstances))
}

/** The page takes nobody any more: told once, whatever has filled it. */
export function filledEvents(before: SignupPageRow, after: SignupPageRow): NewEvent[] {
  if (isFull(before) || !isFull(after)) return []
  const { id, name, maxSignups, signupCount } = after
  return [
    {
      type: 'signup_page.filled',
      subject: { type: 'signup_page', id },
      data: { name, max_signups: maxSignups, signup_count: signupCount }
    }
  ]
}
