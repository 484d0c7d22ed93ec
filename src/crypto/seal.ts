import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyRing } from './key-ring.js'

/** Encrypts what must be stored and read back: answers that carry a secret, kept mail. */
export interface Sealer {
  seal(plain: string): Buffer
  open(sealed: Buffer): string
  /** The keys that it can open with. */
  readonly keyIds: readonly string[]
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM. A sealed text is: length of key id, key id, nonce, tag, ciphertext. */
export function createSealer(keys: KeyRing): Sealer {
  return {
    keyIds: [...keys.byId.keys()],

    seal(plain) {
      const keyId = Buffer.from(keys.current.id)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keys.current.secret, nonce)
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(keyId.length), keyId, nonce, cipher.getAuthTag(), ciphertext])
    },

    open(sealed) {
      const idEnd = 1 + sealed.readUInt8(0)
      const nonceEnd = idEnd + NONCE_BYTES
      const tagEnd = nonceEnd + TAG_BYTES
      const keyId = sealed.toString('utf8', 1, idEnd)
      const secret = keys.byId.get(keyId)
      if (!secret) throw new Error(`MUSTER_ENCRYPTION_KEYS no longer holds the key "${keyId}"`)
      const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(idEnd, nonceEnd))
      decipher.setAuthTag(sealed.subarray(nonceEnd, tagEnd))
      return decipher.update(sealed.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8')
    }
  }
}
