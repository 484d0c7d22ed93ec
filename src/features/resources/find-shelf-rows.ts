import type { Tx } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import { type ResourceRow, resources } from '../../db/tables/resources.js'
import { idPattern, idToUuid, uuidToId } from '../../ids.js'

const RESOURCE_ID = new RegExp(idPattern('res'))
export const isResourceId = (name: string): boolean => RESOURCE_ID.test(name)

/** A resource, and what stands in the way of giving it to somebody. */
export interface ShelfRow {
  readonly resource: ResourceRow
  /** Two at most: enough to know whether anybody else has it. */
  readonly holders: readonly string[]
  /** Whether some group has it. */
  readonly grouped: boolean
  /** Whether the acting member owns it. */
  readonly owned: boolean
}

const readResource = rowReader(resources)

const FIND: Statement = {
  name: 'find_shelf_rows',
  text: `
    select ${columnsOf(resources, 'r')},
      array(select g.member_id::text from resource_grants g
        where g.organization_id = $1 and g.resource_id = r.id limit 2) as holders,
      exists (select from resource_group_grants g
        where g.organization_id = $1 and g.resource_id = r.id) as grouped,
      exists (select from resource_owners o where o.organization_id = $1 and o.resource_id = r.id
        and o.member_id = $4) as owned
    from resources r
    where r.organization_id = $1 and (r.id = any($2) or r.external_id = any($3))`
}

interface Found extends Record<string, unknown> {
  readonly holders: string[]
  readonly grouped: boolean
  readonly owned: boolean
}

/** What is called so: by its id, or by the host's. Nothing is asked where nothing is named. */
export async function findShelfRows(
  tx: Tx,
  organizationId: string,
  names: readonly string[],
  actingMemberId: string | null
): Promise<ShelfRow[]> {
  if (names.length === 0) return []
  const ids = names.filter(isResourceId).map((id) => idToUuid('res', id))
  const found = await tx.run<Found>(FIND, [
    idToUuid('org', organizationId),
    ids,
    [...names],
    actingMemberId === null ? null : idToUuid('mem', actingMemberId)
  ])
  return found.map((row) => ({
    resource: readResource(row),
    holders: row.holders.map((uuid) => uuidToId('mem', uuid)),
    grouped: row.grouped,
    owned: row.owned
  }))
}
