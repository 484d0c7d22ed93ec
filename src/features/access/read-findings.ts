import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { runQuery } from '../events/queries.js'
import type { ReviewKind } from './review-kinds.js'
import type { Section } from './review-sections.js'

/** Where a page of findings begins: behind this one. */
export interface Place {
  readonly kind: ReviewKind
  /** As the database writes it, to the microsecond. */
  readonly since: string
  readonly id: string
  readonly beside: string
}

/** What is known of whatever it is about; of each kind some of it. */
export interface Facts {
  readonly name?: string | null
  readonly email?: string
  readonly role?: string
  readonly status?: string
  readonly invitation_id?: string | null
  readonly external_id?: string | null
  readonly kind?: string
  readonly holder_id?: string | null
  readonly max?: number
  readonly count?: number
}

export interface FoundRow extends Place {
  readonly at: Date
  readonly facts: Facts
}

interface Raw extends Record<string, unknown> {
  readonly since: Date
  readonly place: string
  readonly id: string
  readonly beside: string
  readonly facts: Facts
}

interface Asked {
  readonly kind: ReviewKind
  /** Each as some index has it. */
  readonly rows: readonly SQL[]
}

/** A page of findings of one kind, those that are so for longest first: as an index has them. */
export function pageOf({ kind, rows }: Asked, after: Place | undefined, limit: number): SQL {
  const keys = kind === 'unused_grant' ? sql`f.since, f.id, f.beside` : sql`f.since, f.id`
  const beside = kind === 'unused_grant' && after ? sql`, ${after.beside}::uuid` : sql``
  const beyond = after
    ? sql`where (${keys}) > (${after.since}::timestamptz, ${after.id}::uuid${beside})`
    : sql``
  const parts = rows.map(
    (part) => sql`(select f.* from (${part}) f ${beyond} order by ${keys} limit ${limit})`
  )
  return sql`select f.since, f.since::text as place, f.id, f.beside, f.facts
    from (${sql.join(parts, sql` union all `)}) f order by ${keys} limit ${limit}`
}

export async function readSection(
  db: Db,
  asked: Asked,
  after: Place | undefined,
  limit: number
): Promise<FoundRow[]> {
  const { kind } = asked
  const found = await runQuery<Raw>(db, pageOf(asked, after, limit))
  return found.map(({ since, place, id, beside, facts }) => {
    return { kind, at: since, since: place, id, beside, facts }
  })
}

/** How many there are of each kind; more than `max` are not counted. */
export async function countSections(
  db: Db,
  sections: readonly (readonly [ReviewKind, Section])[],
  max: number
): Promise<ReadonlyMap<ReviewKind, number>> {
  const asked = sections.flatMap(([kind, rows]) => (rows === undefined ? [] : { kind, rows }))
  if (asked.length === 0) return new Map()
  const counts = asked.map(
    ({ kind, rows }) => sql`(select count(*)::int
      from (select from (${sql.join([...rows], sql` union all `)}) f limit ${max + 1}) counted) as ${sql.identifier(kind)}`
  )
  const [row = {}] = await runQuery<Record<string, number>>(
    db,
    sql`select ${sql.join(counts, sql`, `)}`
  )
  return new Map(asked.map(({ kind }) => [kind, row[kind] ?? 0]))
}
