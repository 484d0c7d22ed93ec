import type { FastifyRequest } from 'fastify'
import type { Person } from '../context.js'
import { type ApiKeyToken, parseApiKeyToken } from '../crypto/api-key-token.js'
import { invalidRequest } from '../errors.js'
import { idPattern } from '../ids.js'
import { CHANNELS, type Channel } from '../policy/document-shape.js'
import type { ActorName } from './caller.js'
import { unauthenticated } from './errors.js'

/** What a request sends to prove who calls, each kind checked as far as it can be without a look-up. */
export type Credential =
  | ({ readonly kind: 'key' } & ApiKeyToken)
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
const ORGANIZATION_ID = new RegExp(idPattern('org'))
const MEMBER_ID = new RegExp(idPattern('mem'))
const USER_ID_LENGTH_MAX = 255

/** @throws Problem unauthenticated */
export function readBearer({ headers: { authorization = '' } }: FastifyRequest): string {
  const [scheme = ''] = BEARER.exec(authorization) ?? []
  if (scheme === '') throw unauthenticated()
  return authorization.slice(scheme.length)
}

/** @throws Problem unauthenticated */
export function readCredential(bearer: string): Credential {
  const key = parseApiKeyToken(bearer)
  if (!key) throw unauthenticated()
  return { kind: 'key', ...key }
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
  throw invalidRequest({ errors: [{ pointer: 'header:/Muster-Channel', detail }] })
}

export const wrongActor = (detail: string) =>
  invalidRequest({ errors: [{ pointer: 'header:/Muster-Actor', detail }] })
export const notOnBehalf = () => wrongActor('This operation is not done on behalf of a member.')
