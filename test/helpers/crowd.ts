import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'
import { idToUuid } from '../../src/ids.js'

/** What can be told of the n-th of a crowd, as SQL over `n`. */
export interface Crowd {
  readonly name: string
  readonly email: string
  readonly status?: string
  readonly role?: string
  readonly lastActiveAt?: string
}

/** Members written by one statement, numbered from 1, with ids in that order; the tables are analyzed. */
export async function fillMembers(
  db: Db,
  organizationId: string,
  count: number,
  { name, email, status = `'active'`, role = `'member'`, lastActiveAt = 'null' }: Crowd
): Promise<void> {
  const organization = idToUuid('org', organizationId)
  await db.execute(sql`
    insert into members (organization_id, id, user_id, email, email_key, name, role, status,
      removed_at, last_active_at, joined_at, created_at, updated_at)
    select ${organization}, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
      'u_' || n, ${sql.raw(email)}, lower(${sql.raw(email)}), ${sql.raw(name)}, ${sql.raw(role)},
      ${sql.raw(status)}, case when ${sql.raw(status)} = 'removed' then now() end,
      ${sql.raw(lastActiveAt)}, now(), now(), now()
    from generate_series(1, ${count}::int) n`)
  await db.execute(sql`analyze members`)
}
