import { Type } from '@sinclair/typebox'
import { idPattern } from '../../ids.js'
import { defineJob } from '../../jobs/job.js'
import { isSilenced } from '../suppressions/queries.js'
import { composeNotification } from './compose-notification.js'
import { findMembers, loadTelling } from './queries.js'
import { concernedBy, isTold } from './recipients.js'

/** As for invitations: 10 s, 40 s, 2 min 40 s, 11 min, 43 min, 2 h 50 min. */
const FIRST_WAIT_MS = 10_000
const WAIT_FACTOR = 4

/**
 * Tells one member of one event. Who is told is asked anew, as much may have happened since: to
 * whoever has left, or holds another role by now, nothing is sent, nor to an address that gets
 * nothing. The Message-ID stays the same however often it is tried.
 */
export const sendNotification = defineJob({
  name: 'send-notification',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    event_id: Type.String({ pattern: idPattern('evt') }),
    member_id: Type.String({ pattern: idPattern('mem') })
  }),
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, event_id: eventId, member_id: memberId }) {
    const telling = await loadTelling(deps, organizationId, eventId)
    if (!telling) return
    const [first] = concernedBy(telling.event)
    const [recipient, about] = await findMembers(deps.db, organizationId, [memberId, first])
    if (!recipient || (first !== undefined && !about) || !isTold(telling, recipient)) return
    const mail = composeNotification(deps, telling, { recipient, about })
    if (mail && !(await isSilenced(deps, organizationId, mail))) await deps.mailer.send(mail)
  }
})
