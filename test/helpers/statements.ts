import pg from 'pg'
import type { Test } from 'tap'

type Query = (...values: unknown[]) => unknown

/**
 * Counts what this process asks the database meanwhile: a test that nothing else happens beside. The
 * relay is poked after a commit, whenever that falls: such a poke is not the work's.
 */
export async function countStatements(t: Test, work: () => Promise<unknown>): Promise<number> {
  const query = Reflect.get(pg.Client.prototype, 'query') as Query
  const asked = t.capture(pg.Client.prototype, 'query', query)
  await work()
  asked.restore()
  return asked().filter(({ args: [asked] }) => !/^notify /.test(textOf(asked))).length
}

const textOf = (asked: unknown): string =>
  typeof asked === 'string' ? asked : String(Reflect.get(Object(asked), 'text'))
