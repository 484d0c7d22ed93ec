import { z } from 'zod'
import { readPublicPem, type VerificationKey } from './crypto/verification-key.js'
import { StartupError } from './errors.js'

/** Whose tokens of end users are believed, and what for. */
export interface TokenIssuer {
  readonly issuer: string
  /** A token must be meant for one of these. */
  readonly audiences: readonly string[]
  /** By how much the issuer's clock may differ from ours. */
  readonly toleranceMs: number
  readonly source: KeySource
}

/** Where what the tokens are checked with comes from; it also fixes by which algorithms. */
export type KeySource =
  | { readonly kind: 'key'; readonly key: VerificationKey }
  | { readonly kind: 'jwks'; readonly url: string }

const SECRET_BYTES_MIN = 32
const TOLERANCE_SECONDS_MAX = 300

const names = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  )
  .refine((all) => all.length > 0, 'must name at least one')

export const TOKEN_ENVIRONMENT = {
  MUSTER_JWT_SECRET: z
    .string()
    .refine((text) => Buffer.byteLength(text) >= SECRET_BYTES_MIN, 'must be 32 bytes or more')
    .refine((text) => !/-----BEGIN|"kty"/.test(text), 'must be no public key')
    .optional(),
  MUSTER_JWT_PUBLIC_KEY: z
    .string()
    .transform((text, context) => {
      const key = readPublicPem(text.replaceAll('\\n', '\n'))
      if (key) return key
      const message =
        'must be a public key in PEM: RSA of 2048 bits or more, P-256 to P-521, Ed25519'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional(),
  MUSTER_JWT_JWKS_URL: z
    .string()
    .refine(isKeySetAddress, 'must be an https:// or http:// address without a password')
    .optional(),
  MUSTER_JWT_ISSUER: z.string().max(500, 'must be 500 characters at most').optional(),
  MUSTER_JWT_AUDIENCE: names.optional(),
  MUSTER_JWT_CLOCK_TOLERANCE_SECONDS: z
    .string()
    .regex(/^\d{1,3}$/, { message: 'must be a whole number', abort: true })
    .transform(Number)
    .refine((seconds) => seconds <= TOLERANCE_SECONDS_MAX, 'must be between 0 and 300')
    .default(5),
  MUSTER_CORS_ORIGINS: names
    .refine((all) => all.every(isOriginOrAll), 'must be origins: https://app.example.com')
    .optional()
}

type TokenVariables = z.infer<z.ZodObject<typeof TOKEN_ENVIRONMENT>>

/**
 * Undefined: no tokens but our own are taken.
 *
 * @throws StartupError for what cannot be meant together
 */
export function readTokenIssuer(env: TokenVariables, production: boolean): TokenIssuer | undefined {
  const { MUSTER_JWT_ISSUER: issuer, MUSTER_JWT_AUDIENCE: audiences } = env
  const source = readSource(env, production)
  if (!source) {
    if (issuer === undefined && audiences === undefined) return undefined
    throw new StartupError(
      'MUSTER_JWT_ISSUER and MUSTER_JWT_AUDIENCE need one of MUSTER_JWT_SECRET, ' +
        'MUSTER_JWT_PUBLIC_KEY and MUSTER_JWT_JWKS_URL.'
    )
  }
  if (issuer === undefined || audiences === undefined) {
    throw new StartupError(
      'MUSTER_JWT_ISSUER and MUSTER_JWT_AUDIENCE must be set: a token that is for others, or ' +
        'by others, must not count here.'
    )
  }
  const toleranceMs = env.MUSTER_JWT_CLOCK_TOLERANCE_SECONDS * 1_000
  return { issuer, audiences, toleranceMs, source }
}

function readSource(env: TokenVariables, production: boolean): KeySource | undefined {
  const { MUSTER_JWT_SECRET: secret, MUSTER_JWT_PUBLIC_KEY: key, MUSTER_JWT_JWKS_URL: url } = env
  if ([secret, key, url].filter((one) => one !== undefined).length > 1) {
    throw new StartupError(
      'Set one of MUSTER_JWT_SECRET, MUSTER_JWT_PUBLIC_KEY and MUSTER_JWT_JWKS_URL, not several.'
    )
  }
  if (secret !== undefined) {
    return { kind: 'key', key: { key: Buffer.from(secret), algorithms: ['HS256'] } }
  }
  if (key) return { kind: 'key', key }
  if (url === undefined) return undefined
  if (production && !isPrivateEnough(new URL(url))) {
    throw new StartupError(
      'MUSTER_JWT_JWKS_URL must be an https:// address: whoever can change what it answers can be ' +
        'anybody here.'
    )
  }
  return { kind: 'jwks', url }
}

/** @throws StartupError for any page in production */
export function readCorsOrigins(env: TokenVariables, production: boolean): readonly string[] {
  const origins = env.MUSTER_CORS_ORIGINS ?? []
  if (production && origins.includes('*')) {
    throw new StartupError('MUSTER_CORS_ORIGINS must name the origins: * is not for production.')
  }
  return origins
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const isPrivateEnough = ({ protocol, hostname }: URL) =>
  protocol === 'https:' || LOOPBACK.has(hostname)

function isKeySetAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return ['https:', 'http:'].includes(protocol) && username === '' && password === ''
}

/** Exactly as a browser says it. */
function isOriginOrAll(text: string): boolean {
  if (text === '*') return true
  if (text.includes('*') || !URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return ['https:', 'http:'].includes(protocol) && origin === text
}
