import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

/** What signatures of others may be made with: nothing that anybody can do, and no shared secret. */
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const
const BY_CURVE: ReadonlyMap<string, readonly SignatureAlgorithm[]> = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
  ['ed25519', ['EdDSA']],
  ['ed448', ['EdDSA']]
])
/** Shorter ones can be broken; longer ones only cost time. */
const RSA_BITS = { min: 2_048, max: 8_192 }

export type SignatureAlgorithm =
  | 'HS256'
  | (typeof RSA)[number]
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'

/** What a signature is checked with, and the algorithms that are meant by it: no others count. */
export interface VerificationKey {
  readonly key: string | Buffer
  readonly algorithms: readonly SignatureAlgorithm[]
}

/** A key of a key set, by the name that tokens call it by. */
export interface NamedKey extends VerificationKey {
  readonly kid: string | undefined
}

/** Undefined: no public key, or one that no algorithm here is for. A private one is refused too. */
export function readPublicPem(pem: string): VerificationKey | undefined {
  if (pem.includes('PRIVATE KEY')) return undefined
  return fromKey(() => createPublicKey(pem))
}

/** The same of a JSON Web Key, which may say what it is for: that is all it is used for. */
export function readJwk(jwk: unknown): NamedKey | undefined {
  if (!isForSignatures(jwk)) return undefined
  const { kid, alg } = jwk
  const found = fromKey(() => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }))
  const algorithms = found?.algorithms.filter((one) => alg === undefined || one === alg) ?? []
  return found && algorithms.length > 0 ? { kid, key: found.key, algorithms } : undefined
}

interface SignatureJwk {
  readonly kid?: string
  readonly alg?: unknown
}

/** Whose private part is told to everybody proves nothing any more. */
function isForSignatures(jwk: unknown): jwk is SignatureJwk {
  if (typeof jwk !== 'object' || jwk === null || 'd' in jwk) return false
  const { kid, use = 'sig', key_ops: operations = ['verify'] } = jwk as Record<string, unknown>
  const mayVerify = Array.isArray(operations) && operations.includes('verify')
  return use === 'sig' && mayVerify && (kid === undefined || typeof kid === 'string')
}

function fromKey(read: () => KeyObject): VerificationKey | undefined {
  try {
    const key = read()
    const algorithms = algorithmsOf(key)
    if (algorithms.length === 0) return undefined
    return { key: key.export({ type: 'spki', format: 'pem' }), algorithms }
  } catch {
    return undefined
  }
}

function algorithmsOf(key: KeyObject): readonly SignatureAlgorithm[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key
  const { modulusLength: bits = 0, namedCurve = '' } = details
  if (type === 'rsa') return bits >= RSA_BITS.min && bits <= RSA_BITS.max ? RSA : []
  return BY_CURVE.get(type === 'ec' ? namedCurve : String(type)) ?? []
}
