import { and, eq, gt, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import {
  LAPSED_STATUSES,
  type MemberRow,
  type MemberStatus,
  members
} from '../../db/tables/members.js'

/**
 * An offer whose instant has passed is over, whether or not the sweep has written it yet: the same
 * as `member_status_at` in SQL (migrations).
 */
export function statusAt(row: MemberRow, now: Date): MemberStatus {
  const { status, offerExpiresAt, offerLapsesTo } = row
  const isOffered = isOneOf(OFFERED, status)
  const lapsed = offerExpiresAt !== null && offerExpiresAt <= now
  return isOffered && lapsed ? (offerLapsesTo ?? status) : status
}

/** The same in SQL. */
export function effectiveStatus(now: Date): SQL<MemberStatus> {
  return sql<MemberStatus>`member_status_at(${members.status}, ${members.offerExpiresAt},
    ${members.offerLapsesTo}, ${now.toISOString()})`
}

/** What somebody has who is still to say yes. */
const OFFERED = ['invited', 'reassignment_pending'] as const

function isOneOf<T extends string>(these: readonly T[], status: string): status is T {
  return (these as readonly string[]).includes(status)
}

/** Of those whose stored status is this: time has not made it another since. */
export function hasNotLapsed(now: Date, status: MemberStatus): SQL | undefined {
  const { offerExpiresAt } = members
  return isOneOf(OFFERED, status) ? or(isNull(offerExpiresAt), gt(offerExpiresAt, now)) : undefined
}

/** Whom time has brought to this status, and no sweep has written it yet; undefined: it brings nobody. */
export function hasLapsedTo(now: Date, status: MemberStatus): SQL | undefined {
  if (!isOneOf(LAPSED_STATUSES, status)) return undefined
  return and(
    inArray(members.status, OFFERED),
    lte(members.offerExpiresAt, now),
    eq(members.offerLapsesTo, status)
  )
}
