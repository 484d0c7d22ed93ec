import { sql } from 'drizzle-orm'
import type { Deps } from '../../src/deps.js'
import { tamper } from './sealed-log.js'

/** Everything that a seal covers, and the seals. */
export const COLUMNS = (
  [
    ['events', 'text', ['type', 'actor_type', 'subject_type', 'subject_id', 'request_id']],
    ['events', 'json', ['data', 'changes']],
    ['events', 'integer', ['policy_version', 'position']],
    ['events', 'timestamptz', ['occurred_at', 'keep_until']],
    ['events', 'uuid', ['id', 'organization_id']],
    ['event_personal', 'json', ['leaves']],
    ['event_personal', 'uuid', ['event_id', 'organization_id']],
    ['event_seals', 'bytea', ['previous_hash', 'digests', 'root', 'hash', 'signature']],
    ['event_seals', 'integer', ['first_position', 'last_position', 'event_count', 'number']],
    [
      'event_seals',
      'timestamptz',
      ['last_occurred_at', 'chain_kept_until', 'keep_until', 'sealed_at']
    ],
    ['event_seals', 'text', ['key_id']]
  ] as const
).flatMap(([table, type, columns]) => columns.map((column) => ({ table, type, column })))

export const IS_SEALED = {
  events: 'position <= (select position from event_sealing)',
  event_personal: `event_id in (
    select id from events where position <= (select position from event_sealing))`,
  event_seals: 'true'
} as const

/** The least that can be changed of a value of the type, at a place that the seed names. */
const SLIGHTLY = {
  text: (column: string, seed: number) => `overlay(${column} placing
    chr(ascii(substr(${column}, 1 + ${seed} % length(${column}), 1)) # 1)
    from 1 + ${seed} % length(${column}) for 1)`,
  json: (column: string, seed: number) =>
    `regexp_replace(${column}::text, '[0-9]', '${seed % 10}', 1, 1 + ${seed} % 5)::jsonb`,
  integer: (column: string, seed: number) => `${column} # (1 << (${seed} % 4))`,
  timestamptz: (column: string, seed: number) =>
    `${column} + interval '1 microsecond' * (1 << (${seed} % 20))`,
  uuid: (column: string, seed: number) =>
    `overlay(${column}::text placing (case substr(${column}::text, 36, 1) when '${seed % 10}'
      then 'a' else '${seed % 10}' end) from 36 for 1)::uuid`,
  bytea: (column: string, seed: number) => `set_byte(${column}, ${seed} % length(${column}),
    get_byte(${column}, ${seed} % length(${column})) # (1 << (${seed} % 8)))`
} as const

interface Change {
  readonly table: string
  readonly column: string
  readonly type: keyof typeof SLIGHTLY
  readonly seed: number
  readonly where: string
}

/** Changes one row a little; answers with whether that is another value than before. */
export async function changeSlightly(
  deps: Deps,
  { table, column, type, seed, where }: Change
): Promise<boolean> {
  const { rows } = await deps.db.execute<{ count: number }>(
    sql.raw(`select count(*)::int as count from ${table} where ${where}`)
  )
  const other = SLIGHTLY[type](column, seed)
  await tamper(
    deps,
    `update ${table} set ${column} = ${other} where (tableoid, ctid) = (
      select tableoid, ctid from ${table} where ${where} order by tableoid, ctid
      offset ${seed % Number(rows[0]?.count)} limit 1)`
  )
  const { rows: differs } = await deps.db.execute(
    sql.raw(`select ${column} from ${table} except all select ${column} from kept_${table}`)
  )
  return differs.length > 0
}
