import pg from 'pg'
import type { Test } from 'tap'
import type { CallOptions, TestApp } from './app.js'
import { until } from './database.js'

export interface FeedEvent {
  readonly id: string
  readonly type: string
  readonly organization_id: string | null
  readonly subject: { readonly type: string; readonly id: string }
  readonly changes: Record<string, [unknown, unknown]>
}

interface Reading {
  readonly path: string
  readonly cursor?: string
  /** Of so many it is known that they come: a transaction elsewhere on the server may hold them back. */
  readonly least: number
}

export const cursorAt = (position: number) => Buffer.from(`pos_${position}`).toString('base64url')

export const positionOf = (cursor: string) =>
  Number(Buffer.from(cursor, 'base64url').toString().slice('pos_'.length))

/** Where the log ends now. */
export async function latest(app: TestApp): Promise<string> {
  const { rows } = await app.deps.db.execute<{ last: string | null }>(
    'select max(position) as last from events'
  )
  return cursorAt(Number(rows[0]?.last ?? 0))
}

/** Everything from a cursor on. */
export async function drain(
  { call }: TestApp,
  { path, cursor, least }: Reading,
  options: CallOptions = {}
): Promise<{ events: FeedEvent[]; cursor: string }> {
  const events: FeedEvent[] = []
  let next = cursor
  return until(async () => {
    const at = `${path}${path.includes('?') ? '&' : '?'}${next === undefined ? '' : `cursor=${next}`}`
    const { body } = await call('GET', at.replace(/[?&]$/, ''), options)
    events.push(...(body.data as FeedEvent[]))
    next = body.next_cursor as string
    return body.has_more === false && events.length >= least && { events, cursor: next }
  })
}

/** Resolves once the feed shows all that is committed now: till then transactions elsewhere hold it back. */
export async function untilShown(app: TestApp): Promise<void> {
  const cursor = cursorAt(positionOf(await latest(app)) - 1)
  await drain(app, { path: '/v1/events', cursor, least: 1 })
}

/** How often the end of the log has been looked at since. */
export function countLooks(t: Test): () => number {
  const query = Reflect.get(pg.Client.prototype, 'query') as (...values: unknown[]) => unknown
  const asked = t.capture(pg.Client.prototype, 'query', query)
  let count = 0
  return () => {
    count += asked().filter(
      ({ args: [one] }) => Reflect.get(Object(one), 'name') === 'oldest_transaction'
    ).length
    return count
  }
}

/** Until nothing more is counted. */
export async function untilQuiet(looks: () => number): Promise<void> {
  let [seen, quiet] = [-1, 0]
  await until(async () => {
    quiet = looks() === seen ? quiet + 1 : 0
    seen = looks()
    return quiet > 15
  })
}
