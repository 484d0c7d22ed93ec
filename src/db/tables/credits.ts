import { boolean, jsonb, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core'
import { day, instant, typeId, wholeNumber } from '../columns.js'

/** What somebody can ask for. */
export const WANTED_KINDS = [
  'top_up',
  'allocate',
  'reclaim',
  'move',
  'spend',
  'refund',
  'hold',
  'capture',
  'release'
] as const
/** Beside these, what time does. */
export const TRANSFER_KINDS = [...WANTED_KINDS, 'expire'] as const
export type TransferKind = (typeof TRANSFER_KINDS)[number]

export const ACCOUNT_KINDS = ['issued', 'pool', 'member', 'held', 'spent'] as const

/** The holder of what is the organization's own: the nil uuid, which no member has. */
export const POOL_HOLDER = 'mem_00000000000000000000000000'

/** What the accounts of one holder add up to. */
export const creditAccounts = pgTable(
  'credit_accounts',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    holderId: typeId('mem', 'holder_id').notNull(),
    /** Null: the organization itself. */
    memberId: typeId('mem', 'member_id'),
    issued: wholeNumber('issued').notNull(),
    balance: wholeNumber('balance').notNull(),
    held: wholeNumber('held').notNull(),
    spent: wholeNumber('spent').notNull(),
    used: wholeNumber('used').notNull(),
    requests: wholeNumber('requests').notNull(),
    lastUsedAt: instant('last_used_at'),
    refilledFor: day('refilled_for')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.holderId] })]
)

export type CreditAccountRow = typeof creditAccounts.$inferSelect

export const creditTransfers = pgTable(
  'credit_transfers',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('trf').notNull(),
    kind: text({ enum: TRANSFER_KINDS }).notNull(),
    amount: wholeNumber('amount').notNull(),
    fromAccount: text('from_account', { enum: ACCOUNT_KINDS }).notNull(),
    fromId: typeId('mem', 'from_id').notNull(),
    toAccount: text('to_account', { enum: ACCOUNT_KINDS }).notNull(),
    toId: typeId('mem', 'to_id').notNull(),
    memberId: typeId('mem', 'member_id'),
    ofId: typeId('trf', 'of_id'),
    endsHold: boolean('ends_hold').notNull(),
    balance: wholeNumber('balance').notNull(),
    idempotencyKey: text('idempotency_key'),
    reference: text(),
    reason: text(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    priority: smallint(),
    expiresAt: instant('expires_at'),
    actorType: text('actor_type').notNull(),
    actorId: text('actor_id'),
    requestId: text('request_id'),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type CreditTransferRow = typeof creditTransfers.$inferSelect

/** Holds that have not ended. */
export const creditHolds = pgTable(
  'credit_holds',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('trf').notNull(),
    holderId: typeId('mem', 'holder_id').notNull(),
    memberId: typeId('mem', 'member_id'),
    amount: wholeNumber('amount').notNull(),
    expiresAt: instant('expires_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

/** What is left, with whom, of top-ups that expire or have a priority of their own. */
export const creditLots = pgTable(
  'credit_lots',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    holderId: typeId('mem', 'holder_id').notNull(),
    topUpId: typeId('trf', 'top_up_id').notNull(),
    remaining: wholeNumber('remaining').notNull(),
    priority: smallint().notNull(),
    expiresAt: instant('expires_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.holderId, t.topUpId] })]
)

export const CREDIT_MODES = ['allocated', 'monthly_quota', 'shared_pool', 'on_demand'] as const
export type CreditMode = (typeof CREDIT_MODES)[number]

export const creditSettings = pgTable('credit_settings', {
  organizationId: typeId('org', 'organization_id').primaryKey(),
  mode: text({ enum: CREDIT_MODES }),
  shortFor: day('short_for'),
  updatedAt: instant('updated_at').notNull()
})

const QUOTA_SCOPES = ['everybody', 'role', 'member'] as const

export const creditQuotas = pgTable(
  'credit_quotas',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    scope: text({ enum: QUOTA_SCOPES }).notNull(),
    key: text().notNull(),
    amount: wholeNumber('amount').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.scope, t.key] })]
)

export const CREDIT_REQUEST_STATUSES = ['pending', 'approved', 'denied', 'canceled'] as const

export const creditRequests = pgTable(
  'credit_requests',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('crq').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    amount: wholeNumber('amount').notNull(),
    reason: text(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    status: text({ enum: CREDIT_REQUEST_STATUSES }).notNull(),
    approvedAmount: wholeNumber('approved_amount'),
    transferId: typeId('trf', 'transfer_id'),
    note: text(),
    decidedByType: text('decided_by_type'),
    decidedById: text('decided_by_id'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    decidedAt: instant('decided_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type CreditRequestRow = typeof creditRequests.$inferSelect
