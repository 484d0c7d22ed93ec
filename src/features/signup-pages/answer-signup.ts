import { and, eq, ne } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { SignupPageRow } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import type { EmailAddress } from '../../email.js'
import type { Locale } from '../../errors.js'
import { newId } from '../../ids.js'
import { mailOfferAgain } from '../invitations/mail-offer-again.js'
import { offerSeats } from '../invitations/offer-seats.js'
import { findOfferTo } from '../invitations/queries.js'
import { trySpendAllowance } from '../invitations/resend-allowance.js'
import { isUnwanted } from '../joining/refuse-unwanted.js'
import { statusAt } from '../members/effective-status.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { enqueueMemberMail } from './mail-member.job.js'

interface Admitted {
  readonly organization: LockedOrganization
  readonly page: SignupPageRow
  readonly address: EmailAddress
  readonly locale: Locale
}

/**
 * What becomes of a request is told by mail to the address alone. Somebody new is invited; an offer
 * that is open is mailed again, its link as it was (SM-62); whoever has an account is told so. Nothing
 * is sent to whom the team has sent away, who comes back only when somebody invites them, and to an
 * address that has been sent enough within the hour.
 */
export async function answerSignup(
  deps: Deps,
  tx: Tx,
  ctx: CallContext,
  { organization, page, address, locale }: Admitted
): Promise<void> {
  const { organizationId } = page
  const { email, key: emailKey } = address
  if (!(await trySpendAllowance(tx, ctx, { organizationId, emailKey }))) return
  const offer = await findOfferTo(tx, organizationId, { emailKey, now: ctx.now })
  if (offer) return mailOfferAgain(deps, tx, ctx, { organization, offer })
  const holder = await findHolder(tx, organizationId, emailKey)
  if (holder && statusAt(holder, ctx.now) !== 'invitation_expired') {
    enqueueMemberMail(tx, ctx, { organizationId, memberId: holder.id, locale })
    return
  }
  const somebody = { userId: null, emailKey }
  if (!holder && (await isUnwanted(tx, { organizationId, now: ctx.now }, somebody))) return
  const invitee = { email, locale }
  const memberId = holder?.id ?? newId('mem')
  await offerSeats(deps, tx, ctx, {
    organization,
    grants: [{ invitee, memberId, address, role: page.role, reused: holder, resources: [] }],
    sendEmail: true,
    signupPageId: page.id
  })
}

async function findHolder(
  tx: Tx,
  organizationId: string,
  emailKey: string
): Promise<MemberRow | undefined> {
  const [holder] = await tx
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        eq(members.emailKey, emailKey),
        ne(members.status, 'removed')
      )
    )
  return holder
}
