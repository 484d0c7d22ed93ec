import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { ERASED } from '../events/personal.js'
import { findRetentions } from '../events/retention.js'
import { eraseFromEvents } from './erase-from-events.js'
import { userStillMember } from './errors.js'
import { lockPerson, type Person } from './queries.js'

/** How much was blotted out. */
export interface Erased {
  readonly members: number
  readonly invitations: number
  readonly events: number
}

/**
 * Forgets who a removed person was: name, address, the host's id and data of theirs, wherever they
 * stand (OUPI-106). Ids, roles, instants and what became due stay, so history and counts stay true.
 * What lives for a while only is left to end by itself: kept answers (a day), built exports (a week).
 *
 * @throws Problem not_found, user_still_member
 */
export async function eraseUser(deps: Deps, ctx: KeyContext, userId: string): Promise<Erased> {
  return runCommand(deps, ctx, async (tx) => {
    const { person } = await lockPerson(tx, userId)
    const there = person.members.filter(({ status }) => status !== 'removed')
    if (there.length > 0) {
      throw userStillMember({ organization_ids: there.map((row) => row.organizationId) })
    }
    const events = await eraseFromEvents(tx, person)
    await eraseRows(tx, person)
    await eraseNames(tx, person)
    const retentionOf = await findRetentions(tx, [
      ...new Set(person.members.map(({ organizationId }) => organizationId))
    ])
    for (const { organizationId, id } of person.members) {
      const place = { organizationId, retention: retentionOf(organizationId) }
      const subject = { type: 'member', id } as const
      appendEvents(tx, ctx, place, [{ type: 'user.erased', subject }])
    }
    const { members, invitations } = person
    return { members: members.length, invitations: invitations.length, events }
  })
}

async function eraseRows(tx: Tx, { userId, members, invitations, emailKeys }: Person) {
  const memberIds = param(members.map(({ id }) => idToUuid('mem', id)))
  const organizationIds = param(members.map((row) => idToUuid('org', row.organizationId)))
  const invitationIds = param(invitations.map(({ id }) => idToUuid('inv', id)))
  const keys = sql`any(${sql.param([...emailKeys])}::text[])`
  // As it was written, a domain may be in another script than its key.
  const written = [...members, ...invitations].map(({ email }) => email)
  const texts = sql`any(${sql.param([...emailKeys, ...written])}::text[])`
  await tx.execute(sql`
    update members set email = ${ERASED}, email_key = ${ERASED}, name = null, user_id = null,
      external_id = null, metadata = '{}' where id = any(${memberIds})`)
  await tx.execute(sql`
    update invitations set email = ${ERASED}, email_key = ${ERASED}, name = null, message = null
    where id = any(${invitationIds})`)
  // What was transferred stays as it was: the words of it are the host's.
  await tx.execute(sql`
    update credit_requests set reason = null, note = null, metadata = '{}'
    where organization_id = any(${organizationIds}) and member_id = any(${memberIds})`)
  await tx.execute(sql`
    update join_requests set email = ${ERASED}, email_key = id::text, user_id = id::text, name = null,
      status = case status when 'pending' then 'denied' else status end
    where email_key = ${keys} or user_id = ${userId}`)
  await tx.execute(sql`
    update domain_claims set email = ${ERASED} where lower(email) = ${keys} or email = ${texts}`)
  await tx.execute(sql`
    update signups set email_key = gen_random_uuid()::text where email_key = ${keys}`)
  await tx.execute(sql`delete from resend_allowances where email_key = ${keys}`)
  await tx.execute(sql`delete from mail_suppressions where email_key = ${keys}`)
  await tx.execute(sql`
    delete from kept_mails where lower(recipient) = ${keys} or recipient = ${texts}`)
}

const BY_WHOM = [
  ['invitations', 'invited_by'],
  ['domain_claims', 'claimed_by'],
  ['signup_pages', 'created_by'],
  ['notices', 'created_by'],
  ['exports', 'requested_by'],
  ['join_requests', 'decided_by']
] as const

/** What the person did stays done, by nobody in particular. */
async function eraseNames(tx: Tx, { userId, members }: Person): Promise<void> {
  const ids = sql`any(${sql.param([userId, ...members.map(({ id }) => id)])}::text[])`
  for (const [table, by] of BY_WHOM) {
    await tx.execute(sql`
      update ${sql.identifier(table)} set ${sql.identifier(`${by}_name`)} = null,
        ${sql.identifier(`${by}_id`)} = case ${sql.identifier(`${by}_id`)}
          when ${userId} then ${ERASED} else ${sql.identifier(`${by}_id`)} end
      where ${sql.identifier(`${by}_id`)} = ${ids}`)
  }
}

const param = (uuids: readonly string[]) => sql`${sql.param([...uuids])}::uuid[]`
