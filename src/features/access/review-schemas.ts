import { type Static, Type } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import { fill, invalidRequest } from '../../errors.js'
import { uuidToId } from '../../ids.js'
import { Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { roleLabel } from '../members/labels.js'
import { MendSchema } from './mend-schema.js'
import type { FoundRow, Place } from './read-findings.js'
import { COUNTED_MAX, type Review } from './review-access.js'
import { FINDINGS, REVIEW_KINDS } from './review-kinds.js'
import { type Beside, mendsOf } from './review-mends.js'

const CURSOR_LENGTH_MAX = 300
const PAGE_LIMIT_MAX = 100
const DAY_MS = 86_400_000

const EXAMPLE = {
  kind: 'dormant_member',
  subject: {
    type: 'member',
    id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
    name: 'Ana',
    email: 'ana@acme.test',
    role: 'member',
    role_label: 'Member',
    external_id: null,
    member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
  },
  since: '2026-08-22T09:30:00.000Z',
  detail: 'Active, and not here for 92 days.',
  mend: [
    {
      command: 'suspendMember',
      label: 'Suspend the member',
      method: 'POST',
      path: '/v1/organizations/org_01jd3v8k2ffb5t0m5r6w9x7y3z/members/mem_01jd3v8k2ffb5t0m5r6w9x7y3z/suspend',
      body: null,
      needs: [],
      permission: 'member.suspend'
    }
  ]
}

const Finding = Type.Object({
  kind: oneOf(REVIEW_KINDS),
  subject: Type.Object({
    type: oneOf(['member', 'role', 'grant', 'resource', 'group']),
    id: Type.String({ description: 'Of a role its key, of a grant the resource’s.' }),
    name: Nullable(Type.String()),
    email: Nullable(Type.String()),
    role: Nullable(Type.String()),
    role_label: Nullable(Type.String()),
    external_id: Nullable(Type.String()),
    member_id: Nullable(Id('mem'))
  }),
  since: Nullable(Instant({ description: 'Since when it is so; null: it is so now.' })),
  detail: Type.String({ description: 'In the language of Accept-Language.' }),
  mend: Type.Array(MendSchema, {
    description:
      'Requests that mend it. Any one of them does; of `too_many_holders` each takes one holder ' +
      'away. None: somebody has to decide first, such as who the last owner hands over to.'
  })
})
type Finding = Static<typeof Finding>

export const AccessReview = Type.Object(
  {
    data: Type.Array(Finding),
    has_more: Type.Boolean(),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
    summary: Type.Array(
      Type.Object({
        kind: oneOf(REVIEW_KINDS),
        count: Type.Integer({ maximum: COUNTED_MAX }),
        more: Type.Boolean({ description: `Whether there are more: ${COUNTED_MAX} are counted.` })
      }),
      { description: 'How many there are of each kind that was asked for, whatever the page.' }
    )
  },
  {
    $id: 'AccessReview',
    examples: [
      {
        data: [EXAMPLE],
        has_more: false,
        next_cursor: null,
        summary: [{ kind: 'dormant_member', count: 1, more: false }]
      }
    ]
  }
)

export const ReviewQuery = Type.Object(
  {
    kind: Type.Optional(oneOf(REVIEW_KINDS)),
    group_id: Type.Optional(Id('grp')),
    role: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    limit: Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: 25 }),
    cursor: Type.Optional(
      Type.String({
        maxLength: CURSOR_LENGTH_MAX,
        description: '`next_cursor` of the page before.'
      })
    )
  },
  { additionalProperties: false }
)

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const SINCE = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?`
const PLACE = new RegExp(`^([a-z_]+)\\|(${SINCE})\\|(${UUID})\\|(${UUID})$`)

const textOfPlace = ({ kind, since, id, beside }: Place) => [kind, since, id, beside].join('|')

/** @throws Problem invalid_request */
export function readPlace(cursor: string): Place {
  const [, kind, since = '', id = '', beside = ''] =
    PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  const known = REVIEW_KINDS.find((one) => one === kind)
  if (known && !Number.isNaN(Date.parse(since))) return { kind: known, since, id, beside }
  const detail = 'Must be the next_cursor of this list.'
  throw invalidRequest({ errors: [{ pointer: 'querystring:/cursor', detail }] })
}

interface Paging {
  readonly limit: number
  readonly writeCursor: (text: string) => string
}

/** The only crossing from review to wire. */
export function toReview(
  { rows, beside, counts }: Review,
  { limit, writeCursor }: Paging,
  ctx: OrgContext
): Static<typeof AccessReview> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    data: page.map((row) => toFinding(row, beside, ctx)),
    has_more: more,
    next_cursor: more ? writeCursor(textOfPlace(last)) : null,
    summary: [...counts].map(([kind, count]) => ({
      kind,
      count: Math.min(count, COUNTED_MAX),
      more: count > COUNTED_MAX
    }))
  }
}

function toFinding(row: FoundRow, beside: Beside, ctx: OrgContext): Finding {
  const { kind, at, facts } = row
  const days = Math.floor((ctx.now.getTime() - at.getTime()) / DAY_MS)
  return {
    kind,
    subject: toSubject(row, ctx),
    since: kind === 'too_many_holders' ? null : at.toISOString(),
    detail: fill(FINDINGS[kind][ctx.locale], { ...facts, days }),
    mend: mendsOf(ctx, row, beside).map((mend) => ({ ...mend, needs: [...mend.needs] }))
  }
}

function toSubject(row: FoundRow, { policy, locale }: OrgContext): Finding['subject'] {
  const { name = null, email = null, role = null, external_id: externalId = null } = row.facts
  const label = role === null ? null : roleLabel(policy.policy, role, locale)
  return {
    ...identify(row),
    name: row.kind === 'too_many_holders' ? label : name,
    email,
    role,
    role_label: label,
    external_id: externalId
  }
}

function identify(row: FoundRow): Pick<Finding['subject'], 'type' | 'id' | 'member_id'> {
  const { id, beside, facts } = row
  const type = SUBJECTS[row.kind]
  const prefix = PREFIXES[type]
  const memberId = type === 'member' || type === 'grant' ? uuidToId('mem', beside) : null
  return {
    type,
    id: prefix === null ? (facts.role ?? '') : uuidToId(prefix, id),
    member_id: memberId
  }
}

const SUBJECTS = {
  dormant_member: 'member',
  too_many_holders: 'role',
  pending_member: 'member',
  suspended_member: 'member',
  unused_grant: 'grant',
  requested_resource: 'resource',
  unheld_resource: 'resource',
  ownerless_resource: 'resource',
  empty_group: 'group'
} as const

const PREFIXES = {
  member: 'mem',
  role: null,
  grant: 'res',
  resource: 'res',
  group: 'grp'
} as const
