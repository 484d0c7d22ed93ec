import type { EventRecord } from '../events/queries.js'
import { toEvent } from '../events/schemas.js'

/** What is sent of an event: the same as the feed and the log tell. */
export const renderEvent = (event: EventRecord): string => JSON.stringify(toEvent(event))
