import { type SQL, sql } from 'drizzle-orm'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'

/**
 * An offer whose instant has passed is over, whether or not the sweep has written it yet: the same
 * as `member_status_at` in SQL (migrations).
 */
export function statusAt(row: MemberRow, now: Date): MemberStatus {
  const { status, offerExpiresAt, offerLapsesTo } = row
  const isOffered = status === 'invited' || status === 'reassignment_pending'
  const lapsed = offerExpiresAt !== null && offerExpiresAt <= now
  return isOffered && lapsed ? (offerLapsesTo ?? status) : status
}

/** The same in SQL. */
export function effectiveStatus(now: Date): SQL<MemberStatus> {
  return sql<MemberStatus>`member_status_at(${members.status}, ${members.offerExpiresAt},
    ${members.offerLapsesTo}, ${now.toISOString()})`
}
