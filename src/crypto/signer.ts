import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes
} from 'node:crypto'
import { type KeyRing, SECRET_BYTES } from './key-ring.js'

export type SignatureState = 'valid' | 'invalid' | 'unknown_key'

/** A signature, and which key of the ring it takes to check it. */
export interface Signature {
  readonly keyId: string
  readonly signature: Buffer
}

/** Signs what is to be held against somebody who can write to the database, but has no key. */
export interface Signer {
  /** Of the key that signs. */
  readonly keyId: string
  sign(hash: Buffer): Buffer
  verify(hash: Buffer, signature: Signature): SignatureState
}

/** What an Ed25519 private key begins with, as PKCS #8 has it; its 32 bytes follow. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Ed25519, with keys that are derived from those of the ring for this purpose and no other. */
export function createSigner(keys: KeyRing, purpose: string): Signer {
  const pairs = new Map<string, KeyPair>()
  const pairOf = (keyId: string, secret: Buffer): KeyPair => {
    const pair = pairs.get(keyId) ?? derive(secret, purpose)
    pairs.set(keyId, pair)
    return pair
  }
  const { id, secret } = keys.current
  return {
    keyId: id,

    sign: (hash) => signBytes(null, hash, pairOf(id, secret).privateKey),

    verify(hash, { keyId, signature }) {
      const secret = keys.byId.get(keyId)
      if (!secret) return 'unknown_key'
      const { publicKey } = pairOf(keyId, secret)
      return verifyBytes(null, hash, publicKey, signature) ? 'valid' : 'invalid'
    }
  }
}

function derive(secret: Buffer, purpose: string): KeyPair {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', purpose, SECRET_BYTES))
  const key = Buffer.concat([PKCS8_PREFIX, seed])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}
