import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'

/** @throws Problem not_found */
export async function getMember(deps: Deps, ctx: OrgContext, id: string): Promise<MemberRow> {
  const [row] = await deps.db
    .select()
    .from(members)
    .where(and(eq(members.organizationId, ctx.organizationId), eq(members.id, id)))
  if (!row) throw notFound()
  return row
}
