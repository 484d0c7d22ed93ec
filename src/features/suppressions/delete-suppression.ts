import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import { type MailSuppressionRow, mailSuppressions } from '../../db/tables/mail-suppressions.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { notFound } from '../../errors.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { placeIn } from '../events/retention.js'
import { suppressionEvent } from './suppress-address.js'

interface Choice {
  readonly email: string
  /** Undefined: from the list that holds for every team. */
  readonly organizationId: string | undefined
}

/**
 * Takes an address off the list: from now on it gets mails again. What was not sent stays unsent.
 *
 * @throws Problem not_found
 */
export async function deleteSuppression(
  deps: Deps,
  ctx: CallContext,
  { email, organizationId = DEPLOYMENT_ID }: Choice
): Promise<MailSuppressionRow> {
  return runCommand(deps, ctx, async (tx) => {
    const [row] = await tx
      .delete(mailSuppressions)
      .where(
        and(
          eq(mailSuppressions.organizationId, organizationId),
          eq(mailSuppressions.emailKey, parseEmail(email)?.key ?? email)
        )
      )
      .returning()
    if (!row) throw notFound()
    const event = suppressionEvent('mail_suppression.deleted', row)
    appendEvents(tx, ctx, await placeIn(tx, organizationId), [event])
    return row
  })
}
