import { sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { idToUuid, uuidToId } from '../../ids.js'

const DELIVERIES_MAX = 20

/** A delivery, and what became of it the last time that it was tried. */
export interface LastAttempt {
  readonly deliveryId: string
  readonly eventType: string
  readonly status: string
  /** Null: not at all yet. */
  readonly attemptedAt: string | null
  readonly latencyMs: number | null
  readonly statusCode: number | null
  readonly error: string | null
}

interface Raw extends Record<string, unknown> {
  readonly id: string
  readonly event_type: string
  readonly status: string
  readonly attempted_at: string | null
  readonly latency_ms: number | null
  readonly status_code: number | null
  readonly error: string | null
}

/** The last deliveries to an endpoint, newest first. */
export async function listLastAttempts(db: Db, endpointId: string): Promise<LastAttempt[]> {
  const { rows } = await db.execute<Raw>(sql`
    select d.id, d.event_type, d.status, a.attempted_at, a.latency_ms, a.status_code, a.error
    from (
      select * from webhook_deliveries where endpoint_id = ${idToUuid('whe', endpointId)}
      order by id desc limit ${DELIVERIES_MAX}) d
    left join lateral (
      select * from webhook_attempts one
      where one.organization_id = d.organization_id and one.delivery_id = d.id
      order by one.number desc limit 1) a on true
    order by d.id desc`)
  return rows.map((row) => ({
    deliveryId: uuidToId('dlv', row.id),
    eventType: row.event_type,
    status: row.status,
    attemptedAt: row.attempted_at === null ? null : new Date(row.attempted_at).toISOString(),
    latencyMs: row.latency_ms,
    statusCode: row.status_code,
    error: row.error
  }))
}
