import type { NewEvent } from '../events/append-events.js'
import type { LockedOrganization } from '../organizations/queries.js'
import type { SeatCount } from './count-moves.js'

/** What is told of seats that were taken, paid for and given up. */
export function seatEvents(
  { row }: LockedOrganization,
  { overages, released, before, after }: SeatCount
): NewEvent[] {
  const subject = { type: 'organization', id: row.id } as const
  const figures = after
    ? { used: after.used, size: after.size, available: Math.max(0, after.size - after.used) }
    : {}
  const isReached = before && after && before.used < before.size && after.used >= after.size
  return [
    ...(released === 0
      ? []
      : [{ type: 'seats.released', subject, data: { quantity: released, ...figures } } as const]),
    ...(isReached ? [{ type: 'seats.limit_reached', subject, data: figures } as const] : []),
    ...(overages.length === 0
      ? []
      : [
          purchased(row.id, { by: 'overage', quantity: overages.length, size: after?.size ?? null })
        ])
  ]
}

interface Purchase {
  readonly by: 'overage' | 'billing'
  readonly quantity: number
  readonly size: number | null
}

/** The team is larger than before, for good. */
export const purchased = (organizationId: string, purchase: Purchase): NewEvent => ({
  type: 'seats.purchased',
  subject: { type: 'organization', id: organizationId },
  data: { ...purchase }
})
