import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { type Key, TENANT_ROWS, TENANT_TABLES, type TenantRows } from './tenant-rows.js'

interface Batch {
  /** Somebody else may be at it. */
  held: boolean
  count: number
  last: string[] | null
}

/** Takes the organization itself once nothing of it is left, and says when in the record that stays. */
const LAST_ROW: Statement = {
  name: 'purge_organization',
  text: `
    with held as materialized (
      select id from organizations where id = $1 and status = 'deleted' for update skip locked),
    gone as (
      delete from organizations where id in (select id from held)
        and not exists (
          ${TENANT_TABLES.map((table) => `(select 1 from ${table} where organization_id = $1 limit 1)`).join(' union all ')})
      returning id)
    update deleted_organizations set purged_at = $2
    where organization_id in (select id from gone)
    returning organization_id`
}

/**
 * Takes at most `rowsMax` rows of a deleted organization out of the database, in statements of at
 * most 1,000 that each commit by themselves: whoever stops it anywhere loses nothing, and the next
 * run goes on with what is there. Answers with how many; fewer than asked: there are no more that
 * can go, or somebody else is at it.
 */
export async function purgeOrganization(
  deps: Deps,
  organizationId: string,
  rowsMax: number
): Promise<number> {
  const id = idToUuid('org', organizationId)
  let count = 0
  for (const rows of TENANT_ROWS) {
    const taken = await purgeRows(deps, id, rows, rowsMax - count)
    count += taken.count
    if (!taken.all || count >= rowsMax) return count
  }
  const purged = await deps.db.run(LAST_ROW, [id, deps.now()])
  return count + purged.length
}

async function purgeRows(
  { db }: Deps,
  id: string,
  { statement, start, max }: TenantRows,
  rowsMax: number
): Promise<{ readonly count: number; readonly all: boolean }> {
  let count = 0
  let last: Key = start
  while (count < rowsMax) {
    const asked = Math.min(max, rowsMax - count)
    const [batch] = await db.run<Batch>(statement, [id, asked, ...last])
    if (!batch?.held) return { count, all: false }
    count += batch.count
    // What refers to these must be gone before the next table's turn.
    if (batch.count < asked || batch.last === null) return { count, all: true }
    last = batch.last
  }
  return { count, all: false }
}
