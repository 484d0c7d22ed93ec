import { Type } from '@sinclair/typebox'
import { and, eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { type NoticeRow, notices } from '../../db/tables/notices.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { idPattern } from '../../ids.js'
import { defineJob } from '../../jobs/job.js'
import type { Mail } from '../../mail/mailer.js'
import { renderNotice } from '../../mail/templates/notice.js'
import type { Policy } from '../../policy/document.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { isSilenced } from '../suppressions/queries.js'
import { unsubscribeHeaders } from '../suppressions/unsubscribe-link.js'
import { isRecipient } from './recipients.js'

/** As for invitations: 10 s, 40 s, 2 min 40 s, 11 min, 43 min, 2 h 50 min. */
const FIRST_WAIT_MS = 10_000
const WAIT_FACTOR = 4

/** Whoever pays has to know: nobody unsubscribes from these. */
const ALWAYS_DUE = 'notify.billing_reminders'

/**
 * Mails a notice to one member, unless that one has left or holds another role by now. The Message-ID
 * stays the same however often it is tried.
 */
export const sendNotice = defineJob({
  name: 'send-notice',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    notice_id: Type.String({ pattern: idPattern('ntc') }),
    member_id: Type.String({ pattern: idPattern('mem') })
  }),
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, notice_id: noticeId, member_id: memberId }) {
    const now = deps.now()
    const organization = await findIfThere(deps.db, organizationId, now)
    const found = await findBoth(deps.db, { organizationId, noticeId, memberId })
    if (!organization || !found) return
    const { notice, member } = found
    const { policy } = await currentPolicyOf(deps, deps.db, organization)
    const { permission } = notice
    if (!isRecipient(member, { organizationId, policy, permission, now })) return
    const mail = composeNotice(deps, { organization, policy, notice, member })
    if (!(await isSilenced(deps, organizationId, mail))) await deps.mailer.send(mail)
  }
})

interface Names {
  readonly organizationId: string
  readonly noticeId: string
  readonly memberId: string
}

async function findBoth(db: Db, { organizationId, noticeId, memberId }: Names) {
  const [found] = await db
    .select({ notice: notices, member: members })
    .from(notices)
    .innerJoin(members, eq(members.organizationId, notices.organizationId))
    .where(
      and(
        eq(notices.organizationId, organizationId),
        eq(notices.id, noticeId),
        eq(members.id, memberId)
      )
    )
  return found
}

interface Addressed {
  readonly organization: OrganizationRow
  readonly policy: Policy
  readonly notice: NoticeRow
  readonly member: MemberRow
}

/** In the organization's language. */
function composeNotice(deps: Deps, { organization, policy, notice, member }: Addressed): Mail {
  const { locale } = organization
  const sender = senderSettingsOf(deps.config, policy, organization)
  const mail = renderNotice({
    locale,
    teamName: organization.name,
    subject: notice.subject[locale],
    text: notice.text[locale]
  })
  return {
    ...mail,
    messageId: `<${notice.id}.${member.id}@${new URL(sender.baseUrl).hostname}>`,
    from: sender.from,
    to: member.email,
    ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo }),
    ...(notice.permission === ALWAYS_DUE
      ? {}
      : { headers: unsubscribeHeaders(deps, member, sender.baseUrl) })
  }
}
