import { sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { GrantRow, OwnerRow } from '../../db/tables/resources.js'
import { idToUuid, uuidToId } from '../../ids.js'

const uuidsOf = (rows: readonly { readonly resourceId: string }[]) =>
  sql.param(rows.map(({ resourceId }) => idToUuid('res', resourceId)))

/** What the successor does not have yet, in any way: which of what was taken it is. */
export async function passOn(
  tx: Tx,
  { now }: CallContext,
  taken: readonly GrantRow[],
  successorId: string
): Promise<GrantRow[]> {
  const firsts = firstOf(taken)
  const [first] = firsts
  if (!first) return []
  const { rows } = await tx.execute<{ resource_id: string }>(sql`
    insert into resource_grants
      (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
    select ${idToUuid('org', first.organizationId)}::uuid, resource_id,
      ${idToUuid('mem', successorId)}::uuid, mode, exclusive, charged,
      ${now.toISOString()}::timestamptz
    from unnest(${uuidsOf(firsts)}::uuid[], ${sql.param(firsts.map(({ mode }) => mode))}::text[],
      ${sql.param(firsts.map(({ exclusive }) => exclusive))}::boolean[],
      ${sql.param(firsts.map(({ charged }) => charged))}::boolean[])
      taken(resource_id, mode, exclusive, charged)
    on conflict do nothing returning resource_id`)
  const passed = new Set(rows.map((row) => uuidToId('res', row.resource_id)))
  return firsts.filter(({ resourceId }) => passed.has(resourceId))
}

/** The same of what was owned: its ids. */
export async function passOwnership(
  tx: Tx,
  { now }: CallContext,
  owned: readonly OwnerRow[],
  successorId: string
): Promise<string[]> {
  const firsts = firstOf(owned)
  const [first] = firsts
  if (!first) return []
  const { rows } = await tx.execute<{ resource_id: string }>(sql`
    insert into resource_owners (organization_id, resource_id, member_id, created_at)
    select ${idToUuid('org', first.organizationId)}::uuid, resource_id,
      ${idToUuid('mem', successorId)}::uuid, ${now.toISOString()}::timestamptz
    from unnest(${uuidsOf(firsts)}::uuid[]) taken(resource_id)
    on conflict do nothing returning resource_id`)
  return rows.map((row) => uuidToId('res', row.resource_id))
}

/** Of what several had only the first. */
function firstOf<T extends { readonly resourceId: string }>(rows: readonly T[]): T[] {
  const firsts = new Map([...rows].reverse().map((row) => [row.resourceId, row]))
  return rows.filter((row) => firsts.get(row.resourceId) === row)
}
