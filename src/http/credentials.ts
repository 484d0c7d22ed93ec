import type { FastifyRequest } from 'fastify'
import type { Person } from '../context.js'
import { type ApiKeyToken, parseApiKeyToken } from '../crypto/api-key-token.js'
import { invalidRequest } from '../errors.js'
import { idPattern } from '../ids.js'
import { CHANNELS, type Channel } from '../policy/document-shape.js'
import type { ActorName } from './caller.js'
import { unauthenticated } from './errors.js'

/** What a request sends to prove who calls, each kind checked as far as it can be without a look-up. */
export type Credential = ({ readonly kind: 'key' } & ApiKeyToken) | TokenCredential

export type TokenCredential =
  /** By the host's own issuer: a person, wherever they are a member. */
  | { readonly kind: 'person'; readonly person: Person; readonly channel: Channel | null }
  | MemberToken

/** Minted with a key: one member of one organization, who may do at most what the key may. */
export interface MemberToken {
  readonly kind: 'member'
  readonly keyId: string
  readonly organizationId: string
  readonly memberId: string
  /** Who had the seat then: nobody else may use it. */
  readonly userId: string
  readonly channel: Channel | null
}

const BEARER = /^bearer +/i
/** Three parts in base64url, as signed JWTs have; longer ones are not even parsed. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/
const TOKEN_LENGTH_MAX = 8_192
const ORGANIZATION_ID = new RegExp(idPattern('org'))
const MEMBER_ID = new RegExp(idPattern('mem'))
const USER_ID_LENGTH_MAX = 255

/**
 * Of two such headers one might be what a proxy has looked at, the other what we would.
 *
 * @throws Problem unauthenticated
 */
export function readBearer({ raw, headers: { authorization } }: FastifyRequest): string {
  const bearer = bearerOf(authorization)
  if (bearer === undefined || isTwice(raw.rawHeaders, 'authorization')) throw unauthenticated()
  return bearer
}

/** What stands behind the scheme; undefined for another scheme, or none. */
export function bearerOf(authorization = ''): string | undefined {
  const [scheme] = BEARER.exec(authorization) ?? []
  return scheme === undefined ? undefined : authorization.slice(scheme.length)
}

function isTwice(rawHeaders: readonly string[], name: string): boolean {
  let times = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) times += 1
  }
  return times > 1
}

/**
 * Undefined: a token, to be read by whoever can prove it.
 *
 * @throws Problem unauthenticated for what is neither that nor a key
 */
export function readKey(bearer: string): Credential | undefined {
  const key = parseApiKeyToken(bearer)
  if (key) return { kind: 'key', ...key }
  if (bearer.length > TOKEN_LENGTH_MAX || !TOKEN.test(bearer)) throw unauthenticated()
  return undefined
}

/** Undefined when malformed: answered like one that does not exist, after the caller is proven. */
export function readOrganizationId({ params }: FastifyRequest): string | undefined {
  const { organization_id: id } = params as { organization_id?: string }
  return id !== undefined && ORGANIZATION_ID.test(id) ? id : undefined
}

/** Undefined when malformed, which is told once the caller is proven. */
export function readActor({ headers }: FastifyRequest): ActorName | undefined {
  const header = headers['muster-actor']
  if (header === undefined) return undefined
  const [, kind, id = ''] = /^(user|member):(.+)$/.exec(String(header)) ?? []
  if (kind === 'member' && MEMBER_ID.test(id)) return { kind, memberId: id }
  if (kind === 'user' && id.length <= USER_ID_LENGTH_MAX) return { kind, userId: id }
  return undefined
}

/**
 * Only with whom a key acts for: the host itself is no kind of client, and a token says it itself.
 *
 * @throws Problem invalid_request
 */
export function readChannel({ headers }: FastifyRequest, hasActor: boolean): Channel | null {
  const header = headers['muster-channel']
  if (header === undefined) return null
  const channel = CHANNELS.find((one) => one === header)
  if (channel && hasActor) return channel
  const detail = hasActor ? `Must be ${CHANNELS.join(', ')}.` : 'Says nothing without Muster-Actor.'
  throw wrongHeader('Muster-Channel', detail)
}

export const wrongHeader = (name: string, detail: string) =>
  invalidRequest({ errors: [{ pointer: `header:/${name}`, detail }] })
export const wrongActor = (detail: string) => wrongHeader('Muster-Actor', detail)
export const notOnBehalf = () => wrongActor('This operation is not done on behalf of a member.')
