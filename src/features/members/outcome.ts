import type { MemberRow } from '../../db/tables/members.js'
import { Problem } from '../../errors.js'
import type { TargetMember } from './queries.js'

/** What became of one of the members to whom the same is done; of a problem nothing did. */
export type Outcome =
  | { readonly status: 'done' | 'unchanged'; readonly member: MemberRow }
  | { readonly status: 'error'; readonly problem: Problem }

/** A member about whom it was decided; without an outcome: it is to be done. */
export interface Judged {
  readonly one: TargetMember
  readonly outcome: Outcome | undefined
}

/** Asks about each in the order given: what is decided about one counts for those after it. */
export function judgeAll(
  members: readonly TargetMember[],
  judge: (one: TargetMember) => Outcome | undefined
): Judged[] {
  return members.map((one) => ({ one, outcome: judge(one) }))
}

/** Whom it is to be done to. */
export const allowed = (judged: readonly Judged[]): TargetMember[] =>
  judged.filter(({ outcome }) => outcome === undefined).map(({ one }) => one)

/** One for each, in the order in which they were judged, after it was done. */
export function outcomesOf(judged: readonly Judged[], done: readonly MemberRow[]): Outcome[] {
  const rows = new Map(done.map((row) => [row.id, row]))
  return judged.map(
    ({ one: { member }, outcome }) =>
      outcome ?? { status: 'done', member: rows.get(member.id) ?? member }
  )
}

/** What the checks refuse with; undefined: nothing. */
export function refusalIn(checks: () => void): Outcome | undefined {
  try {
    checks()
    return undefined
  } catch (error) {
    if (error instanceof Problem) return { status: 'error', problem: error }
    throw error
  }
}

/**
 * Of a command on one member.
 *
 * @throws Problem that is its outcome
 */
export function memberOf([outcome]: readonly Outcome[]): MemberRow {
  if (!outcome) throw new Error('every member has an outcome')
  if (outcome.status === 'error') throw outcome.problem
  return outcome.member
}
