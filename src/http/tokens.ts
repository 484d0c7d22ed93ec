import jwt, { type JWT } from '@fastify/jwt'
import { type Static, Type } from '@sinclair/typebox'
import type { ValidateFunction } from 'ajv'
import type { FastifyInstance } from 'fastify'
import type { Person } from '../context.js'
import type { VerificationKey } from '../crypto/verification-key.js'
import type { Deps } from '../deps.js'
import { parseEmail } from '../email.js'
import { CHANNELS } from '../policy/document-shape.js'
import { Id, Name, Nullable, oneOf, UserId } from '../schemas.js'
import type { MemberToken, TokenCredential } from './credentials.js'
import { unauthenticated } from './errors.js'
import { createJwks } from './jwks.js'
import { compileValidator, findUnstorable } from './validation.js'

/** Says in a token's header that it is one of ours; others are the issuer's. */
const MEMBER_TYPE = 'muster-member+jwt'
const MEMBER_ISSUER = 'muster'
/** Of a token of the issuer's: whoever lost one must not be impersonated for long. */
const LIFETIME_MS_MAX = 24 * 3_600_000
const KID_LENGTH_MAX = 255

export type ReadToken = (token: string) => Promise<TokenCredential>

const instant = Type.Number({ minimum: 0, maximum: 1e11 })
const channel = Type.Optional(Nullable(oneOf(CHANNELS)))
/** Claims of others' making are allowed beside these. */
const PersonClaims = Type.Object({
  sub: UserId,
  exp: instant,
  iat: Type.Optional(instant),
  channel,
  email: Type.Optional(Type.Unknown()),
  email_verified: Type.Optional(Type.Unknown()),
  name: Type.Optional(Type.Unknown())
})
type PersonClaims = Static<typeof PersonClaims>

const MemberClaims = Type.Object({
  azp: Id('key'),
  organization_id: Id('org'),
  member_id: Id('mem'),
  sub: UserId,
  exp: instant,
  channel
})
type MemberClaims = Static<typeof MemberClaims>

const isPerson = compileValidator(PersonClaims, 'body') as ValidateFunction<PersonClaims>
const isMember = compileValidator(MemberClaims, 'body') as ValidateFunction<MemberClaims>
const isName = compileValidator(Name(200, 'Ana'), 'body') as ValidateFunction<string>

/** Reads what end users' browsers send, and proves who has signed it. */
export async function registerTokens(app: FastifyInstance, deps: Deps): Promise<ReadToken> {
  await app.register(jwt, {
    secret: deps.tokenKeys.current.secret,
    sign: { algorithm: 'HS256' },
    verify: { algorithms: ['HS256'] }
  })
  const readers = { person: personReader(app.jwt, deps), member: memberReader(app.jwt, deps) }
  return async (token) => {
    try {
      const header = readHeader(app.jwt, token)
      return await readers[header.typ === MEMBER_TYPE ? 'member' : 'person'](token, header)
    } catch (error) {
      // What is wrong with it is nobody's business but the issuer's; the token itself is a secret.
      deps.log.debug({ reason: codeOf(error) }, 'A token was refused')
      throw unauthenticated()
    }
  }
}

/** @returns a token as whose member a browser may call for as long as it holds */
export function signMemberToken(
  app: FastifyInstance,
  { tokenKeys }: Deps,
  { keyId, organizationId, memberId, userId, channel, ...times }: MemberTokenClaims
): string {
  const { id: kid, secret: key } = tokenKeys.current
  const claims: MemberClaims & { iss: string; iat: number } = {
    iss: MEMBER_ISSUER,
    azp: keyId,
    organization_id: organizationId,
    member_id: memberId,
    sub: userId,
    ...(channel === null ? {} : { channel }),
    iat: toSeconds(times.issuedAt),
    exp: toSeconds(times.expiresAt)
  }
  return app.jwt.sign(claims, { key, header: { alg: 'HS256', typ: MEMBER_TYPE, kid } })
}

export interface MemberTokenClaims extends Omit<MemberToken, 'kind'> {
  readonly issuedAt: Date
  /** In whole seconds, as tokens tell it. */
  readonly expiresAt: Date
}

const toSeconds = (instant: Date) => Math.floor(instant.getTime() / 1_000)

const JoseHeader = Type.Object({
  alg: Type.String(),
  kid: Type.Optional(Type.String({ maxLength: KID_LENGTH_MAX })),
  typ: Type.Optional(Type.String())
})
type JoseHeader = Static<typeof JoseHeader>
const isHeader = compileValidator(JoseHeader, 'body') as ValidateFunction<JoseHeader>

/** Nothing of it is believed yet. What it demands to be understood, nothing here understands. */
function readHeader(jwt: JWT, token: string): JoseHeader {
  const header: unknown = jwt.decode<{ header: unknown }>(token, { complete: true })?.header
  if (!isHeader(header) || 'crit' in header) throw refused('header')
  return header
}

type Reader = (token: string, header: JoseHeader) => Promise<TokenCredential>

function personReader(jwt: JWT, deps: Deps): Reader {
  const { tokens } = deps.config
  if (!tokens) return () => Promise.reject(refused('no_issuer'))
  const { issuer, audiences, toleranceMs } = tokens
  const findKey = keyFinder(deps)
  return async (token, header) => {
    const key = await findKey(header)
    if (!key) throw refused('no_key')
    const now = deps.now().getTime()
    const claims = verify(jwt, token, {
      ...key,
      isFit: isPerson,
      now,
      toleranceMs,
      allowedIss: issuer,
      allowedAud: [...audiences]
    })
    refuseTimes(claims, now, toleranceMs)
    return { kind: 'person', person: toPerson(claims), channel: claims.channel ?? null }
  }
}

function keyFinder({ config: { tokens }, now, log }: Deps) {
  const source = tokens?.source
  if (source?.kind !== 'jwks') return () => Promise.resolve(source?.key)
  const jwks = createJwks({
    url: source.url,
    now,
    onFailure(error) {
      log.warn({ err: error }, 'The keys of the issuer of tokens could not be fetched')
    }
  })
  return ({ kid, alg }: JoseHeader) => jwks.find({ kid, alg })
}

function memberReader(jwt: JWT, deps: Deps): Reader {
  return async (token, { kid = '' }) => {
    const secret = deps.tokenKeys.byId.get(kid)
    if (!secret) throw refused('no_key')
    const claims = verify(jwt, token, {
      key: secret,
      algorithms: ['HS256'],
      isFit: isMember,
      now: deps.now().getTime(),
      toleranceMs: 0,
      allowedIss: MEMBER_ISSUER
    })
    return {
      kind: 'member',
      keyId: claims.azp,
      organizationId: claims.organization_id,
      memberId: claims.member_id,
      userId: claims.sub,
      channel: claims.channel ?? null
    }
  }
}

interface Demands<T> extends VerificationKey {
  readonly isFit: ValidateFunction<T>
  readonly now: number
  readonly toleranceMs: number
  readonly allowedIss: string
  readonly allowedAud?: string[]
}

function verify<T extends { readonly sub: string; readonly exp: number }>(
  jwt: JWT,
  token: string,
  { key, algorithms, isFit, now, toleranceMs, ...allowed }: Demands<T>
): T {
  const claims: unknown = jwt.verify<object>(token, {
    key,
    algorithms: [...algorithms],
    clockTimestamp: now,
    clockTolerance: toleranceMs,
    requiredClaims: ['iss', 'sub', 'exp', ...(allowed.allowedAud ? ['aud'] : [])],
    ...allowed
  })
  if (!isFit(claims) || findUnstorable(claims.sub, '') !== undefined) throw refused('claims')
  // It is over at that instant, as everything here is; the library would still take it.
  if (now >= claims.exp * 1_000 + toleranceMs) throw refused('expired')
  return claims
}

/** Neither from the future, nor meant to be used for ever. */
function refuseTimes({ iat, exp }: PersonClaims, now: number, toleranceMs: number): void {
  const from = iat === undefined ? now : iat * 1_000
  if (from - toleranceMs > now) throw refused('issued_in_future')
  if (exp * 1_000 - from > LIFETIME_MS_MAX) throw refused('lifetime')
}

/** What is no address or no name is nobody's: it lets nobody in, and keeps nobody out. */
function toPerson({ sub, email, email_verified, name }: PersonClaims): Person {
  const address = typeof email === 'string' ? parseEmail(email)?.email : undefined
  return {
    id: sub,
    name: isName(name) && findUnstorable(name, '') === undefined ? name : null,
    email: address ?? null,
    emailVerified: address !== undefined && email_verified === true
  }
}

const refused = (code: string) => Object.assign(new Error('the token is refused'), { code })
const codeOf = (error: unknown) => (error as { code?: unknown } | null)?.code ?? 'unknown'
