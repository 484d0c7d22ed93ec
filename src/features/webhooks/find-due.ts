import type { Db } from '../../db/client.js'
import { columnsOf } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import { webhookDeliveries } from '../../db/tables/webhooks.js'
import { idToUuid } from '../../ids.js'
import { EVENT_COLUMNS, type EventRecord, readEvent } from '../events/queries.js'

/** Ids as the database has them: nobody is told them, and there are many. */
interface DueRow {
  readonly organizationUuid: string
  readonly uuid: string
  readonly attempts: number
}

/** What is to be sent, and what it tells. */
export interface DueDelivery {
  readonly row: DueRow
  /** Undefined: it has gone, with its retention or its organization. */
  readonly event: EventRecord | undefined
}

interface Raw extends Record<string, unknown> {
  readonly delivery_organization: string
  readonly delivery_id: string
  readonly attempts: number
  readonly id: string | null
}

/** The only row of a look that found nothing tells nothing but how far it went. */
const isThere = (raw: { readonly delivery_id: string | null }) => raw.delivery_id !== null

const toDue = (raw: Raw): DueDelivery => ({
  row: {
    organizationUuid: raw.delivery_organization,
    uuid: raw.delivery_id,
    attempts: raw.attempts
  },
  event: raw.id === null ? undefined : readEvent(raw)
})

/** The event of `due d`, by its whole key, so that only its part of the log is looked into. */
const WITH_EVENT = `
  select d.organization_id as delivery_organization, d.id as delivery_id, d.attempts,
    d.position as delivery_position, ${EVENT_COLUMNS}
  from due d
  left join events e on e.organization_id = d.organization_id and e.id = d.event_id
    and e.keep_until = d.event_keep_until
  left join event_personal p on p.organization_id = e.organization_id and p.event_id = e.id
    and p.keep_until = e.keep_until`

/** Planned each time, as how much is due changes from nothing to a heap: one plan is wrong for both. */
const PLANNED_ANEW = undefined

const DUE: Statement = {
  name: PLANNED_ANEW,
  text: `
    with due as materialized (
      select ${columnsOf(webhookDeliveries, 'd')} from webhook_deliveries d
      where d.endpoint_id = $1 and d.status = 'pending' and d.next_attempt_at <= $2
        and d.id <> all($3::uuid[])
      order by d.next_attempt_at, d.position limit $4)
    ${WITH_EVENT} order by d.next_attempt_at, d.position`
}

interface Due {
  readonly endpointId: string
  readonly now: Date
  readonly limit: number
}

/** Deliveries of an endpoint whose instant has come, first those that wait longest, but for some. */
export async function findDue(
  db: Db,
  { endpointId, now, limit }: Due,
  except: readonly string[]
): Promise<DueDelivery[]> {
  const rows = await db.run<Raw>(DUE, [idToUuid('whe', endpointId), now, except, limit])
  return rows.map(toDue)
}

/** Organizations of one look, and of each the deliveries that follow each other. */
const HEADS_MAX = 200
const CHAIN_MAX = 20

/**
 * The first pending delivery of each organization after `$2`, one index probe for each; where it is
 * due, those behind it, up to the first that is not. Nothing beyond `$4`: an event may yet appear
 * before it.
 */
const DUE_IN_ORDER: Statement = {
  name: PLANNED_ANEW,
  text: `
    with recursive heads as (
      (select d.organization_id, d.position, d.next_attempt_at, 1 as place
        from webhook_deliveries d
        where d.endpoint_id = $1 and d.status = 'pending'
          and ($2::uuid is null or d.organization_id > $2::uuid)
        order by d.organization_id, d.position limit 1)
      union all
      select next.organization_id, next.position, next.next_attempt_at, heads.place + 1
      from heads cross join lateral (
        select d.organization_id, d.position, d.next_attempt_at from webhook_deliveries d
        where d.endpoint_id = $1 and d.status = 'pending'
          and d.organization_id > heads.organization_id
        order by d.organization_id, d.position limit 1) next
      where heads.place < ${HEADS_MAX}),
    due as materialized (
      select chain.* from heads cross join lateral (
        select link.*, bool_and(link.next_attempt_at <= $3) over (order by link.position) as is_due
        from (
          select ${columnsOf(webhookDeliveries, 'd')} from webhook_deliveries d
          where d.endpoint_id = $1 and d.organization_id = heads.organization_id
            and d.status = 'pending' and d.position <= $4
          order by d.position limit ${CHAIN_MAX}) link) chain
      where heads.next_attempt_at <= $3 and heads.position <= $4 and chain.is_due)
    select (select organization_id from heads where place = ${HEADS_MAX}) as last_organization, found.*
    from (select 1) one left join (${WITH_EVENT}) found on true
    order by found.delivery_position`
}

export interface Round {
  /** Of each organization in their order. */
  readonly chains: readonly (readonly DueDelivery[])[]
  /** Where the next look begins, as a uuid; undefined: that was the last organization. */
  readonly next: string | undefined
}

/** The same for an endpoint that wants the events of each organization one after the other. */
export async function findDueInOrder(
  db: Db,
  { endpointId, now }: Omit<Due, 'limit'>,
  after: string | undefined,
  settled: number
): Promise<Round> {
  const values = [idToUuid('whe', endpointId), after ?? null, now, settled]
  const rows = await db.run<Raw & { last_organization: string | null }>(DUE_IN_ORDER, values)
  const chains = new Map<string, DueDelivery[]>()
  for (const due of rows.filter(isThere).map(toDue)) {
    const chain = chains.get(due.row.organizationUuid)
    if (chain) chain.push(due)
    else chains.set(due.row.organizationUuid, [due])
  }
  return { chains: [...chains.values()], next: rows[0]?.last_organization ?? undefined }
}
