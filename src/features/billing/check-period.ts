import type { Billing } from '../../schemas.js'
import { invalidPeriod } from './errors.js'
import { daysBetween } from './period.js'

const PERIOD_DAYS_MAX = 3_660

/** @throws Problem invalid_period */
export function checkPeriod({ period }: Billing): void {
  if (!period) return
  const days = daysBetween(period.starts_on, period.ends_on)
  if (days < 1 || days > PERIOD_DAYS_MAX) throw invalidPeriod({ days_max: PERIOD_DAYS_MAX })
}
