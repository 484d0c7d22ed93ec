import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { events } from '../../db/tables/events.js'
import { DEPLOYMENT_ID, newId } from '../../ids.js'
import type { EventType, SubjectType } from './event-types.js'
import { enqueueNotifications, type Notified } from './notify.js'

export interface NewEvent {
  readonly type: EventType
  readonly subject: { readonly type: SubjectType; readonly id: string }
  readonly data?: Record<string, unknown>
  /** What the command changed: before and after, by the wire's field names. */
  readonly changes?: Record<string, [before: unknown, after: unknown]>
}

/** Where it happened; without an organization it is an event of the deployment. */
interface Place {
  readonly organizationId?: string
  readonly policyVersion?: number
  /** Of what its policy tells people by mail; left out: of nothing. */
  readonly notified?: Notified
}

/**
 * Adds events to what the command's own transaction leaves behind: the audit log and everything
 * told to others read this table, so nothing is told that did not commit. Whom to tell by mail is
 * found out by a job: a command only leaves its row.
 */
export function appendEvents(
  tx: Tx,
  ctx: CallContext,
  { organizationId, policyVersion, notified = [] }: Place,
  newEvents: readonly NewEvent[]
): void {
  const rows = newEvents.map(({ type, subject, data, changes }) => ({
    organizationId: organizationId ?? DEPLOYMENT_ID,
    id: newId('evt'),
    type,
    occurredAt: ctx.now,
    actorType: ctx.actor.type,
    actorId: ctx.actor.id,
    actorName: ctx.actor.name,
    subjectType: subject.type,
    subjectId: subject.id,
    data: data ?? {},
    changes: changes ?? {},
    requestId: ctx.requestId,
    policyVersion: policyVersion ?? null
  }))
  tx.add(events, rows)
  enqueueNotifications(tx, ctx, notified, rows)
}
