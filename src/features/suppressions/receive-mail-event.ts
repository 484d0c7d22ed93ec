import { and, eq, ne } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { idPattern } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { lockIfThere, placeOf } from '../organizations/queries.js'
import type { MailEvent } from './schemas.js'
import { suppressAddress } from './suppress-address.js'

/** What `send-invitation-email` calls its mails. */
const MESSAGE_ID = new RegExp(`^<?(${idPattern('inv').slice(1, -1)})\\.(\\d{1,9})@[^<>@\\s]+>?$`)

/**
 * Takes what became of a mail. Of a bounce for good and of a complaint the address gets nothing any
 * more, from no team; a bounced invitation has failed, also when it counted as sent. Told again, it
 * changes nothing. Answers whether anything has changed.
 */
export async function receiveMailEvent(
  deps: Deps,
  { now, requestId, locale }: CallContext,
  event: MailEvent
): Promise<boolean> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId, locale }
  const address = parseEmail(event.email)
  if (!address || (event.type === 'bounced' && !event.permanent)) return false
  return runCommand(deps, ctx, async (tx) => {
    const failed = event.type === 'bounced' && (await failOffer(deps, tx, ctx, event))
    const { type: reason, detail } = event
    const emailKey = address.key
    const suppressed = await suppressAddress(tx, ctx, { emailKey, reason, detail })
    return failed || suppressed
  })
}

/** The offer whose latest mail this was, if it is still open and was sent to this address. */
async function failOffer(deps: Deps, tx: Tx, ctx: CallContext, event: MailEvent): Promise<boolean> {
  const found = await findOffer(tx, event)
  const organization =
    found &&
    (await lockIfThere(deps, tx, ctx, {
      organizationId: found.organizationId,
      evenCanceled: true
    }))
  if (!organization) return false
  const { organizationId, id, sendCount, delivery } = found
  const failed = await tx
    .update(invitations)
    .set({ delivery: 'failed', updatedAt: ctx.now })
    .where(
      and(
        eq(invitations.organizationId, organizationId),
        eq(invitations.id, id),
        eq(invitations.status, 'pending'),
        eq(invitations.sendCount, sendCount),
        ne(invitations.delivery, 'failed')
      )
    )
    .returning({ id: invitations.id })
  if (failed.length === 0) return false
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'invitation.delivery_failed',
      subject: { type: 'invitation', id },
      data: { member_id: found.memberId, email: found.email, reason: 'bounced' },
      changes: { delivery: [delivery, 'failed'] }
    }
  ])
  return true
}

/** By the address too, as a Message-ID is no secret. */
async function findOffer(
  tx: Tx,
  { message_id: messageId, email }: MailEvent
): Promise<InvitationRow | undefined> {
  const [, id, send] = MESSAGE_ID.exec(messageId) ?? []
  const emailKey = parseEmail(email)?.key
  if (id === undefined || emailKey === undefined) return undefined
  const [row] = await tx
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.emailKey, emailKey),
        eq(invitations.status, 'pending'),
        eq(invitations.id, id),
        eq(invitations.sendCount, Number(send))
      )
    )
  return row
}
