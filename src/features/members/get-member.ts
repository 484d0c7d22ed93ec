import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { columnsOf } from '../../db/rows.js'
import { members } from '../../db/tables/members.js'
import { notFound } from '../../errors.js'
import { runQuery } from '../events/queries.js'
import {
  type DetailedMember,
  detailColumns,
  type RawDetails,
  readDetails
} from './member-details.js'

/** @throws Problem not_found */
export async function getMember(
  { db }: { readonly db: Db },
  ctx: OrgContext,
  id: string
): Promise<DetailedMember> {
  const { actor, organizationId } = ctx
  const details = detailColumns(actor.type === 'member' ? actor.id : undefined)
  const isThat = and(eq(members.organizationId, organizationId), eq(members.id, id))
  const [raw] = await runQuery<RawDetails>(
    db,
    sql`select ${COLUMNS}, ${details} from ${members} where ${isThat}`
  )
  if (!raw) throw notFound()
  return readDetails(raw)
}

const COLUMNS = sql.raw(columnsOf(members, '"members"'))
