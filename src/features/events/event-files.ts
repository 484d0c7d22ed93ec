import { csvRecord } from '../../csv.js'
import type { EventRecord } from './queries.js'
import { CSV_COLUMNS, toCells, toEvent } from './schemas.js'

type Pages = AsyncIterable<readonly EventRecord[]>

/** One event as JSON on each line. */
export async function* toNdjson(pages: Pages): AsyncGenerator<string> {
  for await (const rows of pages) {
    yield rows.map((row) => `${JSON.stringify(toEvent(row))}\n`).join('')
  }
}

/** A header, then one record for each event. */
export async function* toCsv(pages: Pages): AsyncGenerator<string> {
  yield csvRecord(CSV_COLUMNS)
  for await (const rows of pages) yield rows.map((row) => csvRecord(toCells(toEvent(row)))).join('')
}
