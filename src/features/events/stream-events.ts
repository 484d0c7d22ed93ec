import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { type EventFilter, whereEvents } from './event-filter.js'
import { findDrawn } from './horizon.js'
import type { EventRecord } from './queries.js'
import { scanEvents } from './scan-events.js'

const PAGE_ROWS = 2_000

/**
 * The organization's log, oldest first, page by page: whoever reads slowly holds neither a transaction
 * nor more than a page. All that had been committed when it was asked for is in it; nobody goes on from
 * its end, so it waits for nothing that has not been.
 */
export async function streamEvents(
  deps: Deps,
  { organizationId }: OrgContext,
  filter: EventFilter
): Promise<AsyncGenerator<readonly EventRecord[]>> {
  const until = await findDrawn(deps.db)
  const where = whereEvents(filter)
  const organizationIds = [organizationId]
  return pages()

  async function* pages() {
    let after = 0
    while (after < until) {
      const scan = { organizationIds, where, after, until, limit: PAGE_ROWS }
      const { rows, reached } = await scanEvents(deps.db, scan)
      if (rows.length > 0) yield rows
      after = reached
    }
  }
}
