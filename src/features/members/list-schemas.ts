import type { Readable } from 'node:stream'
import { type Static, type TObject, Type } from '@sinclair/typebox'
import { csvRecord } from '../../csv.js'
import { CSV, NDJSON } from '../../file-types.js'
import { ExternalId, Id, Instant, oneOf, UserId } from '../../schemas.js'
import { AsOf } from './as-of-schemas.js'
import { type MemberDetails, MemberDetailsSchema } from './details-schemas.js'
import type { MemberFilter } from './member-filter.js'
import { MEMBER_SORTS, type MemberOrder } from './member-order.js'
import { MemberStatusSchema } from './schemas.js'

const CURSOR_LENGTH_MAX = 1_500

/** What a list of members is asked for, beside the page. */
export const ListQuery = {
  // It may have a name or an address in it.
  cursor: Type.Optional(
    Type.String({
      maxLength: CURSOR_LENGTH_MAX,
      description: '`next_cursor` of the page before, in the same order.'
    })
  ),
  status: Type.Optional(MemberStatusSchema),
  role: Type.Optional(Type.String({ maxLength: 48 })),
  email: Type.Optional(Type.String({ maxLength: 320 })),
  user_id: Type.Optional(UserId),
  external_id: Type.Optional(ExternalId),
  group_id: Type.Optional(Id('grp')),
  resource_id: Type.Optional(
    Type.String({ ...Id('res'), description: 'Had directly, or by way of a group.' })
  ),
  last_active_before: Type.Optional(
    Instant({ description: 'Last active before this instant, or never.' })
  ),
  last_active_after: Type.Optional(
    Instant({ description: 'Last active at this instant or later.' })
  ),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'A fragment of name or address; of one or two letters, how a word of the name or the ' +
        'address begins. Accents and capitals make no difference.'
    })
  ),
  sort: Type.Optional(
    oneOf(MEMBER_SORTS, { description: 'Left out: `created_at`. Whoever has none stands last.' })
  ),
  order: Type.Optional(oneOf(['asc', 'desc'], { description: 'Left out: `asc`.' })),
  as_of: Type.Optional(AsOf)
}
export type ListQuery = Static<TObject<typeof ListQuery>>

/** What of a member, or of the list, is not known of every instant. */
export const OF_TODAY = [
  'email',
  'user_id',
  'external_id',
  'group_id',
  'resource_id',
  'last_active_before',
  'last_active_after',
  'q',
  'sort',
  'order'
] as const satisfies readonly (keyof ListQuery)[]

/** The query parameters as a filter. */
export function readMemberFilter(query: ListQuery): MemberFilter {
  const { last_active_before: before, last_active_after: after } = query
  return {
    status: query.status,
    role: query.role,
    groupId: query.group_id,
    resourceId: query.resource_id,
    email: query.email,
    userId: query.user_id,
    externalId: query.external_id,
    lastActiveBefore: before === undefined ? undefined : new Date(before),
    lastActiveAfter: after === undefined ? undefined : new Date(after),
    q: query.q
  }
}

export const readMemberOrder = ({ sort, order }: ListQuery): MemberOrder => ({
  sort: sort ?? 'created_at',
  isDescending: order === 'desc'
})

const COLUMNS: readonly (readonly [string, (member: MemberDetails) => string | number | null])[] = [
  ['id', ({ id }) => id],
  ['external_id', (member) => member.external_id],
  ['user_id', (member) => member.user_id],
  ['email', ({ email }) => email],
  ['name', ({ name }) => name],
  ['role', ({ role }) => role],
  ['role_label', (member) => member.role_label],
  ['status', ({ status }) => status],
  ['status_label', (member) => member.status_label],
  ['pending_label', (member) => member.pending_label],
  ['ended_by', (member) => member.ended_by],
  ['invitation_id', (member) => member.invitation_id],
  ['avatar_url', (member) => member.avatar_url],
  ['resources', ({ resources }) => listed(resources)],
  ['resources_count', (member) => member.resources_count],
  ['groups', ({ groups }) => listed(groups)],
  ['credits_balance', ({ credits }) => credits?.balance ?? null],
  ['credits_held', ({ credits }) => credits?.held ?? null],
  ['credits_used', ({ credits }) => credits?.used ?? null],
  ['credits_percent_used', ({ credits }) => credits?.percent_used ?? null],
  ['requests', ({ requests }) => requests],
  ['metadata', ({ metadata }) => JSON.stringify(metadata)],
  ['created_at', (member) => member.created_at],
  ['updated_at', (member) => member.updated_at],
  ['joined_at', (member) => member.joined_at],
  ['last_active_at', (member) => member.last_active_at],
  ['last_sign_in_at', (member) => member.last_sign_in_at],
  ['removed_at', (member) => member.removed_at]
]

/** What the host has not made yet has no name and no id of the host's. */
const listed = (
  all: readonly { id: string; external_id: string | null; name: string | null }[]
): string => all.map(({ id, external_id: externalId, name }) => name ?? externalId ?? id).join(';')

export const CSV_COLUMNS = COLUMNS.map(([name]) => name)

/** In the order of the columns. */
export const toCells = (member: MemberDetails) => COLUMNS.map(([, cellOf]) => cellOf(member))

const [EXAMPLE] = MemberDetailsSchema.examples as [MemberDetails]

/** The same as files, for whoever asks for one; sent as they are read. */
export const MemberFiles = {
  [NDJSON]: {
    schema: Type.Unsafe<Readable>({
      type: 'string',
      description: 'One `MemberDetails` on each line.',
      examples: [`${JSON.stringify(EXAMPLE)}\n`]
    })
  },
  [CSV]: {
    schema: Type.Unsafe<Readable>({
      type: 'string',
      description:
        'RFC 4180, with a header; one member in each record. `resources` and `groups` are names, ' +
        '`;` between them; `metadata` is JSON. What a spreadsheet would run as a formula begins with ' +
        'an apostrophe.',
      examples: [`${csvRecord(CSV_COLUMNS)}${csvRecord(toCells(EXAMPLE))}`]
    })
  }
}
