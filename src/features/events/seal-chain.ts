import { HASH_BYTES, instantText, sha256 } from './seal-digest.js'

/** What a seal says and its hash covers; instants as `instantText` has them. */
export interface SealBody {
  readonly organizationId: string
  /** From 1, without gaps. */
  readonly number: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly eventCount: number
  /** Of its events and of all before them, as is `chainKeptUntil`. */
  readonly lastOccurredAt: string
  readonly chainKeptUntil: string
  /** Of each of its events. */
  readonly keepUntil: string
  readonly sealedAt: string
  readonly root: Buffer
  readonly previousHash: Buffer
  /** Which key signs it. */
  readonly keyId: string
}

export interface Seal extends SealBody {
  readonly hash: Buffer
  readonly signature: Buffer
  /** Of its events in their order, one after the other; null: they were dropped. */
  readonly digests: Buffer | null
}

/** What stands before the first seal of an organization. */
export const NO_HASH = Buffer.alloc(HASH_BYTES)

export const hashSeal = (seal: SealBody): Buffer =>
  sha256(
    JSON.stringify([
      'seal.1',
      seal.organizationId,
      seal.number,
      seal.firstPosition,
      seal.lastPosition,
      seal.eventCount,
      seal.lastOccurredAt,
      seal.chainKeptUntil,
      seal.keepUntil,
      seal.sealedAt,
      seal.root.toString('hex'),
      seal.previousHash.toString('hex'),
      seal.keyId
    ])
  )

/** The columns of a seal, of `event_seals s`, to be read by `readSeal`. */
export const SEAL_COLUMNS = `s.organization_id::text, s.number::text, s.first_position::text,
  s.last_position::text, s.event_count, ${instantText('s.last_occurred_at')} as last_occurred_at,
  ${instantText('s.chain_kept_until')} as chain_kept_until,
  ${instantText('s.keep_until')} as keep_until, ${instantText('s.sealed_at')} as sealed_at, s.root,
  s.previous_hash, s.hash, s.digests, s.key_id, s.signature`

export interface RawSeal {
  readonly organization_id: string
  readonly number: string
  readonly first_position: string
  readonly last_position: string
  readonly event_count: number
  readonly last_occurred_at: string
  readonly chain_kept_until: string
  readonly keep_until: string
  readonly sealed_at: string
  readonly root: Buffer
  readonly previous_hash: Buffer
  readonly hash: Buffer
  readonly digests: Buffer | null
  readonly key_id: string
  readonly signature: Buffer
}

export const readSeal = (raw: RawSeal): Seal => ({
  organizationId: raw.organization_id,
  number: Number(raw.number),
  firstPosition: Number(raw.first_position),
  lastPosition: Number(raw.last_position),
  eventCount: raw.event_count,
  lastOccurredAt: raw.last_occurred_at,
  chainKeptUntil: raw.chain_kept_until,
  keepUntil: raw.keep_until,
  sealedAt: raw.sealed_at,
  root: raw.root,
  previousHash: raw.previous_hash,
  hash: raw.hash,
  digests: raw.digests,
  keyId: raw.key_id,
  signature: raw.signature
})
