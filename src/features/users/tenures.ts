import { type SQL, sql } from 'drizzle-orm'
import type { FormerIdentity } from '../../db/tables/former-identities.js'
import type { MemberRow } from '../../db/tables/members.js'
import { idToUuid } from '../../ids.js'

/** A seat as long as it was one person's: what befell it before and after is another's. */
export interface Tenure {
  readonly organizationId: string
  readonly memberId: string
  /** Null: from its beginning. */
  readonly since: Date | null
  /** Null: it still is, or was to its end. */
  readonly until: Date | null
}

interface Held {
  readonly userId: string
  readonly members: readonly MemberRow[]
}

/** Made of who was known on these seats, whosever, in the order in which they were left. */
export function tenuresOf(
  { userId, members }: Held,
  identities: readonly FormerIdentity[]
): Tenure[] {
  const others = (id: string) =>
    identities.filter((one) => one.memberId === id && one.userId !== userId)
  const kept = members.map(({ organizationId, id }): Tenure => {
    const since = others(id).at(-1)?.until ?? null
    return { organizationId, memberId: id, since, until: null }
  })
  const left = identities
    .filter((one) => one.userId === userId)
    .map(({ organizationId, memberId, number, until }): Tenure => {
      const before = others(memberId).filter((one) => one.number < number)
      return { organizationId, memberId, since: before.at(-1)?.until ?? null, until }
    })
  return [...kept, ...left]
}

/** Whether the seat was theirs at this instant. */
export const isWithin = (tenures: readonly Tenure[], memberId: unknown, at: Date): boolean =>
  tenures.some(
    (one) =>
      one.memberId === memberId &&
      (one.since === null || one.since <= at) &&
      (one.until === null || at < one.until)
  )

/** As `tenure`: `member_id` as events name it, `id` as rows do, and from when until when. */
export function tenuresSql(tenures: readonly Tenure[]): SQL {
  const rows = tenures.map(({ organizationId, memberId, since, until }) => ({
    organization_id: idToUuid('org', organizationId),
    id: idToUuid('mem', memberId),
    member_id: memberId,
    since: since?.toISOString() ?? '-infinity',
    until: until?.toISOString() ?? 'infinity'
  }))
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as tenure(organization_id uuid,
    id uuid, member_id text, since timestamptz, until timestamptz)`
}
