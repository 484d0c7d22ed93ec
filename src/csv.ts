const STARTS_FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

/**
 * One record of RFC 4180. A cell that a spreadsheet would run as a formula begins with `'`, which it
 * takes for the sign of a text.
 */
export const csvRecord = (cells: readonly (string | number | null)[]): string =>
  `${cells.map((cell) => (cell === null ? '' : quoted(String(cell)))).join()}\r\n`

function quoted(text: string): string {
  const safe = STARTS_FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
