import { sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { toJson } from '../../db/rows.js'
import { type MemberRow, members } from '../../db/tables/members.js'

/**
 * Keeps by what the holders of these seats were known, as their rows are about to say otherwise: what
 * is to be told and forgotten of a person is found by it (OUPI-106). The members are as they were;
 * their organization is locked.
 */
export async function rememberIdentities(
  tx: Tx,
  { now }: Pick<CallContext, 'now'>,
  before: readonly MemberRow[]
): Promise<void> {
  const held = before.filter(({ userId }) => userId !== null)
  if (held.length === 0) return
  await tx.execute(sql`
    insert into former_identities (organization_id, member_id, number, user_id, email, email_key,
      name, avatar_url, joined_at, until)
    select was.organization_id, was.id, coalesce((
        select max(f.number) from former_identities f
        where f.organization_id = was.organization_id and f.member_id = was.id), 0) + 1,
      was.user_id, was.email, was.email_key, was.name, was.avatar_url, was.joined_at,
      ${now.toISOString()}::timestamptz
    from json_to_recordset(${toJson(members, held)}::json) as was(
      organization_id uuid, id uuid, user_id text, email text, email_key text, name text,
      avatar_url text, joined_at timestamptz)`)
}
