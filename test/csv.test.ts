import fc from 'fast-check'
import t from 'tap'
import { csvRecord } from '../src/csv.js'

/** As the grammar of RFC 4180 says: a cell, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|((?:[^",\r\n]|\r(?!\n))*))(,|\r\n)/y

await t.test('a record of CSV', async (t) => {
  await t.test('quotes what would end a cell or a record, and nothing else', async (t) => {
    t.equal(csvRecord(['a', null, 1, '']), 'a,,1,\r\n')
    t.equal(
      csvRecord(['a,b', 'say "hi"', 'two\nlines', 'cr\r']),
      '"a,b","say ""hi""","two\nlines","cr\r"\r\n'
    )
  })

  await t.test('is never run as a formula', async (t) => {
    for (const text of ['=1+1', '+33612', '-2', '@SUM(A1)', '\tx']) {
      t.equal(csvRecord([text]), `'${text}\r\n`)
    }
    t.equal(csvRecord(['\r=1']), `"'\r=1"\r\n`)
    t.equal(csvRecord(['=HYPERLINK("x")']), `"'=HYPERLINK(""x"")"\r\n`)
    t.equal(csvRecord(['a=1', "'=1"]), "a=1,'=1\r\n")
  })

  await t.test('can be read back, whatever the cells hold', async (t) => {
    const sign = fc.constantFrom(...'",\r\n=+-@\t\' a;'.split(''))
    const cell = fc.oneof(fc.string({ unit: sign }), fc.string({ unit: 'grapheme' }))
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1 })
    fc.assert(
      fc.property(table, (rows) => {
        const read = parse(rows.map(csvRecord).join(''))
        t.same(
          read,
          rows.map((row) => row.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)))
        )
      }),
      { numRuns: 300 }
    )
    t.pass()
  })
})

/** With the grammar of RFC 4180: it has nothing in common with what writes. */
function parse(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  CELL.lastIndex = 0
  while (CELL.lastIndex < text.length) {
    const at = CELL.lastIndex
    const [, quoted, plain = '', end] = CELL.exec(text) ?? []
    if (end === undefined) throw new Error(`no record from ${at} on: ${text.slice(at)}`)
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
