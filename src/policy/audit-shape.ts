import { z } from 'zod'
import { durationDays, NO_DAYS } from './duration.js'

/** Years, as a log is kept for long. */
const RETENTION_DAYS = { min: 30, max: 3_660 }
const retention = z
  .string()
  .regex(NO_DAYS, { message: 'must be a number of days such as P365D', abort: true })
  .refine((text) => {
    const length = durationDays(text)
    return length >= RETENTION_DAYS.min && length <= RETENTION_DAYS.max
  }, `must be P${RETENTION_DAYS.min}D to P${RETENTION_DAYS.max}D`)

export const audit = z.strictObject({
  /** How long an event is kept, rounded up to the end of its month; null: as long as the team. */
  retention: retention.nullable().default(null)
})
