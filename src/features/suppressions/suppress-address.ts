import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type MailSuppressionRow, mailSuppressions } from '../../db/tables/mail-suppressions.js'
import { DEPLOYMENT_ID, newId } from '../../ids.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { placeIn } from '../events/retention.js'

interface Suppression {
  /** For what this one tells of others. Left out: for everything, from everybody. */
  readonly organizationId?: string
  readonly emailKey: string
  readonly reason: MailSuppressionRow['reason']
  readonly detail?: string | undefined
}

/** Whether that is new: an address is on the list once, for whatever came first. */
export async function suppressAddress(
  tx: Tx,
  ctx: CallContext,
  { organizationId = DEPLOYMENT_ID, emailKey, reason, detail }: Suppression
): Promise<boolean> {
  const row = {
    organizationId,
    id: newId('sup'),
    emailKey,
    reason,
    detail: detail ?? null,
    createdAt: ctx.now
  }
  const added = await tx.insert(mailSuppressions).values(row).onConflictDoNothing().returning()
  if (added.length === 0) return false
  const event = suppressionEvent('mail_suppression.created', row)
  appendEvents(tx, ctx, await placeIn(tx, organizationId), [event])
  return true
}

export const suppressionEvent = (
  type: 'mail_suppression.created' | 'mail_suppression.deleted',
  { id, emailKey, reason }: Pick<MailSuppressionRow, 'id' | 'emailKey' | 'reason'>
): NewEvent => ({
  type,
  subject: { type: 'mail_suppression', id },
  data: { email: emailKey, reason }
})
