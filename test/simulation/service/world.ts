import type { Answer, Caller } from './caller.js'
import type { Faults } from './faults.js'
import type { Service } from './service.js'
import type { Seat, Team } from './team.js'

/** Numbers that pick among whatever is there when the step is taken. */
export interface Step {
  readonly verb: string
  readonly team: number
  readonly actor: number
  readonly target: number
  readonly other: number
  readonly amount: number
  /** What happens while the command is under way, and how many milliseconds after it began. */
  readonly sudden?: { readonly fault: string; readonly afterMs: number }
}

export interface World {
  readonly service: Service
  readonly faults: Faults
  readonly call: Caller
  readonly teams: Team[]
  readonly unique: (prefix: string) => string
  /** What the log has told so far, by team. */
  readonly told: Map<Team, Told>
  /** What tokens are made with; none: it was revoked, or there was none yet. */
  readonly tokenKey: { current: { readonly id: string; readonly bearer: string } | undefined }
}

/** What a team is if one knows nothing but its events. */
export interface Told {
  readonly ids: Set<string>
  readonly members: Map<string, { status: string; role: string }>
  readonly grants: Map<string, string>
  readonly signups: Map<string, number>
  readonly types: Map<string, number>
  cursorId: string | undefined
}

export const newTold = (): Told => ({
  ids: new Set(),
  members: new Map(),
  grants: new Map(),
  signups: new Map(),
  types: new Map(),
  cursorId: undefined
})

/** What the service made of a step and what the model did; null: it does not know. */
export interface Taken {
  readonly said: string
  readonly expected: string | null
  readonly detail?: string
}

/** There is nobody, or nothing, to do it to. */
export const NOTHING: Taken = { said: 'ok', expected: 'ok' }

export const pick = <T>(list: readonly T[], number: number): T | undefined =>
  list[number % Math.max(1, list.length)]

/** What is told of by its code; every other refusal is of somebody's state. */
const RULED = new Set([
  'not_permitted',
  'not_offered',
  'self_removal',
  'self_role_change',
  'self_action',
  'protected_role',
  'rank_not_lower',
  'role_not_assignable',
  'role_not_manageable',
  'last_holder',
  'single_holder',
  'role_full',
  'seats_exhausted',
  'insufficient_credits',
  'resource_held',
  'signup_page_full',
  'signup_page_disabled',
  'domain_taken'
])
const STATE_STATUSES = new Set([400, 404, 409, 410, 422])
/** Doors that are closed to somebody. */
const CLOSED = new Set(['domain_not_claimed', 'removed_before', 'join_denied', 'no_invitation'])

export const ruled = (code: unknown) => (RULED.has(String(code)) ? String(code) : 'state')

/** An answer in a word: `ok`, why not, or what no refusal may be. */
export function outcome({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  if (status >= 200 && status < 300) return 'ok'
  if (RULED.has(String(body?.code))) return String(body.code)
  return STATE_STATUSES.has(status) || CLOSED.has(String(body?.code))
    ? 'state'
    : `${status} ${String(body?.code)}`
}

export const detailOf = ({ body }: Pick<Answer, 'body'>) => JSON.stringify(body).slice(0, 300)

/** The same of a command that can be told by its end alone when an answer was lost. */
export function takenBy(answer: Answer, expected: string | null): Taken {
  const detail = detailOf(answer)
  // The first try may have done it, and the second found it done.
  if (answer.lost && expected === 'ok') return { said: 'ok', expected, detail }
  return { said: outcome(answer), expected, detail }
}

/** Who acts: the host now and then, otherwise somebody who is in. */
export function actorOf({ seats }: Team, number: number): Seat | null {
  const active = seats.filter(({ status }) => status === 'active')
  return pick([null, null, ...active, ...active], number) ?? null
}

export const as = (actor: Seat | null) => (actor ? { actor: `member:${actor.id}` } : {})
