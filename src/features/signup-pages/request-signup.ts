import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type SignupPageRow, signupPages, signups } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { type EmailAddress, parseEmail } from '../../email.js'
import { inWordsOf, type Locale, notFound } from '../../errors.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockIfThere, placeOf } from '../organizations/queries.js'
import { takesAddress } from './allowed-domains.js'
import { answerSignup } from './answer-signup.js'
import {
  signupAddressInvalid,
  signupDomainNotAllowed,
  signupPageDisabled,
  signupPageFull
} from './errors.js'
import { findBlock } from './find-block.js'
import { filledEvents, findPage, findSlug, isPage } from './queries.js'
import { isFull } from './states.js'

interface SignupInput {
  readonly email: string
  readonly locale: Locale
}

/** A page that is asked on, in its organization, which is locked. */
interface Asked {
  readonly organization: LockedOrganization
  readonly page: SignupPageRow
}

/**
 * Somebody asks on a page to be invited themselves (SM-32). Whether they are a member, invited or new
 * is told to nobody but the address: refusals, count and answer depend on the page, on how the
 * organization stands, and on the text of the address. Public: the slug is all it takes.
 *
 * @throws Problem not_found, signup_page_disabled, signup_page_full, organization_canceled, what
 * `decide` refuses, seats_exhausted, signup_address_invalid, signup_domain_not_allowed
 */
export async function requestSignup(
  deps: Deps,
  ctx: CallContext,
  slug: string,
  { email, locale }: SignupInput
): Promise<void> {
  await runCommand(deps, ctx, async (tx) => {
    const asked = await lockPage(deps, tx, ctx, slug)
    const { organization, page } = asked
    await inWordsOf(organization.policy.policy.texts, async () => {
      const address = await admit(tx, ctx, asked, parseEmail(email))
      await countOnce(tx, ctx, asked, address)
      await answerSignup(deps, tx, ctx, { organization, page, address, locale })
    })
  })
}

/** @throws Problem not_found */
async function lockPage(deps: Deps, tx: Tx, ctx: CallContext, slug: string): Promise<Asked> {
  const place = await findSlug(tx, slug)
  if (!place) throw notFound()
  const organization = await lockIfThere(deps, tx, ctx, {
    organizationId: place.organizationId,
    countMembers: true,
    evenCanceled: true
  })
  if (!organization) throw notFound()
  return { organization, page: await findPage(tx, place, place.signupPageId) }
}

/** Refuses whoever it is alike: nothing here looks at who they are. */
async function admit(
  tx: Tx,
  ctx: CallContext,
  { organization, page }: Asked,
  address: EmailAddress | undefined
): Promise<EmailAddress> {
  if (page.disabledAt !== null) throw signupPageDisabled()
  // Also for whoever has asked before, who has a mail: else a full page would tell who has.
  if (isFull(page)) throw signupPageFull()
  const block = await findBlock(tx, ctx, organization, page.role)
  if (block) throw block
  if (!address) throw signupAddressInvalid()
  if (!takesAddress(page.allowedDomains, address.key)) throw signupDomainNotAllowed()
  return address
}

/**
 * Counts an address once on each page, whatever becomes of what it asked for (SM-58, SM-60), and
 * whoever it is of: else the count would tell.
 */
async function countOnce(
  tx: Tx,
  ctx: CallContext,
  { organization, page }: Asked,
  { key: emailKey }: EmailAddress
): Promise<void> {
  const { organizationId, id } = page
  const counted = await tx
    .insert(signups)
    .values({ organizationId, signupPageId: id, emailKey, createdAt: ctx.now })
    .onConflictDoNothing()
    .returning()
  if (counted.length === 0) return
  const after = { ...page, signupCount: page.signupCount + 1 }
  const { signupCount, maxSignups } = after
  await tx.update(signupPages).set({ signupCount }).where(isPage(organizationId, id))
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'signup.requested',
      subject: { type: 'signup_page', id },
      data: { email: emailKey, signup_count: signupCount, max_signups: maxSignups }
    },
    ...filledEvents(page, after)
  ])
}
