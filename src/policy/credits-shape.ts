import { z } from 'zod'

/** How credits are used; a team uses the first, or the one of these that it chooses. */
const MODES = ['allocated', 'monthly_quota', 'shared_pool', 'on_demand'] as const

/** JSON numbers are exact up to here. */
export const CREDITS_MAX = Number.MAX_SAFE_INTEGER

/** What holders of a role are given where nobody says otherwise. */
const roleAmount = z.strictObject({
  role: z.string().min(1).max(48),
  amount: z.int().min(1).max(CREDITS_MAX)
})

export const credits = z.strictObject({
  /**
   * `pool`: credits that the organization hands out to members, or lets them share. `money`: only
   * those that billing gives back, which pay the next charges and are never moved. `none`: neither.
   */
  kind: z.enum(['none', 'pool', 'money']).default('none'),
  /**
   * `allocated`: members spend what they were given; `monthly_quota`: which is filled up each month;
   * `on_demand`: which they ask for; `shared_pool`: everybody spends from the pool, first come first
   * served.
   */
  modes: z.array(z.enum(MODES)).min(1).default(['allocated']),
  /** Whether what a member has not used can be given to another (OUPI-130). */
  transferable: z.boolean().default(true),
  /** By role: reserved for whoever is invited, and each month's quota, where none is named. */
  role_amounts: z.array(roleAmount).max(50).default([]),
  /** At which percent of what there was `credits.low` is told. */
  low_at: z.array(z.int().min(1).max(99)).max(10).default([20])
})
