import type { Static } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { SignupPageRow } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { notFound, type OwnTexts } from '../../errors.js'
import { countMembers } from '../organizations/get-summary.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { sizeOf } from '../seats/seat-count.js'
import { findBlock, type Judged } from './find-block.js'
import { findPage, findSlug } from './queries.js'
import type { PublicSignupPage } from './schemas.js'
import { statusOf } from './states.js'

/** A page as whoever has its link sees it. */
export interface SharedPage {
  readonly page: Static<typeof PublicSignupPage>
  readonly organizationId: string
  /** The policy's own words, by code and language. */
  readonly texts: OwnTexts
}

/**
 * Whether one can ask on a page right now, and if not, why. Changes nothing. Public: the slug is all
 * it takes.
 *
 * @throws Problem not_found
 */
export async function findSignupPage(
  deps: Deps,
  ctx: CallContext,
  slug: string
): Promise<SharedPage> {
  const place = await findSlug(deps.db, slug)
  const organization = place && (await findIfThere(deps.db, place.organizationId, ctx.now))
  if (!organization) throw notFound()
  const row = await findPage(deps.db, place, place.signupPageId)
  const policy = await currentPolicyOf(deps, deps.db, organization)
  const { id: organizationId, seats } = organization
  const isLimited = sizeOf(seats, policy.policy) !== null
  const counts = isLimited ? await countMembers(deps, { organizationId, now: ctx.now }) : undefined
  const judged = { row: organization, policy, counts, tally: { seats } }
  return {
    page: {
      organization: { name: organization.name },
      ...(await stateOf(deps, ctx, judged, row)),
      allowed_domains: row.allowedDomains
    },
    organizationId,
    texts: policy.policy.texts
  }
}

/** What a page says of itself comes first: it was disabled, whatever else is in the way (SM-64). */
async function stateOf({ db }: Deps, ctx: CallContext, organization: Judged, row: SignupPageRow) {
  const status = statusOf(row)
  if (status !== 'active') return { status, reason: null }
  const block = await findBlock(db, ctx, organization, row.role)
  return block
    ? ({ status: 'blocked', reason: block.definition.code } as const)
    : { status, reason: null }
}
