import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { newId } from '../ids.js'

/** `mk_<id>_<secret>`: the id finds the row, the secret proves the caller. */
const TOKEN = /^mk_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9]{43,64})$/

export interface ApiKeyToken {
  /** `key_…` */
  readonly id: string
  readonly secret: string
}

/** A new key's id and its whole value, which is shown once and never stored. */
export function newApiKeyToken(): { id: string; token: string; secret: string } {
  const id = newId('key')
  return { id, ...newApiKeySecret(id) }
}

/** Another secret for a key that there is, and the key's whole value with it. */
export function newApiKeySecret(id: string): { token: string; secret: string } {
  const secret = randomAlphanumeric(SECRET_CHARACTERS)
  return { secret, token: `mk_${id.slice('key_'.length)}_${secret}` }
}

/** Undefined when the text does not look like a key; says nothing about whether it is valid. */
export function parseApiKeyToken(token: string): ApiKeyToken | undefined {
  const [, suffix, secret] = TOKEN.exec(token) ?? []
  return suffix === undefined || secret === undefined ? undefined : { id: `key_${suffix}`, secret }
}

/** SHA-256 is enough: the secret has 256 bits of entropy, so there is nothing to guess. */
export function hashApiKeySecret(secret: string): Buffer {
  // Far quicker than a digest that is a buffer from the start: this is done for every request.
  return Buffer.from(hash('sha256', secret, 'hex'), 'hex')
}

/** Compares in constant time. */
export function apiKeySecretMatches(secret: string, secretHash: Buffer): boolean {
  return isSameHash(hashApiKeySecret(secret), secretHash)
}

/** The same for who holds a secret against several hashes: the secret is digested once. */
export const isSameHash = (one: Buffer, other: Buffer): boolean => timingSafeEqual(one, other)

/** 44 characters of 62 carry 262 bits. */
const SECRET_CHARACTERS = 44
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function randomAlphanumeric(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 = 4 × 62: larger bytes would make the first letters likelier.
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length)
    }
  }
  return text
}
