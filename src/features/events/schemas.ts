import { type Static, Type } from '@sinclair/typebox'
import { DEPLOYMENT_ID } from '../../ids.js'
import { Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { EVENT_TYPES } from './event-types.js'
import type { EventRecord } from './queries.js'

export const EventSchema = Type.Object(
  {
    id: Id('evt'),
    type: Type.String({ examples: ['member.joined'] }),
    occurred_at: Instant(),
    organization_id: Nullable(Id('org')),
    actor: Type.Object({
      type: Type.String({ description: '`api_key`, `member`, `user` or `system`.' }),
      id: Nullable(Type.String()),
      name: Nullable(Type.String())
    }),
    subject: Type.Object({ type: Type.String(), id: Type.String() }),
    data: Type.Record(Type.String(), Type.Unknown()),
    changes: Type.Record(Type.String(), Type.Array(Type.Unknown()), {
      description: 'What changed: `{field: [before, after]}`.'
    }),
    request_id: Nullable(Type.String()),
    policy_version: Nullable(Type.Integer())
  },
  {
    $id: 'Event',
    examples: [
      {
        id: 'evt_01jd3v8k2ffb5t0m5r6w9x7y3z',
        type: 'member.joined',
        occurred_at: '2026-11-22T09:30:00.000Z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        actor: { type: 'user', id: 'u_ana', name: 'Ana' },
        subject: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' },
        data: { email: 'ana@acme.test', role: 'member' },
        changes: { status: ['invited', 'active'] },
        request_id: 'req_01jd3v8k2ffb5t0m5r6w9x7y3z',
        policy_version: 1
      }
    ]
  }
)

export const EventTypeSchema = oneOf(EVENT_TYPES)

/** The only crossing from row to wire. */
export function toEvent(row: EventRecord): Static<typeof EventSchema> {
  return {
    id: row.id,
    type: row.type,
    occurred_at: row.occurredAt.toISOString(),
    organization_id: row.organizationId === DEPLOYMENT_ID ? null : row.organizationId,
    actor: { type: row.actorType, id: row.actorId, name: row.actorName },
    subject: { type: row.subjectType, id: row.subjectId },
    data: row.data,
    changes: row.changes,
    request_id: row.requestId,
    policy_version: row.policyVersion
  }
}
