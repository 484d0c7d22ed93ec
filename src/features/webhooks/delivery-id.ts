import { idToUuid, newId, uuidToId } from '../../ids.js'

/**
 * How many characters of its uuid a delivery has from its event: time and count, so that deliveries
 * lie in the order of events. `deliver_events` of the migrations makes them in the same way.
 */
export const EVENT_ID_SHARED = 18

export function newDeliveryId(eventId: string): string {
  const shared = idToUuid('evt', eventId).slice(0, EVENT_ID_SHARED)
  return uuidToId('dlv', shared + idToUuid('dlv', newId('dlv')).slice(EVENT_ID_SHARED))
}
