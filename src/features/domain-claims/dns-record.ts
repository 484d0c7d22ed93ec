import type { DomainClaimRow } from '../../db/tables/domain-claims.js'

const PREFIX = '_muster-challenge.'
/** As long as DNS takes. */
const NAME_LENGTH_MAX = 253

/** Of chance, so that nobody can have put the record there before. */
export const CHALLENGE_BYTES = 16

/** Domains that are longer have no room for the record. */
export const hasRoomForRecord = (domain: string) => PREFIX.length + domain.length <= NAME_LENGTH_MAX

/** The TXT record that proves a claim by DNS. */
export interface DnsRecord {
  readonly name: string
  readonly type: 'TXT'
  readonly value: string
}

/** Undefined: a claim by mail has none. */
export function recordOf({ domain, challenge }: DomainClaimRow): DnsRecord | undefined {
  if (challenge === null) return undefined
  return { name: PREFIX + domain, type: 'TXT', value: `muster-verification=${challenge}` }
}

/** How often the record of a verified claim is looked at. */
export const CHECK_AFTER_MS = 86_400_000

/** Exactly this record, whatever others there are. */
export const holdsRecord = (texts: readonly string[], { value }: DnsRecord) => texts.includes(value)
