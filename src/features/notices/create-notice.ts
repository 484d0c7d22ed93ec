import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type NoticeRow, notices } from '../../db/tables/notices.js'
import type { Deps } from '../../deps.js'
import { newId } from '../../ids.js'
import { enqueue } from '../../jobs/job.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'
import { noticesAreTheHosts } from './errors.js'
import { findRecipients } from './recipients.js'
import type { NoticeCreate } from './schemas.js'
import { sendNotice } from './send-notice.job.js'

/**
 * Mails what the host has to say to those whose role has the permission for it (AMP-10, AMP-23). A
 * team whose subscription has ended too: a reminder to pay is for exactly those.
 *
 * @throws Problem notices_are_the_hosts
 */
export async function createNotice(
  deps: Deps,
  ctx: OrgContext,
  { to: permission, subject, text }: NoticeCreate
): Promise<NoticeRow> {
  const { actor, now, organizationId } = ctx
  if (actor.type === 'member') throw noticesAreTheHosts()
  return runCommand(deps, ctx, async (tx) => {
    const request = { organizationId, evenCanceled: true }
    const organization = await lockOrganization(deps, tx, ctx, request)
    const { policy } = organization.policy
    const ids = await findRecipients(tx, { organizationId, policy, permission, now })
    const row: NoticeRow = {
      organizationId,
      id: newId('ntc'),
      permission,
      subject,
      text,
      recipientCount: ids.length,
      createdByType: actor.type,
      createdById: actor.id,
      createdByName: actor.name,
      createdAt: now
    }
    tx.add(notices, [row])
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'notice.created',
        subject: { type: 'notice', id: row.id },
        data: { permission, recipients: ids.length }
      }
    ])
    const payloads = ids.map((id) => ({
      organization_id: organizationId,
      notice_id: row.id,
      member_id: id
    }))
    enqueue(tx, { organizationId, now }, sendNotice, payloads)
    return row
  })
}
