import { z } from 'zod'
import { durationDays, NO_DAYS } from './duration.js'

const COUNTABLE = ['invited', 'active', 'suspended', 'reassignment_pending'] as const

/** What an organization may be given by its plan that a policy can ask for. */
export const TEAM_ENTITLEMENT = 'team'

export const plan = z.strictObject({
  /** `entitled`: only organizations with the entitlement `team` may bring anybody in. */
  team_feature: z.enum(['always', 'entitled']).default('always')
})

export const seats = z.strictObject({
  /**
   * `hard_cap`: the plan has so many, and no more. `prepaid`: so many are paid for, and one more is
   * charged and paid for from then on. `per_member`: each has a price, as long as it is used.
   */
  mode: z.enum(['hard_cap', 'prepaid', 'per_member', 'none']).default('none'),
  /** The size of a team whose billing says nothing itself. */
  limit: z.int().min(0).nullable().default(null),
  /**
   * Which members use a seat: an offer that has run out never does. Where seats are charged per
   * member this is also when: without `invited`, at the acceptance.
   */
  counted: z.array(z.enum(COUNTABLE)).default([...COUNTABLE]),
  /** An offer that ran out is sent again and its seat is gone: `free` lets it exceed the size. */
  resend_expired_when_full: z.enum(['refuse', 'charge', 'free']).default('refuse')
})

/** What an overdue invoice may keep from being done. */
export const PAST_DUE_BLOCKS = ['invitation', 'resend', 'import', 'signup_page', 'join'] as const
export type PastDueBlock = (typeof PAST_DUE_BLOCKS)[number]

/** Minor units; the largest is refused before sums of entries could leave safe integers. */
const PRICE_MAX = 1_000_000_000
const price = z.int().min(0).max(PRICE_MAX)

export const billing = z.strictObject({
  /** Charges and credits cover the rest of the period; otherwise all of it. */
  prorated: z.boolean().default(true),
  /** Who leaves a seat that is charged per member leaves the rest of its period as a money credit. */
  credit_on_removal: z.boolean().default(false),
  /** What is refused as long as billing is past due. */
  past_due_blocks: z.array(z.enum(PAST_DUE_BLOCKS)).default([]),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .default(null),
  /** What a seat, and one more resource, cost per month by the plan's key: billing may say otherwise. */
  prices: z
    .array(
      z.strictObject({
        plan: z.string().min(1).max(100),
        seat_month: price,
        resource_month: price.optional()
      })
    )
    .max(100)
    .default([]),
  /** Resources that go with each seat; those beyond are charged. Null: none is. */
  resources_included: z.int().min(0).max(100).nullable().default(null)
})

const days = z
  .string()
  .regex(NO_DAYS, { message: 'must be a number of days such as P90D', abort: true })
  .refine((text) => durationDays(text) <= 3_650, 'must be at most P3650D')

/** What the host is told that a cancellation means; the first is also Muster's own to enforce. */
const CANCELLATION_EFFECTS = ['access_blocked', 'inbound_dropped', 'workflows_stopped'] as const

export const cancellation = z.strictObject({
  effects: z.array(z.enum(CANCELLATION_EFFECTS)).default(['access_blocked']),
  /** How long after it the organization is flagged for deletion, `P0D`: at once; null: never. */
  flag_after: days.nullable().default(null),
  /** How long after it everything is deleted; null: only when somebody says so. */
  delete_after: days.nullable().default(null),
  /** Whether money credits end with the subscription. */
  expire_credits: z.boolean().default(false)
})

export const exportRules = z.strictObject({
  enabled: z.boolean().default(true),
  /** Whether a canceled organization can still be exported. */
  after_cancel: z.boolean().default(false)
})
