import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { containsText } from '../../db/page.js'
import { idToUuid } from '../../ids.js'
import { ERASED } from '../events/personal.js'
import { organizationIdsOf, type Person } from './find-person.js'
import { addressesOf } from './queries.js'
import { tenuresSql } from './tenures.js'

/** Takes who the person was off every row that says so, outside of the log. */
export async function eraseRows(tx: Tx, person: Person): Promise<void> {
  await eraseSeats(tx, person)
  await eraseWords(tx, person)
  await eraseAddresses(tx, person)
  await eraseNames(tx, person)
}

const param = (uuids: readonly string[]) => sql`${sql.param([...uuids])}::uuid[]`
const anyOf = (texts: readonly string[]) => sql`any(${sql.param([...texts])}::text[])`

async function eraseSeats(tx: Tx, { userId, members, invitations }: Person): Promise<void> {
  const memberIds = param(members.map(({ id }) => idToUuid('mem', id)))
  const invitationIds = param(invitations.map(({ id }) => idToUuid('inv', id)))
  const organizationIds = param(
    [...members, ...invitations].map((row) => idToUuid('org', row.organizationId))
  )
  await tx.execute(sql`
    update members set email = ${ERASED}, email_key = ${ERASED}, name = null, user_id = null,
      avatar_url = null, last_sign_in_at = null, external_id = null, metadata = '{}'
    where organization_id = any(${organizationIds}) and id = any(${memberIds})`)
  await tx.execute(sql`delete from former_identities where user_id = ${userId}`)
  await tx.execute(sql`
    update invitations set email = ${ERASED}, email_key = ${ERASED}, name = null, message = null
    where organization_id = any(${organizationIds}) and id = any(${invitationIds})`)
}

/** What people and the host wrote of their credits; what was moved stays as it was. */
async function eraseWords(tx: Tx, { tenures }: Person): Promise<void> {
  await tx.execute(sql`
    update credit_requests r set reason = null, note = null, metadata = '{}'
    from ${tenuresSql(tenures)}
    where r.organization_id = tenure.organization_id and r.member_id = tenure.id
      and r.created_at >= tenure.since and r.created_at < tenure.until`)
  // The one change that the ledger lets through (migrations).
  await tx.execute(sql`select set_config('muster.erasure', 'on', true)`)
  for (const isTheirs of [sql`t.member_id`, sql`t.kind = 'move' and t.from_id`]) {
    await tx.execute(sql`
      update credit_transfers t set reason = null, reference = null, metadata = '{}'
      from ${tenuresSql(tenures)}
      where t.organization_id = tenure.organization_id and ${isTheirs} = tenure.id
        and t.created_at >= tenure.since and t.created_at < tenure.until
        and (t.reason is not null or t.reference is not null or t.metadata <> '{}')`)
  }
  await tx.execute(sql`select set_config('muster.erasure', 'off', true)`)
}

/** As it was written, a domain may be in another script than its key. */
async function eraseAddresses(tx: Tx, person: Person): Promise<void> {
  const { userId } = person
  const addresses = addressesOf(person)
  const texts = anyOf(addresses)
  await tx.execute(sql`
    update join_requests set email = ${ERASED}, email_key = id::text, user_id = id::text, name = null,
      status = case status when 'pending' then 'denied' else status end
    where email_key = ${texts} or user_id = ${userId}`)
  await tx.execute(sql`
    update domain_claims set email = ${ERASED} where lower(email) = ${texts} or email = ${texts}`)
  await tx.execute(sql`
    update signups set email_key = gen_random_uuid()::text where email_key = ${texts}`)
  await tx.execute(sql`delete from resend_allowances where email_key = ${texts}`)
  await tx.execute(sql`delete from mail_suppressions where email_key = ${texts}`)
  await tx.execute(sql`
    delete from kept_mails where lower(recipient) = ${texts} or recipient = ${texts}`)
  // Written down before addresses were taken out of what a mail server answers.
  const organizations = param(organizationIdsOf(person).map((id) => idToUuid('org', id)))
  await tx.execute(sql`
    update jobs set last_error = ${ERASED} where organization_id = any(${organizations})
      and last_error ilike any(${sql.param(addresses.map(containsText))}::text[])`)
}

/** By whom, and when. */
const BY_WHOM = [
  ['invitations', 'invited_by', 'created_at'],
  ['domain_claims', 'claimed_by', 'created_at'],
  ['signup_pages', 'created_by', 'created_at'],
  ['notices', 'created_by', 'created_at'],
  ['exports', 'requested_by', 'created_at'],
  ['join_requests', 'decided_by', 'decided_at']
] as const

/** What the person did stays done, by nobody in particular. */
async function eraseNames(tx: Tx, { userId, tenures }: Person): Promise<void> {
  for (const [table, by, at] of BY_WHOM) {
    const [id, name]: SQL[] = [sql.identifier(`${by}_id`), sql.identifier(`${by}_name`)].map(
      (column) => sql`${column}`
    )
    await tx.execute(sql`
      update ${sql.identifier(table)} set ${name} = null,
        ${id} = case ${id} when ${userId} then ${ERASED} else ${id} end
      where ${id} = ${userId} or exists (
        select from ${tenuresSql(tenures)} where tenure.member_id = ${id}
          and ${sql.identifier(at)} >= tenure.since and ${sql.identifier(at)} < tenure.until)`)
  }
}
