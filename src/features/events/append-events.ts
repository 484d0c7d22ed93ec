import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type Changes, eventPersonal, events } from '../../db/tables/events.js'
import { DEPLOYMENT_ID, newId } from '../../ids.js'
import { currentTraceparent } from '../../telemetry/tracing.js'
import type { EventType, SubjectType } from './event-types.js'
import { enqueueNotifications, type Notified } from './notify.js'
import { splitPersonal } from './personal.js'
import { keepUntil } from './retention.js'

export interface NewEvent {
  readonly type: EventType
  readonly subject: { readonly type: SubjectType; readonly id: string }
  readonly data?: Record<string, unknown>
  /** What the command changed: before and after, by the wire's field names. */
  readonly changes?: Changes
}

/** An organization, and what its policy says of events. */
interface OrganizationPlace {
  readonly organizationId: string
  readonly policyVersion?: number
  /** How long they are kept, as a number of days (`P365D`); null: as long as the organization. */
  readonly retention: string | null
  /** Of what people are told by mail; left out: of nothing. */
  readonly notified?: Notified
}

/** Where it happened; without an organization it is an event of the deployment, which is kept. */
export type Place =
  | OrganizationPlace
  | { readonly organizationId?: never; readonly policyVersion?: number }

/**
 * Adds events to what the command's own transaction leaves behind: the audit log and everything
 * told to others read this table, so nothing is told that did not commit. What is due to webhook
 * endpoints is made by the database in the same statement; whom to tell by mail is found out by a
 * job: a command only leaves its row.
 *
 * @returns the ids of the events
 */
export function appendEvents(
  tx: Tx,
  ctx: CallContext,
  place: Place,
  newEvents: readonly NewEvent[]
): string[] {
  const { organizationId, retention, notified } = organizationOf(place)
  const until = keepUntil(ctx.now, retention)
  const { type: actorType, id: actorId, name: actorName } = ctx.actor
  // What Muster does by itself no device and no key has done, whoever's request has occasioned it.
  const isOwn = actorType === 'system'
  const { ip = null, userAgent = null } = (!isOwn && ctx.origin) || {}
  const apiKeyId = (!isOwn && ctx.apiKeyId) || null
  const written = newEvents.map(({ type, subject, data = {}, changes = {} }) => {
    const told = { actorId, actorName, apiKeyId, ip, userAgent, data, changes }
    const { lasting, leaves } = splitPersonal(actorType, told)
    const row = {
      organizationId,
      id: newId('evt'),
      keepUntil: until,
      type,
      occurredAt: ctx.now,
      actorType,
      actorId: lasting.actorId,
      subjectType: subject.type,
      subjectId: subject.id,
      data: lasting.data,
      changes: lasting.changes,
      requestId: ctx.requestId,
      policyVersion: place.policyVersion ?? null,
      traceContext: currentTraceparent()
    }
    return { row, leaves }
  })
  const rows = written.map(({ row }) => row)
  tx.add(events, rows)
  tx.add(
    eventPersonal,
    written.map(({ row, leaves }) => ({
      organizationId,
      eventId: row.id,
      keepUntil: until,
      leaves
    }))
  )
  enqueueNotifications(tx, ctx, notified, rows)
  return rows.map(({ id }) => id)
}

const organizationOf = (place: Place) =>
  place.organizationId === undefined
    ? { organizationId: DEPLOYMENT_ID, retention: null, notified: [] }
    : { notified: [], ...place }
