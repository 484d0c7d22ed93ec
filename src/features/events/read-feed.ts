import { and, sql } from 'drizzle-orm'
import type { OperatorContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { byKey, ofTypes } from './event-filter.js'
import { isTypeAmong } from './event-type-patterns.js'
import type { LogFollower, News } from './follow-log.js'
import { runQuery } from './queries.js'
import { type Scan, type Scanned, scanEvents } from './scan-events.js'

interface FeedScope {
  readonly organizationId?: string | undefined
  /** Patterns; left out: of every type. */
  readonly types?: readonly string[] | undefined
  /** By which key; left out: by any, or none. */
  readonly apiKeyId?: string | undefined
}

export interface FeedRequest extends FeedScope {
  /** The position up to which the consumer has read. */
  readonly after: number
  readonly limit: number
  /** How long to wait for the first event. */
  readonly waitMs: number
  /** Fires when the consumer has gone. */
  readonly gone: AbortSignal
}

/** How long to look for a rare event before the answer says that there may be more. */
const SEARCH_MS = 1_000

/**
 * The next events for whoever has read up to a position, in the order that all see and without gaps:
 * what commits late comes before nothing that has been told.
 *
 * @throws Problem not_found
 */
export async function readFeed(
  deps: Deps,
  ctx: OperatorContext,
  follower: LogFollower,
  request: FeedRequest
): Promise<Scanned> {
  const { types, apiKeyId, after, limit, waitMs, gone } = request
  const end = performance.now() + waitMs
  const organizationIds = await findOrganizations(deps.db, ctx, request)
  const where = and(types && ofTypes(types), apiKeyId === undefined ? undefined : byKey(apiKeyId))
  const read = (from: number, until: number) =>
    search(deps.db, { organizationIds, where, after: from, until, limit })
  let view = await follower.look()
  let page = await read(after, view.settled)
  if (waitMs === 0 && !page.hasMore && view.settled < view.drawn) {
    // What the consumer itself has just done may not be settled yet.
    return read(after, (await follower.settle()).settled)
  }
  const isMeant = ({ organizationId, type }: News) =>
    (organizationIds?.includes(organizationId) ?? true) &&
    (types === undefined || isTypeAmong(type, types))
  while (page.rows.length === 0 && !page.hasMore) {
    const ms = end - performance.now()
    const wait = { readTo: view.settled, isMeant, ms, gone }
    if (ms <= 0 || !(await follower.wait(wait))) break
    view = await follower.look()
    page = await read(page.reached, view.settled)
  }
  return page
}

/**
 * From where a consumer goes on that does not want what is over. Undefined: not known yet, where a
 * transaction has been going on since before this process began to look.
 *
 * @throws Problem not_found
 */
export async function findLatest(
  deps: Deps,
  ctx: OperatorContext,
  follower: LogFollower,
  scope: FeedScope
): Promise<Scanned | undefined> {
  await findOrganizations(deps.db, ctx, scope)
  const { settled, drawn } = await follower.settle()
  return settled === 0 && drawn > 0 ? undefined : { rows: [], reached: settled, hasMore: false }
}

async function search(db: Db, scan: Scan): Promise<Scanned> {
  const end = performance.now() + SEARCH_MS
  let found = await scanEvents(db, scan)
  while (found.rows.length === 0 && found.hasMore && performance.now() < end) {
    found = await scanEvents(db, { ...scan, after: found.reached })
  }
  return found
}

/** A key that is limited sees those of its own and nothing of the deployment. Null: all of it. */
async function findOrganizations(
  db: Db,
  { organizationIds }: OperatorContext,
  { organizationId }: FeedScope
): Promise<readonly string[] | null> {
  if (organizationId === undefined) return organizationIds
  if (organizationIds?.includes(organizationId) === false) throw notFound()
  // Also a deleted one, until its log goes with the rest of it.
  const id = idToUuid('org', organizationId)
  const found = await runQuery(db, sql`select id from organizations where id = ${id}`)
  if (found.length === 0) throw notFound()
  return [organizationId]
}
