import { Type } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { idPattern } from '../../ids.js'
import { enqueue } from '../../jobs/job.js'
import type { Notifiable } from '../../policy/document-shape.js'

/** The job that tells people of an event. `features/notifications` does it. */
export const NOTIFY_OF_EVENT = {
  name: 'notify-of-event',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    event_id: Type.String({ pattern: idPattern('evt') })
  })
}

/** Of what an organization's policy tells people. */
export type Notified = readonly { readonly event: Notifiable }[]

/** One job for each event of which somebody may have to be told, in the event's own transaction. */
export function enqueueNotifications(
  tx: Tx,
  { now }: CallContext,
  notified: Notified,
  rows: readonly { readonly organizationId: string; readonly id: string; readonly type: string }[]
): void {
  const told = rows.filter(({ type }) => notified.some(({ event }) => event === type))
  const [first] = told
  if (!first) return
  const { organizationId } = first
  const payloads = told.map(({ id }) => ({ organization_id: organizationId, event_id: id }))
  enqueue(tx, { organizationId, now }, NOTIFY_OF_EVENT, payloads)
}
