import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { toJson } from '../../db/rows.js'
import type { Changes } from '../../db/tables/events.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { type EmailAddress, parseEmail } from '../../email.js'
import { appendEvents } from '../events/append-events.js'
import { findRetentions } from '../events/retention.js'
import { concerning } from '../members/member-events.js'
import { claimEverywhere, type Skipped } from './claim-everywhere.js'
import { lockPerson } from './find-person.js'
import { rememberIdentities } from './remember-identities.js'
import type { UserUpdate } from './schemas.js'

/** How many memberships changed, and where the address stays what it was. */
export interface UserUpdated {
  readonly updated: number
  readonly skipped: readonly Skipped[]
}

/**
 * The host corrects who a person is, in every team they are or were in: their right of rectification
 * (OUPI-106). Name and picture reach all of them; the address those whose policy lets it be changed
 * (RIO-76), and in which it is free.
 *
 * @throws Problem not_found
 */
export async function updateUser(
  deps: Deps,
  ctx: KeyContext,
  userId: string,
  { email, ...details }: UserUpdate
): Promise<UserUpdated> {
  return runCommand(deps, ctx, async (tx) => {
    const { person, organizationIds } = await lockPerson(tx, userId)
    const own = person.members.filter((member) => member.userId === userId)
    const address = email === undefined ? undefined : parseEmail(email)
    const { free, skipped } = await claimEverywhere(deps, tx, ctx, { own, address })
    const changed = own.flatMap((member) => {
      const after = patched(member, details, free.has(member.id) ? address : undefined)
      const changes = changesOf(member, after)
      return Object.keys(changes).length === 0 ? [] : [{ before: member, after, changes }]
    })
    await write(tx, ctx, changed)
    const retentionOf = await findRetentions(tx, organizationIds)
    for (const { before, changes } of changed) {
      const { organizationId } = before
      appendEvents(tx, ctx, { organizationId, retention: retentionOf(organizationId) }, [
        { type: 'member.updated', ...concerning(before), changes }
      ])
    }
    return { updated: changed.length, skipped }
  })
}

interface Changed {
  readonly before: MemberRow
  readonly after: MemberRow
  readonly changes: Changes
}

function patched(
  member: MemberRow,
  { name = member.name, avatar_url: avatarUrl = member.avatarUrl }: Omit<UserUpdate, 'email'>,
  address: EmailAddress | undefined
): MemberRow {
  const { email, key: emailKey } = address ?? { email: member.email, key: member.emailKey }
  return { ...member, name, avatarUrl, email, emailKey }
}

const TOLD = { name: 'name', avatar_url: 'avatarUrl', email: 'email' } as const

const changesOf = (before: MemberRow, after: MemberRow): Changes =>
  Object.fromEntries(
    Object.entries(TOLD)
      .filter(([, column]) => before[column] !== after[column])
      .map(([field, column]) => [field, [before[column], after[column]]])
  )

async function write(tx: Tx, ctx: KeyContext, changed: readonly Changed[]): Promise<void> {
  if (changed.length === 0) return
  const moved = changed.filter(({ before, after }) => before.emailKey !== after.emailKey)
  await rememberIdentities(
    tx,
    ctx,
    moved.map(({ before }) => before)
  )
  const rows = changed.map(({ after }) => after)
  await tx.execute(sql`
    update members m set name = became.name, avatar_url = became.avatar_url, email = became.email,
      email_key = became.email_key, updated_at = ${ctx.now.toISOString()}
    from json_to_recordset(${toJson(members, rows)}::json) as became(organization_id uuid, id uuid,
      name text, avatar_url text, email text, email_key text)
    where m.organization_id = became.organization_id and m.id = became.id`)
}
