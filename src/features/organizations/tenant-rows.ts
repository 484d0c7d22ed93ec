import type { Statement } from '../../db/statement.js'

/** Rows of one organization that one statement takes on, in the order of a key within it. */
export interface TenantRows {
  readonly statement: Statement
  /** Where the order begins: less than every key. */
  readonly start: Key
  /** Rows of one statement at most. */
  readonly max: number
}

/** In the order of the columns; as text. */
export type Key = readonly string[]

const ROWS_MAX = 1_000
/** A file's chunks are large. */
const CHUNKS_MAX = 50

type ColumnType = 'uuid' | 'text' | 'integer' | 'bigint'
const LEAST: Readonly<Record<ColumnType, string>> = {
  uuid: '00000000-0000-0000-0000-000000000000',
  text: '',
  integer: '-1',
  bigint: '-1'
}

interface Step {
  readonly table: string
  readonly key: Readonly<Record<string, ColumnType>>
  /** Left out: the rows are deleted. */
  readonly set?: string
  readonly where?: string
  readonly max?: number
  /** In parts, where a row's place alone does not say which it is; the first of its key does. */
  readonly inParts?: true
}

const ID = { id: 'uuid' } as const

/**
 * Every tenant table, whatever refers to another before that. Members and their offers refer to each
 * other: first the members let go. A job that is still to be run stays, and with it the organization.
 */
const STEPS: readonly Step[] = [
  { table: 'resource_grants', key: { resource_id: 'uuid', member_id: 'uuid' } },
  { table: 'resource_group_grants', key: { resource_id: 'uuid', group_id: 'uuid' } },
  { table: 'resource_owners', key: { resource_id: 'uuid', member_id: 'uuid' } },
  { table: 'resources', key: ID },
  { table: 'group_members', key: { group_id: 'uuid', member_id: 'uuid' } },
  { table: 'groups', key: ID },
  { table: 'custom_roles', key: { key: 'text' } },
  { table: 'resend_allowances', key: { email_key: 'text' } },
  { table: 'export_chunks', key: { export_id: 'uuid', number: 'integer' }, max: CHUNKS_MAX },
  { table: 'exports', key: ID },
  { table: 'billing_entries', key: ID },
  { table: 'verified_domains', key: { domain: 'text' } },
  { table: 'domain_claims', key: ID },
  { table: 'join_requests', key: ID },
  { table: 'signups', key: { signup_page_id: 'uuid', email_key: 'text' } },
  { table: 'signup_page_slugs', key: { slug: 'text' } },
  { table: 'signup_pages', key: ID },
  { table: 'brandings', key: { organization_id: 'uuid' } },
  { table: 'notices', key: ID },
  { table: 'mail_suppressions', key: { email_key: 'text' } },
  { table: 'credit_requests', key: ID },
  { table: 'credit_quotas', key: { scope: 'text', key: 'text' } },
  { table: 'credit_settings', key: { organization_id: 'uuid' } },
  { table: 'credit_holds', key: ID },
  { table: 'credit_lots', key: { holder_id: 'uuid', top_up_id: 'uuid' } },
  { table: 'credit_transfer_lots', key: { transfer_id: 'uuid', top_up_id: 'uuid' } },
  { table: 'credit_transfers', key: ID },
  { table: 'credit_accounts', key: { holder_id: 'uuid' } },
  // The pool's, whose holder is less than every key.
  { table: 'credit_accounts', key: { organization_id: 'uuid' } },
  { table: 'former_identities', key: { member_id: 'uuid', number: 'integer' } },
  { table: 'members', key: { invitation_id: 'uuid' }, set: 'invitation_id = null' },
  { table: 'invitations', key: ID },
  { table: 'members', key: ID },
  { table: 'webhook_attempts', key: { delivery_id: 'uuid', number: 'integer' } },
  { table: 'webhook_deliveries', key: ID },
  { table: 'event_seals', key: { number: 'bigint' } },
  { table: 'event_personal', key: { event_id: 'uuid' }, inParts: true },
  { table: 'events', key: ID, inParts: true },
  { table: 'jobs', key: ID, where: 'failed_at is not null' }
]

export const TENANT_TABLES: readonly string[] = [...new Set(STEPS.map(({ table }) => table))]

/** In the order in which they can go. */
export const TENANT_ROWS: readonly TenantRows[] = STEPS.map((step, index) => ({
  statement: { name: `purge_${index}`, text: toText(step) },
  start: Object.values(step.key).map((type) => LEAST[type]),
  max: step.max ?? ROWS_MAX
}))

/**
 * `$1` the organization, `$2` how many rows, then the key after which to begin: rows that went
 * before are not looked at again. Answers with how many there were and the last key; `held` is false
 * where somebody else is at it, whose lock nobody waits for.
 */
function toText({ table, key, set, where, inParts }: Step): string {
  const columns = Object.keys(key)
  const list = columns.join(', ')
  const last = Object.values(key).map((type, index) => `$${index + 3}::${type}`)
  const row = inParts ? Object.keys(key)[0] : 'ctid'
  const these = `organization_id = $1 and ${row} = any(array(select place from batch))`
  return `
    with held as materialized (
      select id from organizations where id = $1 and status = 'deleted'
      for no key update skip locked),
    batch as materialized (
      select ${row} as place, ${list} from ${table}
      where organization_id = $1 and (${list}) > (${last.join(', ')})
        and ${where ?? 'true'} and exists (select from held)
      order by ${list} limit $2),
    done as (${set === undefined ? `delete from ${table}` : `update ${table} set ${set}`} where ${these})
    select exists (select from held) as held, (select count(*)::int from batch) as count, (
      select array[${columns.map((column) => `${column}::text`).join(', ')}] from batch
      order by ${columns.map((column) => `${column} desc`).join(', ')} limit 1) as last`
}
