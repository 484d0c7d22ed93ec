import { type IdPrefix, uuidToId } from '../../../src/ids.js'
import type { Event, Row, Rows } from './rows.js'

/** What is so of an organization at some moment: of each thing one word. */
export type Facts = ReadonlyMap<string, unknown>

/** What became of one thing. */
interface Turn {
  readonly what: string
  readonly before: unknown
  readonly after: unknown
}

const idOf = (prefix: IdPrefix, row: Row, column = 'id') => uuidToId(prefix, String(row[column]))

/** How the rows of each table are told: what thing each is of, and its word. */
const THINGS: Readonly<Record<string, (row: Row) => readonly [what: string, word: unknown][]>> = {
  members: (row) => [
    [`status of ${idOf('mem', row)}`, row['status']],
    [`role of ${idOf('mem', row)}`, row['role']]
  ],
  invitations: (row) => [[`offer ${idOf('inv', row)}`, row['status']]],
  groups: (row) => [[`group ${idOf('grp', row)}`, 'there']],
  group_members: (row) => [
    [`${idOf('mem', row, 'member_id')} in ${idOf('grp', row, 'group_id')}`, 'there']
  ],
  resources: (row) => [
    [`resource ${idOf('res', row)}`, 'there'],
    [`state of ${idOf('res', row)}`, row['status']]
  ],
  resource_grants: (row) => [
    [`${idOf('res', row, 'resource_id')} of ${idOf('mem', row, 'member_id')}`, row['mode']]
  ],
  resource_group_grants: (row) => [
    [`${idOf('res', row, 'resource_id')} of ${idOf('grp', row, 'group_id')}`, row['mode']]
  ],
  resource_owners: (row) => [
    [`${idOf('res', row, 'resource_id')} owned by ${idOf('mem', row, 'member_id')}`, 'there']
  ],
  domain_claims: (row) => [[`claim ${idOf('dom', row)}`, row['status']]],
  signup_pages: (row) => [
    [`page ${idOf('sgp', row)}`, row['disabled_at'] === null ? 'active' : 'disabled']
  ],
  billing_entries: (row) => [[`entry ${idOf('bil', row)}`, 'there']],
  credit_requests: (row) => [[`request ${idOf('crq', row)}`, row['status']]],
  credit_transfers: (row) =>
    TOLD_TRANSFERS.includes(String(row['kind']))
      ? [[`transfer ${idOf('trf', row)}`, row['amount']]]
      : []
}
/** Uses are told by no event: there are too many of them. */
const TOLD_TRANSFERS = ['top_up', 'allocate', 'reclaim', 'move']

export function factsOf(rows: Rows): Facts {
  return new Map(
    Object.entries(THINGS).flatMap(([table, toWords]) => (rows.get(table) ?? []).flatMap(toWords))
  )
}

/** What became of things between two moments. */
export function turnsBetween(before: Facts, after: Facts): Turn[] {
  const things = new Set([...before.keys(), ...after.keys()])
  return [...things]
    .map((what) => ({ what, before: before.get(what) ?? null, after: after.get(what) ?? null }))
    .filter((turn) => turn.before !== turn.after && !isImplied(turn, before, after))
}

/** With whom is gone goes their place in groups, and with what is new comes how it is. */
function isImplied({ what, before: was, after: is }: Turn, before: Facts, after: Facts): boolean {
  if (/^(?:role|state) of /.test(what)) return was === null || is === null
  const [, member = '', group = ''] = /^(mem_\w+) in (grp_\w+)$/.exec(what) ?? []
  if (member === '' || was === null) return false
  const isGone = after.get(`status of ${member}`) === 'removed'
  return isGone || (before.has(`group ${group}`) && !after.has(`group ${group}`))
}

const text = (event: Event, field: string) => String(event.data[field])
const holderOf = ({ data }: Event) => String(data['member_id'] ?? data['group_id'])

const moved = (event: Event) =>
  comes(`transfer ${text(event, 'transfer_id')}`, event.data['amount'])

type Tell = (event: Event) => readonly Turn[]
const comes = (what: string, after: unknown = 'there'): Turn[] => [{ what, before: null, after }]
const goes = (what: string, before: unknown = 'there'): Turn[] => [{ what, before, after: null }]

/** What an event says that became of things. */
function statusTurns({ type, subject, data, changes }: Event): Turn[] {
  const { status, member_status: memberStatus, role } = changes
  const turns: Turn[] = []
  const add = (what: string, change: readonly [unknown, unknown] | undefined) => {
    if (change) turns.push({ what, before: change[0], after: change[1] })
  }
  const words: Readonly<Record<string, string>> = {
    member: 'status of',
    invitation: 'offer',
    resource: 'state of',
    domain_claim: 'claim',
    signup_page: 'page',
    credit_request: 'request'
  }
  const word = words[subject.type]
  if (word !== undefined) add(`${word} ${subject.id}`, status)
  add(`status of ${String(data['member_id'])}`, memberStatus)
  if (subject.type === 'member' && role && !(type === 'member.joined' && !status)) {
    add(`role of ${subject.id}`, role)
  }
  return turns
}

const TELLS: Readonly<Record<string, Tell>> = {
  'member.invited': (event) => [
    ...(event.changes['status'] ? [] : comes(`status of ${event.subject.id}`, 'invited')),
    ...comes(`offer ${text(event, 'invitation_id')}`, 'pending')
  ],
  'reassignment.started': (event) => comes(`offer ${text(event, 'invitation_id')}`, 'pending'),
  'group.created': ({ subject }) => comes(`group ${subject.id}`),
  'group.deleted': ({ subject }) => goes(`group ${subject.id}`),
  'group.member_added': (event) => comes(`${text(event, 'member_id')} in ${event.subject.id}`),
  'group.member_removed': (event) => goes(`${text(event, 'member_id')} in ${event.subject.id}`),
  'resource.created': ({ subject }) => comes(`resource ${subject.id}`),
  'resource.requested': ({ subject }) => comes(`resource ${subject.id}`),
  'resource.deleted': ({ subject }) => goes(`resource ${subject.id}`),
  'resource.granted': (event) => modeTurn(event),
  'resource.revoked': (event) => modeTurn(event),
  'resource.handed_over': (event) => [
    ...goes(`${event.subject.id} of ${text(event, 'from_member_id')}`, event.data['mode']),
    ...comes(`${event.subject.id} of ${text(event, 'to_member_id')}`, event.data['mode'])
  ],
  'resource.owner_added': (event) =>
    comes(`${event.subject.id} owned by ${text(event, 'member_id')}`),
  'resource.owner_removed': (event) =>
    goes(`${event.subject.id} owned by ${text(event, 'member_id')}`),
  'domain_claim.created': ({ subject }) => comes(`claim ${subject.id}`, 'pending'),
  'signup_page.created': ({ subject }) => comes(`page ${subject.id}`, 'active'),
  'billing.charge_due': ({ subject }) => comes(`entry ${subject.id}`),
  'billing.credit_due': ({ subject }) => comes(`entry ${subject.id}`),
  'billing.credit_expired': ({ subject }) => comes(`entry ${subject.id}`),
  'credit_request.created': ({ subject }) => comes(`request ${subject.id}`, 'pending'),
  'credits.topped_up': (event) => moved(event),
  'credits.allocated': (event) => moved(event),
  'credits.reclaimed': (event) => moved(event),
  'credits.moved': (event) => moved(event)
}

function modeTurn(event: Event): Turn[] {
  const [before = null, after = null] = event.changes['mode'] ?? []
  return [{ what: `${event.subject.id} of ${holderOf(event)}`, before, after }]
}

/** What is given to many at once is told as one: how many they were, and how much it was. */
function toldTogether(events: readonly Event[], became: readonly Turn[]): readonly Turn[] {
  const [event] = events.filter(({ type }) => type === 'credits.distributed')
  const transfers = became.filter(({ what }) => what.startsWith('transfer '))
  const sum = transfers.reduce((all, { after }) => all + Number(after), 0)
  const isSame = event?.data['members'] === transfers.length && event.data['total'] === sum
  return isSame ? transfers : []
}

/**
 * What events say that became of things, from the first to the last of each thing. What is told twice,
 * or does not begin where the last ended, is a fault.
 */
export function turnsTold(
  events: readonly Event[],
  became: readonly Turn[]
): { turns: Turn[]; faults: string[] } {
  const told = new Map<string, Turn>()
  const faults: string[] = []
  const turns = events.flatMap((event) =>
    [...(TELLS[event.type]?.(event) ?? []), ...statusTurns(event)].map((turn) => ({ event, turn }))
  )
  for (const { event, turn } of turns) {
    const last = told.get(turn.what)
    if (last && last.after !== turn.before) {
      faults.push(
        `${event.type} of ${turn.what}: ${String(turn.before)} after ${String(last.after)}`
      )
    }
    told.set(turn.what, { ...turn, before: last ? last.before : turn.before })
  }
  const alone = [...told.values()].filter((turn) => turn.before !== turn.after)
  return { turns: [...alone, ...toldTogether(events, became)], faults }
}
