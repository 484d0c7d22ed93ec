import type { PolicyVersion } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import type { ExportRow } from '../../db/tables/exports.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'

/** Rows of one statement, and lines in memory. */
export const PAGE_ROWS_MAX = 500

/** What an export is made of, read by one transaction that sees one moment. */
export interface ExportSource {
  readonly db: Db
  readonly row: ExportRow
  readonly organization: OrganizationRow
  /** The newest version, with the organization's own roles. */
  readonly policy: PolicyVersion
  /** Where its links lead. */
  readonly baseUrl: string
  readonly now: Date
}

/** One line of the file. */
export interface Line {
  readonly type: string
  readonly data: unknown
}

export type Lines = AsyncGenerator<readonly Line[]>

/** The rows after the last of the page before; undefined: the first. */
type ReadPage<Row> = (after: Row | undefined) => Promise<readonly Row[]>

/** Page after page, until one that is not full. */
export async function* pagesOf<Row>(read: ReadPage<Row>, tell: (row: Row) => Line): Lines {
  let rows = await read(undefined)
  while (rows.length > 0) {
    yield rows.map(tell)
    rows = rows.length < PAGE_ROWS_MAX ? [] : await read(rows.at(-1))
  }
}

/** Of a table that is ordered by id. What says that there are more is a row as well. */
export function byId<Row extends { readonly id: string }>(
  select: (page: PageRequest) => Promise<PageResult<Row>>
): ReadPage<Row> {
  return async (after) => {
    const page = { limit: PAGE_ROWS_MAX - 1, after: after?.id, includeTotal: false }
    return (await select(page)).rows
  }
}
