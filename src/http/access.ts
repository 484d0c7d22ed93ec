import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallContext, KeyContext, OrgContext, Origin } from '../context.js'
import { apiKeySecretMatches, parseApiKeyToken } from '../crypto/api-key-token.js'
import type { Deps } from '../deps.js'
import { invalidRequest, notFound } from '../errors.js'
import { idPattern } from '../ids.js'
import { permits } from '../policy/decide.js'
import type { Policy } from '../policy/document.js'
import { CHANNELS, type Channel } from '../policy/document-shape.js'
import type { Permission } from '../policy/permissions.js'
import { inOrganization, knownPolicyVersion, loadPolicyVersion } from '../policy-versions.js'
import { enforce } from '../refusals.js'
import { hasScope, type Scope } from '../scopes.js'
import { refuseCanceled, type Standing } from '../standing.js'
import { type ActorName, type CallerFacts, createFindCaller, type MemberFacts } from './caller.js'
import {
  actorNotMember,
  actorSuspended,
  insufficientScope,
  organizationLimited,
  unauthenticated
} from './errors.js'
import { localeOf } from './locale.js'
import { actorOrigin, ownOrigin } from './origin.js'

/**
 * Who may call a route. `public`: anyone. `operator`: an API key, on the deployment. `tenant`: an
 * API key on one organization, as itself or on behalf of a member whose role has the permission
 * (null: any active member).
 */
export type RouteAccess =
  | { readonly class: 'public' }
  | { readonly class: 'operator'; readonly scope: Scope }
  | TenantAccess

interface TenantAccess {
  readonly class: 'tenant'
  readonly scope: Scope
  readonly permission: Permission | null
  /** What only the host itself can say: on behalf of a member it is refused. */
  readonly hostOnly?: true
  /**
   * Whom a request asks about; undefined: the acting member. Looked up together with who asks, so
   * the proof waits for the body. What the body says before that is only held against its schema.
   */
  readonly subjectOf?: (body: unknown) => ActorName | undefined
  /** Members get this far even when the subscription has ended and access with it. */
  readonly evenCanceled?: true
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
    /** Of a POST that only answers: an Idempotency-Key means nothing there. */
    changesNothing?: boolean
  }
}

const ORGANIZATION_ID = new RegExp(idPattern('org'))
const MEMBER_ID = new RegExp(idPattern('mem'))
const USER_ID_LENGTH_MAX = 255
/** Compared with when there is no such key, so that both refusals take the same time. */
const NO_HASH = Buffer.alloc(32)

/** What the route's handler may rely on; throws when the route declared another class. */
export const orgContext = (request: FastifyRequest) => request.getDecorator<OrgContext>('org')
/** Whom a request asks about, where its route says so; undefined: nobody who is there. */
export const askedAbout = (request: FastifyRequest) =>
  request.getDecorator<{ member: MemberFacts | undefined }>('askedAbout').member
/**
 * For what takes another scope than its route says, as its body decides.
 *
 * @throws Problem insufficient_scope
 */
export function enforceScope(request: FastifyRequest, scope: Scope): void {
  const scopes = request.getDecorator<readonly Scope[]>('scopes')
  if (!hasScope(scopes, scope)) throw insufficientScope({ scope })
}
export const keyContext = (request: FastifyRequest) => request.getDecorator<KeyContext>('apiKey')

/** For what concerns the whole deployment: a key that is limited to organizations may not. */
export function wholeDeployment(request: FastifyRequest): KeyContext {
  const key = keyContext(request)
  if (key.organizationIds !== null) throw organizationLimited()
  return key
}

/** The context of a public route: whoever it is, all that is known is what they sent. */
export function publicContext(request: FastifyRequest, deps: Deps): CallContext {
  return {
    actor: { type: 'user', id: null, name: null },
    now: deps.now(),
    requestId: request.id,
    origin: ownOrigin(request),
    locale: localeOf(request)
  }
}

type Proven = Exclude<RouteAccess, { class: 'public' }>

/** Proves the caller before anything else of a request is read, so that a stranger learns nothing. */
export function registerAccess(app: FastifyInstance, deps: Deps): void {
  const findCaller = createFindCaller(deps)
  app.decorateRequest('org')
  app.decorateRequest('apiKey')
  app.decorateRequest('askedAbout')
  app.decorateRequest('scopes')

  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (!access) throw new Error(`${route.url} declares no access`)
    if (access.class === 'public') return
    const proof = (request: FastifyRequest) => prove(request, access)
    if (access.class === 'tenant' && access.subjectOf) {
      route.onRequest = [refuseStranger, ...listOf(route.onRequest)]
      route.preHandler = [proof, ...listOf(route.preHandler)]
    } else route.onRequest = [proof, ...listOf(route.onRequest)]
  })

  async function prove(request: FastifyRequest, access: Proven): Promise<void> {
    const token = readToken(request)
    const organizationId = access.class === 'tenant' ? readOrganizationId(request) : undefined
    const actor = readActor(request)
    const subject = access.class === 'tenant' ? access.subjectOf?.(request.body) : undefined
    const facts = await findCaller({ keyId: token.id, organizationId, actor, subject })
    const key = proveKey(request, facts, token.secret, deps.now())
    refuseActor(request, access, actor)
    const channel = readChannel(request, actor)
    const origin = actorOrigin(request, actor !== undefined)
    if (access.class === 'operator') {
      if (!hasScope(key.scopes, access.scope)) throw insufficientScope({ scope: access.scope })
      request.setDecorator('apiKey', key)
      return
    }
    const claim = { key, facts, access, organizationId, actor, channel, origin }
    request.setDecorator('org', await proveTenant(deps, claim))
    request.setDecorator('scopes', key.scopes)
    if (access.subjectOf) {
      request.setDecorator('askedAbout', { member: subject ? facts.subject : facts.member })
    }
  }
}

const listOf = <T>(hooks: T | T[] | undefined): T[] =>
  hooks === undefined ? [] : Array.isArray(hooks) ? hooks : [hooks]

/** Whoever has nothing that looks like a key is not even read. */
function refuseStranger(request: FastifyRequest, _reply: unknown, done: (error?: Error) => void) {
  done(parseToken(request) ? undefined : unauthenticated())
}

const BEARER = /^bearer +/i

function parseToken({ headers: { authorization = '' } }: FastifyRequest) {
  const [scheme = ''] = BEARER.exec(authorization) ?? []
  return scheme === '' ? undefined : parseApiKeyToken(authorization.slice(scheme.length))
}

function readToken(request: FastifyRequest) {
  const token = parseToken(request)
  if (!token) throw unauthenticated()
  return token
}

/** Undefined when malformed: answered like one that does not exist, after the key is proven. */
function readOrganizationId(request: FastifyRequest): string | undefined {
  const { organization_id: id } = request.params as { organization_id?: string }
  return id !== undefined && ORGANIZATION_ID.test(id) ? id : undefined
}

/** Undefined when malformed, which is told once the key is proven. */
function readActor(request: FastifyRequest): ActorName | undefined {
  const header = request.headers['muster-actor']
  if (header === undefined) return undefined
  const [, kind, id = ''] = /^(user|member):(.+)$/.exec(String(header)) ?? []
  if (kind === 'member' && MEMBER_ID.test(id)) return { kind, memberId: id }
  if (kind === 'user' && id.length <= USER_ID_LENGTH_MAX) return { kind, userId: id }
  return undefined
}

function refuseActor(
  request: FastifyRequest,
  access: RouteAccess,
  actor: ActorName | undefined
): void {
  if (request.headers['muster-actor'] === undefined) return
  if (access.class !== 'tenant') throw notOnBehalf()
  if (!actor) throw wrongActor('Must be user:<user_id> or member:<member_id>.')
}

const wrongActor = (detail: string) =>
  invalidRequest({ errors: [{ pointer: 'header:/Muster-Actor', detail }] })
const notOnBehalf = () => wrongActor('This operation is not done on behalf of a member.')

/** Only with whom it acts for: the host itself is no kind of client. */
function readChannel(request: FastifyRequest, actor: ActorName | undefined): Channel | null {
  const header = request.headers['muster-channel']
  if (header === undefined) return null
  const channel = CHANNELS.find((one) => one === header)
  if (channel && actor) return channel
  const detail = actor ? `Must be ${CHANNELS.join(', ')}.` : 'Says nothing without Muster-Actor.'
  throw invalidRequest({ errors: [{ pointer: 'header:/Muster-Channel', detail }] })
}

function proveKey(
  request: FastifyRequest,
  { key }: CallerFacts,
  secret: string,
  now: Date
): KeyContext {
  const matches = apiKeySecretMatches(secret, key?.secretHash ?? NO_HASH)
  const expired = key?.expiresAt != null && key.expiresAt <= now
  if (!key || !matches || key.revokedAt !== null || expired) throw unauthenticated()
  return {
    actor: { type: 'api_key', id: key.id, name: key.name },
    now,
    requestId: request.id,
    locale: localeOf(request),
    scopes: key.scopes,
    organizationIds: key.organizationIds,
    expiresAt: key.expiresAt
  }
}

interface TenantClaim {
  readonly key: KeyContext
  readonly facts: CallerFacts
  readonly access: TenantAccess
  readonly organizationId: string | undefined
  readonly actor: ActorName | undefined
  readonly channel: Channel | null
  readonly origin: Origin | undefined
}

async function proveTenant(deps: Deps, claim: TenantClaim): Promise<OrgContext> {
  const { key, facts, access, organizationId } = claim
  const limited = key.organizationIds?.includes(organizationId ?? '') === false
  if (!facts.organization || organizationId === undefined || limited) throw notFound()
  const { policyKey, policyVersion, customRoles, standing } = facts.organization
  if (standing.status === 'deleted') throw notFound()
  if (!hasScope(key.scopes, access.scope)) throw insufficientScope({ scope: access.scope })

  const version =
    knownPolicyVersion(deps, policyKey, policyVersion) ??
    (await loadPolicyVersion(deps, deps.db, policyKey, policyVersion))
  const policy = inOrganization(version, customRoles)
  const { actor, caller } = proveActor(policy.policy, standing, claim)
  const { now, requestId, locale } = key
  return {
    organizationId,
    policy,
    standing,
    actor,
    caller,
    channel: claim.channel,
    now,
    requestId,
    locale,
    ...(claim.origin === undefined ? {} : { origin: claim.origin })
  }
}

/** The key itself, or the member it speaks for, whose role must permit this at all. */
function proveActor(
  policy: Policy,
  standing: Standing,
  { key, facts: { member }, access, actor }: TenantClaim
): Pick<OrgContext, 'actor' | 'caller'> {
  if (!actor) return { actor: key.actor, caller: [key.actor.id] }
  if (access.hostOnly) throw notOnBehalf()
  if (!member || member.status === 'invited' || member.status === 'invitation_expired') {
    throw actorNotMember()
  }
  if (member.status !== 'active') throw actorSuspended()
  const canceled = access.evenCanceled ? undefined : refuseCanceled(standing, policy)
  if (canceled) throw canceled
  // What it is done to is decided by the command.
  if (access.permission !== null) {
    const { id, role } = member
    enforce(permits(policy, { kind: 'member', id, role, channel: null }, access.permission))
  }
  return {
    actor: { type: 'member', id: member.id, name: member.name },
    caller: [key.actor.id, member.id]
  }
}
