import { eq, inArray } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { organizations } from '../../db/tables/organizations.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Locale } from '../../errors.js'
import { DEPLOYMENT_ID, uuidToId } from '../../ids.js'
import { defineJob } from '../../jobs/job.js'
import { renderEndpointDisabled } from '../../mail/templates/endpoint-disabled.js'
import { isSilenced } from '../suppressions/queries.js'
import { TELL_ENDPOINT_DISABLED } from './disabled-mail.js'

/** As for invitations: 10 s, 40 s, 2 min 40 s, 11 min, 43 min, 2 h 50 min. */
const FIRST_WAIT_MS = 10_000
const WAIT_FACTOR = 4

/**
 * Tells whoever looks after an endpoint that it gets nothing more, unless it does again by now. The
 * Message-ID stays the same however often it is tried.
 */
export const tellEndpointDisabled = defineJob({
  ...TELL_ENDPOINT_DISABLED,
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { webhook_endpoint_id: id }) {
    const { db, config } = deps
    const [row] = await db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id))
    if (!row) return
    const { contactEmail: to, disabledAt, disabledReason: reason } = row
    if (to === null || disabledAt === null || reason === null || reason === 'manual') return
    const locale = await localeOf(db, row)
    const mail = {
      ...renderEndpointDisabled({ locale, endpointId: id, url: row.url, reason, disabledAt }),
      messageId: `<${id}.${disabledAt.getTime()}@${new URL(config.publicUrl).hostname}>`,
      from: config.mailFrom,
      to,
      ...(config.mailReplyTo === undefined ? {} : { replyTo: config.mailReplyTo })
    }
    if (!(await isSilenced(deps, DEPLOYMENT_ID, mail))) await deps.mailer.send(mail)
  }
})

/** An endpoint has no language of its own: that of its organizations, if they agree. */
async function localeOf(db: Db, { organizationIds }: WebhookEndpointRow): Promise<Locale> {
  const ids = organizationIds?.map((uuid) => uuidToId('org', uuid)) ?? []
  if (ids.length === 0) return 'en'
  const spoken = await db
    .selectDistinct({ locale: organizations.locale })
    .from(organizations)
    .where(inArray(organizations.id, ids))
  return spoken.length === 1 ? (spoken[0]?.locale ?? 'en') : 'en'
}
