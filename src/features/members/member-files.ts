import type { OrgContext } from '../../context.js'
import { csvRecord } from '../../csv.js'
import { toMemberDetails } from './details-schemas.js'
import type { ListedMember } from './list-members.js'
import { CSV_COLUMNS, toCells } from './list-schemas.js'

type Pages = AsyncIterable<readonly ListedMember[]>

/** One member as JSON on each line. */
export async function* toNdjson(pages: Pages, ctx: OrgContext): AsyncGenerator<string> {
  for await (const rows of pages) {
    yield rows.map((row) => `${JSON.stringify(toMemberDetails(row, ctx))}\n`).join('')
  }
}

/** A header, then one record for each member. */
export async function* toCsv(pages: Pages, ctx: OrgContext): AsyncGenerator<string> {
  yield csvRecord(CSV_COLUMNS)
  for await (const rows of pages) {
    yield rows.map((row) => csvRecord(toCells(toMemberDetails(row, ctx)))).join('')
  }
}
