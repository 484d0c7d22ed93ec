import type { Tx } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import type { MemberStatus } from '../../db/tables/members.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { type Use, useKey } from './find-reported.js'

/** The newest that is told of one member. */
export interface Notes {
  readonly memberId: string
  readonly activeAt: Date
  readonly signedInAt: Date | null
  /** The newest use of each resource that the member has itself. */
  readonly uses: readonly { readonly resourceId: string; readonly usedAt: Date }[]
}

/** What came of it. */
export interface Noted {
  /** As it was when its row was locked; undefined: there is no such member any more. */
  statusOf(memberId: string): MemberStatus | undefined
  readonly active: ReadonlySet<string>
  readonly signedIn: ReadonlySet<string>
  /** By `useKey`. */
  readonly used: ReadonlySet<string>
}

/**
 * Writes everything at once. Rows of members are locked in the order of their ids, so that no two
 * calls wait for each other; then what was read before is asked again of each row. A grant that
 * somebody else has locked is being ended, as two who note uses of it have waited for its member.
 */
const NOTE: Statement = {
  name: 'note_activity',
  text: `
    with told as (
      select * from json_to_recordset($2)
        as one(member_id uuid, active_at timestamptz, signed_in_at timestamptz)),
    uses as (
      select * from json_to_recordset($3)
        as one(member_id uuid, resource_id uuid, used_at timestamptz)),
    locked as materialized (
      select m.id, member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, $4) as status
      from members m
      where m.organization_id = $1 and m.id = any (array(select member_id from told))
      order by m.id for no key update),
    free as materialized (
      select g.resource_id, g.member_id, u.used_at
      from resource_grants g join uses u
        on u.resource_id = g.resource_id and u.member_id = g.member_id
      where g.organization_id = $1
        and g.member_id = any (array(select id from locked where status = 'active'))
        and (g.last_used_at is null or g.last_used_at <= u.used_at - $5::interval)
      for no key update of g skip locked),
    used as (
      update resource_grants g set last_used_at = f.used_at from free f
      where g.organization_id = $1 and g.resource_id = f.resource_id and g.member_id = f.member_id
      returning g.resource_id, g.member_id),
    noted as (
      update members m set
        last_active_at = case
          when m.last_active_at is null or m.last_active_at <= t.active_at - $5::interval
          then t.active_at else m.last_active_at end,
        last_sign_in_at = case
          when m.last_sign_in_at is null or m.last_sign_in_at <= t.signed_in_at - $5::interval
          then coalesce(t.signed_in_at, m.last_sign_in_at) else m.last_sign_in_at end
      from told t join locked l on l.id = t.member_id
      where m.organization_id = $1 and m.id = t.member_id and l.status = 'active'
        and (m.last_active_at is null or m.last_active_at <= t.active_at - $5::interval
          or t.signed_in_at is not null and (m.last_sign_in_at is null
            or m.last_sign_in_at <= t.signed_in_at - $5::interval))
      returning m.id, m.last_active_at = t.active_at as active,
        m.last_sign_in_at = t.signed_in_at as signed_in)
    select l.id as member_id, l.status, coalesce(n.active, false) as active,
      coalesce(n.signed_in, false) as signed_in,
      array(select u.resource_id::text from used u where u.member_id = l.id) as used
    from locked l left join noted n on n.id = l.id`
}

interface Row extends Record<string, unknown> {
  readonly member_id: string
  readonly status: MemberStatus
  readonly active: boolean
  readonly signed_in: boolean
  readonly used: readonly string[]
}

/** `everyMs`: what is newer by less than that is not written. */
export async function note(
  tx: Tx,
  { organizationId, now }: { readonly organizationId: string; readonly now: Date },
  notes: readonly Notes[],
  everyMs: number
): Promise<Noted> {
  const told = notes.map(({ memberId, activeAt, signedInAt }) => ({
    member_id: idToUuid('mem', memberId),
    active_at: activeAt,
    signed_in_at: signedInAt
  }))
  const uses = notes.flatMap(({ memberId, uses }) =>
    uses.map(({ resourceId, usedAt }) => ({
      member_id: idToUuid('mem', memberId),
      resource_id: idToUuid('res', resourceId),
      used_at: usedAt
    }))
  )
  const rows =
    notes.length === 0
      ? []
      : await tx.run<Row>(NOTE, [
          idToUuid('org', organizationId),
          JSON.stringify(told),
          JSON.stringify(uses),
          now,
          `${everyMs} milliseconds`
        ])
  return toNoted(rows)
}

function toNoted(rows: readonly Row[]): Noted {
  const members = rows.map((row) => ({ ...row, id: uuidToId('mem', row.member_id) }))
  const statuses = new Map(members.map(({ id, status }) => [id, status]))
  const idsOf = (chosen: readonly { readonly id: string }[]) => new Set(chosen.map(({ id }) => id))
  const toUse = (memberId: string, uuid: string): Use => {
    return { memberId, resourceId: uuidToId('res', uuid) }
  }
  return {
    statusOf: (memberId) => statuses.get(memberId),
    active: idsOf(members.filter(({ active }) => active)),
    signedIn: idsOf(members.filter((row) => row.signed_in)),
    used: new Set(members.flatMap(({ id, used }) => used.map((uuid) => useKey(toUse(id, uuid)))))
  }
}
