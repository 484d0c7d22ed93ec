import { createHmac, timingSafeEqual } from 'node:crypto'
import { type IdPrefix, idToUuid, uuidToId } from '../ids.js'
import type { KeyRing } from './key-ring.js'

/** What the link of a mail says: computed from these when needed, stored nowhere. */
export interface LinkClaims {
  readonly organizationId: string
  readonly subjectId: string
  /** Raised to kill the links sent before. */
  readonly generation: number
  /** Which secret of the configuration authenticates it. */
  readonly secretId: string
}

/** Kinds of link. Each authenticates its own kind only: one can never be used as the other. */
const KINDS = { inv: 1, dom: 2, mem: 3 } as const
export type LinkKind = keyof typeof KINDS & IdPrefix

const PREFIX = 'mlk_'
const UUID_BYTES = 16
const MAC_BYTES = 16
const HEADER_BYTES = 2
const GENERATION_BYTES = 4
/** Longer texts are refused before any work is done on them. */
export const LINK_TOKEN_LENGTH_MAX = 120
export const LINK_TOKEN_PATTERN = `^${PREFIX}[A-Za-z0-9_-]+$`

/** `mlk_…`: kind, secret's id, organization, subject, generation, and a 128-bit HMAC over them. */
export function createLinkToken(kind: LinkKind, claims: LinkClaims, secrets: KeyRing): string {
  const secret = secrets.byId.get(claims.secretId)
  if (!secret) throw new Error(`MUSTER_LINK_SECRETS no longer holds "${claims.secretId}"`)
  const secretId = Buffer.from(claims.secretId)
  const generation = Buffer.alloc(GENERATION_BYTES)
  generation.writeUInt32BE(claims.generation)
  const body = Buffer.concat([
    Buffer.of(KINDS[kind], secretId.length),
    secretId,
    uuidBytes(idToUuid('org', claims.organizationId)),
    uuidBytes(idToUuid(kind, claims.subjectId)),
    generation
  ])
  return PREFIX + Buffer.concat([body, mac(secret, body)]).toString('base64url')
}

/** What an authentic token says; undefined for anything else (cut, altered, of another kind). */
export function readLinkToken(
  kind: LinkKind,
  token: string,
  secrets: KeyRing
): LinkClaims | undefined {
  if (!token.startsWith(PREFIX) || token.length > LINK_TOKEN_LENGTH_MAX) return undefined
  const encoded = token.slice(PREFIX.length)
  const bytes = Buffer.from(encoded, 'base64url')
  // One text per token: spare bits and foreign characters would otherwise be ignored.
  if (bytes.toString('base64url') !== encoded || bytes.length < HEADER_BYTES) return undefined
  const secretIdEnd = HEADER_BYTES + bytes.readUInt8(1)
  const bodyEnd = secretIdEnd + 2 * UUID_BYTES + GENERATION_BYTES
  if (bytes.readUInt8(0) !== KINDS[kind] || bytes.length !== bodyEnd + MAC_BYTES) return undefined

  const secretId = bytes.toString('utf8', HEADER_BYTES, secretIdEnd)
  const secret = secrets.byId.get(secretId)
  const body = bytes.subarray(0, bodyEnd)
  if (!secret || !timingSafeEqual(bytes.subarray(bodyEnd), mac(secret, body))) return undefined
  return {
    organizationId: uuidToId('org', uuidText(bytes, secretIdEnd)),
    subjectId: uuidToId(kind, uuidText(bytes, secretIdEnd + UUID_BYTES)),
    generation: bytes.readUInt32BE(bodyEnd - GENERATION_BYTES),
    secretId
  }
}

function mac(secret: Buffer, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, MAC_BYTES)
}

const uuidBytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')

function uuidText(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + UUID_BYTES)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
