import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import { DEPLOYMENT_ID, idToUuid, uuidToId } from '../../ids.js'

/** What a balance is, and what it should be by the history of transfers. */
export interface Difference {
  readonly organizationId: string
  /** Null: the organization's own. */
  readonly memberId: string | null
  readonly account: string
  readonly balance: number
  readonly transfers: number
}

/** Organizations of one statement. */
const ORGANIZATIONS_MAX = 100
const NOBODY = '00000000-0000-0000-0000-000000000000'

const NEXT: Statement = {
  name: 'credit_organizations',
  text: `
    select distinct organization_id as id from credit_accounts
    where organization_id > $1 order by 1 limit $2`
}

/**
 * Both sides of every transfer, added up for each account, beside what is written there; and what is
 * held beside the holds that are open. Of `issued` everything that left it is what was issued.
 */
const COMPARE: Statement = {
  name: 'credit_differences',
  text: `
    with sides as (
      select organization_id, from_account as account, from_id as holder_id, -amount as amount
      from credit_transfers where organization_id = any($1)
      union all
      select organization_id, to_account, to_id, amount
      from credit_transfers where organization_id = any($1)),
    replayed as (
      select organization_id, holder_id,
        case account when 'pool' then 'balance' when 'member' then 'balance' else account end
          as account,
        sum(case account when 'issued' then -amount else amount end) as total
      from sides group by 1, 2, 3
      union all
      select organization_id, holder_id, 'open holds', sum(amount) from credit_holds
      where organization_id = any($1) group by 1, 2),
    kept as (
      select a.organization_id, a.holder_id, k.account, k.total
      from credit_accounts a
      cross join lateral (values ('issued', a.issued), ('balance', a.balance), ('held', a.held),
        ('spent', a.spent), ('open holds', a.held)) k(account, total)
      where a.organization_id = any($1))
    select organization_id, holder_id, account, coalesce(kept.total, 0) as kept,
      coalesce(replayed.total, 0) as replayed
    from kept full join replayed using (organization_id, holder_id, account)
    where coalesce(kept.total, 0) <> coalesce(replayed.total, 0)
    order by 1, 2, 3`
}

interface Found {
  readonly organization_id: string
  readonly holder_id: string
  readonly account: string
  readonly kept: string
  readonly replayed: string
}

/**
 * Adds up every transfer of every organization again, and answers with each balance that is not what
 * they say: none, if all is well. Reads only; each organization as it is at one moment.
 */
export async function* findDifferences(db: Db): AsyncGenerator<readonly Difference[]> {
  let after = idToUuid('org', DEPLOYMENT_ID)
  for (;;) {
    const next = await db.run<{ id: string }>(NEXT, [after, ORGANIZATIONS_MAX])
    const last = next.at(-1)
    if (!last) return
    const found = await db.run<Found & Record<string, unknown>>(COMPARE, [next.map(({ id }) => id)])
    yield found.map(toDifference)
    after = last.id
  }
}

const toDifference = (found: Found): Difference => ({
  organizationId: uuidToId('org', found.organization_id),
  memberId: found.holder_id === NOBODY ? null : uuidToId('mem', found.holder_id),
  account: found.account,
  balance: Number(found.kept),
  transfers: Number(found.replayed)
})
