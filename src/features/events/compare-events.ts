import { uuidToId } from '../../ids.js'
import type { Finding } from './finding.js'
import type { Seal } from './seal-chain.js'
import { HASH_BYTES, sha256 } from './seal-digest.js'

/** An event that lies where a seal covers everything. */
export interface PlacedEvent {
  /** As a uuid. */
  readonly id: string
  readonly digest: Buffer
}

/** Holds the events that are there, in their order, against those that were sealed. */
export function compareEvents(seal: Seal, events: readonly PlacedEvent[]): Finding[] {
  const { number, digests, eventCount, root } = seal
  const there = Buffer.concat(events.map(({ digest }) => digest))
  const isWhole = sha256(there).equals(root)
  if (digests === null) {
    // What is past its retention goes all at once, a while after this was noted.
    const detail = `of seal ${number}, past their retention: what is there was not sealed so`
    return isWhole || events.length === 0 ? [] : [{ what: 'changed', detail }]
  }
  const isOwn = sha256(digests).equals(root) && digests.length === eventCount * HASH_BYTES
  return [
    ...(isOwn ? [] : [{ what: 'seal', detail: `${number} has other digests` } as const]),
    ...(isWhole && isOwn ? [] : findDifferences(seal.number, split(digests), events))
  ]
}

const split = (digests: Buffer): string[] =>
  Array.from({ length: Math.floor(digests.length / HASH_BYTES) }, (_, index) =>
    digests.toString('hex', index * HASH_BYTES, (index + 1) * HASH_BYTES)
  )

/**
 * Those that are as they were sealed stay in their order; of what lies between two of them as many
 * were changed as stand on both sides, and the rest is missing or was added.
 */
function findDifferences(
  number: number,
  sealed: readonly string[],
  events: readonly PlacedEvent[]
): Finding[] {
  const placeOf = new Map(sealed.map((digest, index) => [digest, index]))
  const found: Finding[] = []
  let next = 0
  let strange: PlacedEvent[] = []
  let before: PlacedEvent | undefined
  const close = (place: number, after?: PlacedEvent) => {
    found.push(...tell(number, { strange, sealed: place - next, before, after }))
    strange = []
  }
  for (const event of events) {
    const place = placeOf.get(event.digest.toString('hex'))
    if (place === undefined || place < next) {
      strange.push(event)
      continue
    }
    close(place, event)
    next = place + 1
    before = event
  }
  close(sealed.length)
  return found
}

interface Between {
  /** Events that are there and were not sealed so. */
  readonly strange: readonly PlacedEvent[]
  /** How many were sealed here. */
  readonly sealed: number
  readonly before: PlacedEvent | undefined
  readonly after: PlacedEvent | undefined
}

function tell(number: number, { strange, sealed, before, after }: Between): Finding[] {
  const lost = sealed - strange.length
  const missing: Finding = {
    what: 'missing',
    detail: `${lost} of seal ${number}, between ${
      before ? nameOf(before) : 'its beginning'
    } and ${after ? nameOf(after) : 'its end'}`
  }
  return [
    ...strange.map(
      (event, index): Finding => ({
        what: index < sealed ? 'changed' : 'added',
        detail: `${nameOf(event)} of seal ${number}`
      })
    ),
    ...(lost > 0 ? [missing] : [])
  ]
}

const nameOf = (event: PlacedEvent) => uuidToId('evt', event.id)
