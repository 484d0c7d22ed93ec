import { hkdfSync } from 'node:crypto'

/** Secrets by their id. The first one signs or encrypts; all of them verify or decrypt. */
export interface KeyRing {
  readonly current: { readonly id: string; readonly secret: Buffer }
  readonly byId: ReadonlyMap<string, Buffer>
}

const ENTRY = /^([a-z0-9]{1,8}):([A-Za-z0-9_-]{43,})$/

/** At least this much entropy, and exactly this much for encryption keys. */
export const SECRET_BYTES = 32

/**
 * Parses `id:secret[,id:secret…]`, secrets in base64url, the current one first. Returns undefined
 * when malformed, so that the caller can name the variable without printing what it holds.
 */
export function parseKeyRing(text: string): KeyRing | undefined {
  const byId = new Map<string, Buffer>()
  for (const entry of text.split(',')) {
    const [, id, encoded] = ENTRY.exec(entry.trim()) ?? []
    if (id === undefined || encoded === undefined || byId.has(id)) return undefined
    byId.set(id, Buffer.from(encoded, 'base64url'))
  }
  const [first] = byId
  return first ? { current: { id: first[0], secret: first[1] }, byId } : undefined
}

/** Keys of the same names, derived for this purpose: none tells of another, nor of its origin. */
export function deriveKeyRing(keys: KeyRing, purpose: string): KeyRing {
  const derive = (secret: Buffer) =>
    Buffer.from(hkdfSync('sha256', secret, '', purpose, SECRET_BYTES))
  const byId = new Map([...keys.byId].map(([id, secret]) => [id, derive(secret)] as const))
  const { id, secret } = keys.current
  return { current: { id, secret: derive(secret) }, byId }
}
