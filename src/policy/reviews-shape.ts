import { z } from 'zod'
import { DAYS, durationDays } from './duration.js'

const days = z
  .string()
  .regex(DAYS, { message: 'must be a number of days such as P90D', abort: true })
  .refine((text) => durationDays(text) <= 3_650, 'must be at most P3650D')

/** From when on `GET {o}/access-review` finds something worth a look; null: never. */
export const reviews = z.strictObject({
  /** An active member who has not been here for so long. */
  dormant_after: days.nullable().default('P90D'),
  /** An offer that nobody has taken or withdrawn for so long. */
  pending_after: days.nullable().default('P14D'),
  suspended_after: days.nullable().default('P90D'),
  /** A grant that was not used for so long, where uses are told. */
  unused_grant_after: days.nullable().default('P90D'),
  /** How many active holders of a role are no surprise; roles that are not named: any number. */
  holders_max: z
    .array(z.strictObject({ role: z.string().min(1).max(48), max: z.int().min(1).max(1_000_000) }))
    .max(50)
    .default([])
})
