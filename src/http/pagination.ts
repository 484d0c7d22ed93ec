import { type TSchema, Type } from '@sinclair/typebox'
import type { PageRequest, PageResult } from '../db/page.js'
import { invalidRequest } from '../errors.js'
import { type IdPrefix, idPattern } from '../ids.js'
import { ref } from '../schemas.js'

const PAGE_LIMIT_MAX = 100
const PAGE_LIMIT_DEFAULT = 25
const CURSOR_LENGTH_MAX = 100

/** The query parameters of every list. A limit above the maximum is refused, never clipped. */
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT }),
  cursor: Type.Optional(
    Type.String({ maxLength: CURSOR_LENGTH_MAX, description: '`next_cursor` of the page before.' })
  ),
  include_total: Type.Boolean({
    default: false,
    description: 'Also count everything that matches.'
  })
}

/** A list of what has a component of its own in the OpenAPI document. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object(
    {
      data: Type.Array(ref(item)),
      has_more: Type.Boolean(),
      next_cursor: Type.Union([Type.String(), Type.Null()]),
      total: Type.Optional(Type.Integer({ description: 'Only with `include_total=true`.' }))
    },
    { examples: [{ data: item.examples as unknown, has_more: false, next_cursor: null }] }
  )

interface PageParameters {
  readonly limit: number
  readonly cursor?: string
  readonly include_total: boolean
}

export function readPage(prefix: IdPrefix, query: PageParameters): PageRequest {
  return readPageOf(idPattern(prefix), query)
}

/** Of a list that is ordered by something else than an id; `pattern`: what that looks like. */
export function readPageOf(pattern: string, query: PageParameters): PageRequest {
  return {
    limit: query.limit,
    after: query.cursor === undefined ? undefined : readCursor(pattern, query.cursor),
    includeTotal: query.include_total
  }
}

/** @throws Problem invalid_request */
export function readCursor(pattern: string, cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString()
  if (new RegExp(pattern).test(place)) return place
  const detail = 'Must be the next_cursor of this list.'
  throw invalidRequest({ errors: [{ pointer: 'querystring:/cursor', detail }] })
}

export const writeCursor = (place: string) => Buffer.from(place).toString('base64url')

export function toPage<Row extends { id: string }, T>(
  { rows, total }: PageResult<Row>,
  limit: number,
  toItem: (row: Row) => T
) {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    data: page.map(toItem),
    has_more: more,
    next_cursor: more ? writeCursor(last.id) : null,
    ...(total === undefined ? {} : { total })
  }
}
