import { sql } from 'drizzle-orm'
import pg from 'pg'
import type { Test } from 'tap'
import type { Db } from '../../src/db/client.js'
import { idToUuid } from '../../src/ids.js'

export const FOREVER = '9999-01-01T00:00:00Z'
/** Before any part of the log that is made by month: it lies with what has none. */
export const NO_MONTH = '2001-01-01T00:00:00Z'

interface Filler {
  readonly count: number
  readonly keepUntil?: string
  /** Bytes of text that each event tells. */
  readonly padding?: number
}

/**
 * A log of so many events, one a second from 2031 on: the n-th is of the n-th type of ten, by the n-th
 * of a hundred members and every tenth by one of a thousand people, about the n-th of a thousand.
 */
export async function fillLog(
  db: Db,
  organizationId: string,
  { count, keepUntil = FOREVER, padding = 0 }: Filler
): Promise<void> {
  await db.execute(sql`
    with told as materialized (
      select gen_random_uuid() as id, n from generate_series(1, ${count}::int) n),
    written as (
      insert into events (organization_id, id, keep_until, type, occurred_at, actor_type, actor_id,
        subject_type, subject_id, data, changes)
      select ${idToUuid('org', organizationId)}, id, ${keepUntil}::timestamptz, 'filler.type_' || n % 10,
        timestamptz '2031-01-01Z' + n * interval '1 second',
        case when n % 10 = 0 then 'user' else 'member' end,
        case when n % 10 = 0 then null else 'mem_' || lpad((n % 100)::text, 26, '0') end,
        'member', 'mem_' || lpad((n % 1000)::text, 26, '0'),
        jsonb_build_object('number', n, 'padding', repeat('x', ${padding}::int)), '{}'
      from told order by n)
    insert into event_personal (organization_id, event_id, keep_until, leaves)
    select ${idToUuid('org', organizationId)}, id, ${keepUntil}::timestamptz,
      jsonb_build_object('data.email', jsonb_build_array(n || '@filler.test', 'salt')) ||
      case when n % 10 = 0
        then jsonb_build_object('actor_id', jsonb_build_array('u_' || n % 1000, 'salt'))
        else '{}' end
    from told`)
  await db.execute(sql`analyze events, event_personal`)
}

interface Asked {
  readonly text: string
  readonly values: readonly unknown[]
}

/** What this process asks the database meanwhile. */
export async function statementsOf(t: Test, work: () => Promise<unknown>): Promise<Asked[]> {
  const query = Reflect.get(pg.Client.prototype, 'query') as (...values: unknown[]) => unknown
  const asked = t.capture(pg.Client.prototype, 'query', query)
  await work()
  asked.restore()
  return asked()
    .map(({ args: [one] }) => Object(one) as Partial<Asked>)
    .flatMap(({ text, values = [] }) => (text === undefined ? [] : [{ text, values }]))
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

/** How the database runs a statement: with the values at hand, or with one plan for all values. */
export async function explain(
  databaseUrl: string,
  { text, values }: Asked,
  mode: 'force_custom_plan' | 'force_generic_plan'
): Promise<Plan[]> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    await client.query(`set plan_cache_mode = ${mode}`)
    await client.query(`prepare asked as ${text}`)
    const literals = values.map((value) => literalOf(value)).join(', ')
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, format json) execute asked${literals === '' ? '' : `(${literals})`}`
    )
    return rows.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan))
  } finally {
    await client.end()
  }
}

function literalOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return `array[${value.map(literalOf).join(', ')}]`
  return pg.escapeLiteral(String(value))
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Rows that were looked at, of whatever table. */
export const rowsRead = (plans: readonly Plan[]): number =>
  plans
    .filter((plan) => plan['Node Type'].includes('Scan'))
    .reduce(
      (sum, plan) =>
        sum + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
      0
    )
