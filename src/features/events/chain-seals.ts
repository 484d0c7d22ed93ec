import type { Signer } from '../../crypto/signer.js'
import { hashSeal, NO_HASH, type Seal, type SealBody } from './seal-chain.js'
import { digestOf, type StoredEvent, sha256, toInstantText } from './seal-digest.js'

/** The newest seal of an organization, as far as the next one hangs on it. */
export type LastSeal = Pick<
  Seal,
  'organizationId' | 'number' | 'hash' | 'lastOccurredAt' | 'chainKeptUntil'
>

interface Chaining {
  readonly last: readonly LastSeal[]
  readonly now: Date
  readonly signer: Signer
}

/** Seals for these events: one for each organization and end of retention that they have. */
export function chainSeals(
  events: readonly StoredEvent[],
  { last, now, signer }: Chaining
): readonly Seal[] {
  const heads = new Map(last.map((seal) => [seal.organizationId, seal]))
  return groups(events).map((group) => {
    const { organizationId } = group
    const head = heads.get(organizationId)
    const digests = Buffer.concat(group.events.map(digestOf))
    const body: SealBody = {
      organizationId,
      number: (head?.number ?? 0) + 1,
      firstPosition: Math.min(...group.positions),
      lastPosition: Math.max(...group.positions),
      eventCount: group.events.length,
      lastOccurredAt: latest([
        ...(head ? [head.lastOccurredAt] : []),
        ...group.events.map((event) => event.occurred_at)
      ]),
      chainKeptUntil: latest([...(head ? [head.chainKeptUntil] : []), group.keepUntil]),
      keepUntil: group.keepUntil,
      sealedAt: toInstantText(now),
      root: sha256(digests),
      previousHash: head?.hash ?? NO_HASH,
      keyId: signer.keyId
    }
    const hash = hashSeal(body)
    const seal = { ...body, hash, digests, signature: signer.sign(hash) }
    heads.set(organizationId, seal)
    return seal
  })
}

interface Group {
  readonly organizationId: string
  readonly keepUntil: string
  readonly events: StoredEvent[]
  readonly positions: number[]
}

/** In the order in which they begin. */
function groups(events: readonly StoredEvent[]): readonly Group[] {
  const byPlace = new Map<string, Group>()
  for (const event of events) {
    const { organization_id: organizationId, keep_until: keepUntil } = event
    const place = `${organizationId} ${keepUntil}`
    const group = byPlace.get(place) ?? { organizationId, keepUntil, events: [], positions: [] }
    group.events.push(event)
    group.positions.push(Number(event.position))
    byPlace.set(place, group)
  }
  return [...byPlace.values()]
}

const latest = (instants: readonly string[]) => instants.reduce((a, b) => (a > b ? a : b))
