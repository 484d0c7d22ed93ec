import pg from 'pg'
import type { Test } from 'tap'

type Query = (...values: unknown[]) => unknown

/**
 * Tells what this process asks the database meanwhile, without its values: a test that nothing else
 * happens beside. The relay is poked after a commit, and the use of a key is written, whenever that
 * falls: neither is the work's.
 */
export async function readStatements(work: () => Promise<unknown>): Promise<string[]> {
  const query = Reflect.get(pg.Client.prototype, 'query') as Query
  const asked: string[] = []
  // Tap's own capture also keeps where each call came from, which costs more than the call.
  const listening: Query = function (this: unknown, ...values) {
    asked.push(textOf(values[0]))
    return query.apply(this, values)
  }
  Reflect.set(pg.Client.prototype, 'query', listening)
  await work().finally(() => Reflect.set(pg.Client.prototype, 'query', query))
  return asked.filter((text) => !/^(notify|update api_keys k) /.test(text.replace(/\s+/g, ' ')))
}

/** How many they are. */
export async function countStatements(_t: Test, work: () => Promise<unknown>): Promise<number> {
  return (await readStatements(work)).length
}

const textOf = (asked: unknown): string =>
  typeof asked === 'string' ? asked : String(Reflect.get(Object(asked), 'text'))
