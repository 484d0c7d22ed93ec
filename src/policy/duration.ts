export const DAYS = /^P([1-9]\d{0,2})D$/

/** `P7D` → 7. */
export function durationDays(duration: string): number {
  return Number(DAYS.exec(duration)?.[1])
}
