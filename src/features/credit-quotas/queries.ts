import { and, asc, eq, ne, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { creditQuotas } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'

/** What is given each month, and to whom: as an organization has said. */
export interface Quotas {
  readonly everybody: number | null
  /** By role. */
  readonly roles: ReadonlyMap<string, number>
  /** By member. */
  readonly members: ReadonlyMap<string, number>
}

/** Those that mean anything: neither of roles that are no more, nor of who was removed. */
export async function findQuotas(db: Db, organizationId: string, policy: Policy): Promise<Quotas> {
  const rows = await db
    .select({
      scope: creditQuotas.scope,
      key: creditQuotas.key,
      amount: creditQuotas.amount,
      memberId: members.id
    })
    .from(creditQuotas)
    .leftJoin(
      members,
      and(
        eq(members.organizationId, creditQuotas.organizationId),
        eq(creditQuotas.scope, 'member'),
        eq(sql`${members.id}::text`, creditQuotas.key),
        ne(members.status, 'removed')
      )
    )
    .where(eq(creditQuotas.organizationId, organizationId))
    .orderBy(asc(creditQuotas.key))
  const known = new Set(policy.roles.map(({ key }) => key))
  const roles = rows.filter(({ scope, key }) => scope === 'role' && known.has(key))
  const own = rows.flatMap(({ memberId, amount }): [string, number][] =>
    memberId === null ? [] : [[memberId, amount]]
  )
  return {
    everybody: rows.find(({ scope }) => scope === 'everybody')?.amount ?? null,
    roles: new Map(roles.map(({ key, amount }) => [key, amount])),
    members: new Map(own)
  }
}
