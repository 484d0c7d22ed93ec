import { Type } from '@sinclair/typebox'
import { and, eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { Locale } from '../../errors.js'
import { idPattern, newId } from '../../ids.js'
import { defineJob, enqueue } from '../../jobs/job.js'
import { renderAlreadyMember } from '../../mail/templates/already-member.js'
import { LocaleSchema } from '../../schemas.js'
import { organizationStatusAt } from '../../standing.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { isSilenced } from '../suppressions/queries.js'

/** As for invitations: 10 s, 40 s, 2 min 40 s, 11 min, 43 min, 2 h 50 min. */
const FIRST_WAIT_MS = 10_000
const WAIT_FACTOR = 4

/**
 * Tells somebody who asked on a signup page that they have an account already: the page itself does
 * not. Not once they have left, or the subscription has ended.
 */
export const mailMember = defineJob({
  name: 'mail-member-of-signup',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    member_id: Type.String({ pattern: idPattern('mem') }),
    /** By which the mail is known, however often it is tried. */
    mail_id: Type.String({ pattern: idPattern('mail') }),
    locale: LocaleSchema
  }),
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, member_id: memberId, mail_id: id, locale }) {
    const now = deps.now()
    const organization = await findIfThere(deps.db, organizationId, now)
    const member = await findMember(deps, organizationId, memberId)
    if (!organization || organizationStatusAt(organization, now) !== 'active') return
    if (!member || member.status === 'removed') return
    const { policy } = await currentPolicyOf(deps, deps.db, organization)
    const sender = senderSettingsOf(deps.config, policy, organization)
    const mail = {
      ...renderAlreadyMember({ locale, teamName: organization.name }),
      messageId: `<${id}@${new URL(sender.baseUrl).hostname}>`,
      from: sender.from,
      to: member.email,
      ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo })
    }
    if (!(await isSilenced(deps, organizationId, mail))) await deps.mailer.send(mail)
  }
})

async function findMember({ db }: Deps, organizationId: string, id: string) {
  const [member] = await db
    .select({ email: members.email, status: members.status })
    .from(members)
    .where(and(eq(members.organizationId, organizationId), eq(members.id, id)))
  return member
}

interface Telling {
  readonly organizationId: string
  readonly memberId: string
  readonly locale: Locale
}

export function enqueueMemberMail(
  tx: Tx,
  { now }: CallContext,
  { organizationId, memberId, locale }: Telling
): void {
  const payload = {
    organization_id: organizationId,
    member_id: memberId,
    mail_id: newId('mail'),
    locale
  }
  enqueue(tx, { organizationId, now }, mailMember, [payload])
}
