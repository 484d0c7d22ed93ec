import { type SQL, sql } from 'drizzle-orm'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'

/** An offer whose instant has passed is over, whether or not the sweep has written it yet. */
export function statusAt(row: MemberRow, now: Date): MemberStatus {
  const lapsed = row.offerExpiresAt !== null && row.offerExpiresAt <= now
  return row.status === 'invited' && lapsed ? 'invitation_expired' : row.status
}

/** The same in SQL. */
export function effectiveStatus(now: Date): SQL<MemberStatus> {
  return sql<MemberStatus>`case when ${members.status} = 'invited'
    and ${members.offerExpiresAt} <= ${now.toISOString()}
    then 'invitation_expired' else ${members.status} end`
}
