import type { Readable } from 'node:stream'
import { type Static, type TObject, Type } from '@sinclair/typebox'
import { csvRecord } from '../../csv.js'
import { CSV, NDJSON } from '../../file-types.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import { Id, Instant, Nullable, oneOf, ref } from '../../schemas.js'
import { about } from './catalogue/entry.js'
import { ACTOR_TYPES, type EventFilter } from './event-filter.js'
import { EVENT_TYPE_PATTERNS, PATTERN_LIST_LENGTH_MAX } from './event-type-patterns.js'
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
    api_key_id: Nullable(
      about(
        Id('key'),
        'By which key it was done: the actor itself, or the one that a member or a person came by.'
      )
    ),
    policy_version: Nullable(Type.Integer()),
    origin: Nullable(
      Type.Object(
        { ip: Nullable(Type.String()), user_agent: Nullable(Type.String()) },
        { description: 'From where a person acted, as far as it is known.' }
      )
    )
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
        api_key_id: 'key_01jd3v8k2ffb5t0m5r6w9x7y3z',
        policy_version: 1,
        origin: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64)' }
      }
    ]
  }
)

const ACTOR_ID_LENGTH_MAX = 255
const SUBJECT_ID_LENGTH_MAX = 255
const FRAGMENT_LENGTH_MAX = 100

/** Which events are listed, or streamed. */
export const EventQuery = {
  type: Type.Optional(
    oneOf(EVENT_TYPE_PATTERNS, {
      description: 'A type, or all of a noun: `member.*`.',
      examples: ['member.*']
    })
  ),
  actor_type: Type.Optional(oneOf(ACTOR_TYPES)),
  actor_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: ACTOR_ID_LENGTH_MAX,
      description:
        'Of a key or member of Muster’s, or your own id of a person: with `actor_type=user` it is ' +
        'yours whatever it looks like.'
    })
  ),
  api_key_id: Type.Optional(
    about(Id('key'), 'What a key did itself, and what members and people did by it.')
  ),
  subject_type: Type.Optional(Type.String({ pattern: '^[a-z][a-z_]{0,47}$' })),
  subject_id: Type.Optional(Type.String({ minLength: 1, maxLength: SUBJECT_ID_LENGTH_MAX })),
  from: Type.Optional(Instant({ description: 'What happened at this instant or later.' })),
  to: Type.Optional(Instant({ description: 'What happened before this instant.' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: FRAGMENT_LENGTH_MAX,
      description:
        'A fragment of a name, an address or any other text or number that an event tells in ' +
        '`data`, `changes`, `origin` or of its actor; upper or lower case.'
    })
  )
}

/** The query parameters as a filter. */
export function readEventFilter(query: EventQuery): EventFilter {
  const { type, from, to } = query
  return {
    types: type === undefined ? undefined : [type],
    actorType: query.actor_type,
    actorId: query.actor_id,
    apiKeyId: query.api_key_id,
    subjectType: query.subject_type,
    subjectId: query.subject_id,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    q: query.q
  }
}
type EventQuery = Static<TObject<typeof EventQuery>>

export const CSV_COLUMNS = [
  'id',
  'type',
  'occurred_at',
  'actor_type',
  'actor_id',
  'actor_name',
  'subject_type',
  'subject_id',
  'data',
  'changes',
  'request_id',
  'policy_version',
  'ip',
  'user_agent',
  'api_key_id'
]

/** In the order of the columns. */
export const toCells = (event: Static<typeof EventSchema>) => [
  event.id,
  event.type,
  event.occurred_at,
  event.actor.type,
  event.actor.id,
  event.actor.name,
  event.subject.type,
  event.subject.id,
  JSON.stringify(event.data),
  JSON.stringify(event.changes),
  event.request_id,
  event.policy_version,
  event.origin?.ip ?? null,
  event.origin?.user_agent ?? null,
  event.api_key_id
]

const [EXAMPLE] = EventSchema.examples as [Static<typeof EventSchema>]

/** The same as files, for whoever asks for one; sent as they are read. */
export const EventFiles = {
  [NDJSON]: {
    schema: Type.Unsafe<Readable>({
      type: 'string',
      description: 'One `Event` on each line, oldest first.',
      examples: [`${JSON.stringify(EXAMPLE)}\n`]
    })
  },
  [CSV]: {
    schema: Type.Unsafe<Readable>({
      type: 'string',
      description:
        'RFC 4180, with a header; one event in each record, oldest first. `data` and `changes` are ' +
        'JSON. What a spreadsheet would run as a formula begins with an apostrophe.',
      examples: [`${csvRecord(CSV_COLUMNS)}${csvRecord(toCells(EXAMPLE))}`]
    })
  }
}

const FEED_LIMIT_MAX = 1_000
const FEED_WAIT_MAX = 30
const FEED_CURSOR_LENGTH_MAX = 40

export const FeedQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        maxLength: FEED_CURSOR_LENGTH_MAX,
        pattern: '^[A-Za-z0-9_-]+$',
        description: '`next_cursor` of the answer before. It never runs out.'
      })
    ),
    limit: Type.Integer({ minimum: 1, maximum: FEED_LIMIT_MAX, default: 100 }),
    wait: Type.Integer({
      minimum: 0,
      maximum: FEED_WAIT_MAX,
      default: 0,
      description: 'How many seconds to wait for the first event when there is none.'
    }),
    types: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: PATTERN_LIST_LENGTH_MAX,
        description: 'At most 50, with commas between them; `member.*` is all of a noun.',
        examples: ['member.*,billing.charge_due']
      })
    ),
    organization_id: Type.Optional(Id('org')),
    api_key_id: Type.Optional(about(Id('key'), 'Only what was done by this key.')),
    start: Type.Optional(
      oneOf(['oldest', 'latest'], {
        description:
          'Where to begin without a cursor: with the oldest event that is kept, unless said ' +
          'otherwise; `latest` answers at once, without events, with the cursor for what comes.'
      })
    )
  },
  { additionalProperties: false }
)

export const FeedSchema = Type.Object(
  {
    data: Type.Array(ref(EventSchema)),
    has_more: Type.Boolean({
      description: 'Whether there is something to read already, also where `data` is empty.'
    }),
    next_cursor: Type.String({ description: 'From where to go on, also where nothing has come.' })
  },
  { examples: [{ data: [EXAMPLE], has_more: false, next_cursor: 'cG9zXzQ3MTE' }] }
)

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
    api_key_id: row.apiKeyId,
    policy_version: row.policyVersion,
    origin: toOrigin(row)
  }
}

const toOrigin = ({ ip, userAgent }: EventRecord) =>
  ip === null && userAgent === null ? null : { ip, user_agent: userAgent }
