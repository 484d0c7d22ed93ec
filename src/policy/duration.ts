export const DAYS = /^P([1-9]\d{0,2})D$/
/** The same where none at all may be meant too. */
export const NO_DAYS = /^P(0|[1-9]\d{0,3})D$/

/** `P7D` → 7, `P0D` → 0. */
export function durationDays(duration: string): number {
  return Number(NO_DAYS.exec(duration)?.[1])
}
