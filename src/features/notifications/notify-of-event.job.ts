import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import { defineJob, enqueue } from '../../jobs/job.js'
import { NOTIFY_OF_EVENT } from '../events/notify.js'
import { loadTelling } from './queries.js'
import { findRecipients } from './recipients.js'
import { sendNotification } from './send-notification.job.js'

const FIRST_WAIT_MS = 1_000
const WAIT_FACTOR = 4

/** Finds out, by the newest policy, who is told of an event, and leaves one job for each of them. */
export const notifyOfEvent = defineJob({
  ...NOTIFY_OF_EVENT,
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, event_id: eventId }) {
    const telling = await loadTelling(deps, organizationId, eventId)
    if (!telling) return
    const { organization, now } = telling
    const { locale } = organization
    const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale }
    await runCommand(deps, ctx, async (tx) => {
      const payloads = (await findRecipients(tx, telling)).map(({ id }) => ({
        organization_id: organizationId,
        event_id: eventId,
        member_id: id
      }))
      enqueue(tx, { organizationId, now }, sendNotification, payloads)
    })
  }
})
