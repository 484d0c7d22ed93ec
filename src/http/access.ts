import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {
  CallContext,
  KeyContext,
  OrgContext,
  Person,
  PersonContext,
  Precondition
} from '../context.js'
import type { Deps } from '../deps.js'
import { hasScope, type Scope } from '../scopes.js'
import { type ActorName, createFindCaller, type MemberFacts } from './caller.js'
import { createCallerLimits } from './caller-limits.js'
import {
  type Credential,
  notOnBehalf,
  readActor,
  readBearer,
  readChannel,
  readKey,
  readOrganizationId,
  wrongActor,
  wrongHeader
} from './credentials.js'
import { apiKeyRequired, insufficientScope, organizationLimited } from './errors.js'
import { saysWhatHostsSay } from './host-words.js'
import { createKeyUses, noteUse } from './key-uses.js'
import { localeOf } from './locale.js'
import { actorOrigin, ownOrigin } from './origin.js'
import { type Principal, provePrincipal, proveTenant } from './prove.js'
import type { OperatorAccess, RouteAccess, TenantAccess } from './route-access.js'
import { registerTokens } from './tokens.js'

/** What the route's handler may rely on; throws when the route declared another class. */
export const orgContext = (request: FastifyRequest) => request.getDecorator<OrgContext>('org')
/**
 * The same where whoever calls may be no member (`orStranger`). Not asked before the rest of the
 * request has been found to be right: else what is wrong with it would tell that there is such an
 * organization.
 *
 * @throws Problem not_found
 */
export async function strangerContext(request: FastifyRequest): Promise<OrgContext> {
  const org = await request.getDecorator<() => Promise<OrgContext>>('lateOrg')()
  request.setDecorator('org', org)
  return org
}
/** Whom a request asks about, where its route says so; undefined: nobody who is there. */
export const askedAbout = (request: FastifyRequest) =>
  request.getDecorator<{ member: MemberFacts | undefined }>('askedAbout').member
/**
 * For what takes another scope than its route says, as its body decides.
 *
 * @throws Problem insufficient_scope
 */
export function enforceScope(request: FastifyRequest, scope: Scope): void {
  const principal = request.getDecorator<Principal>('principal')
  if (principal.kind === 'person' || hasScope(principal.key.scopes, scope)) return
  throw insufficientScope({ scope })
}

/**
 * For what only the product may say of its member, where its body decides about that.
 *
 * @throws Problem api_key_required for a token
 */
export function enforceKey(request: FastifyRequest): void {
  if (request.getDecorator<Principal>('principal').kind !== 'key') throw apiKeyRequired()
}

/** Who calls by a token of the host's issuer; undefined: whoever calls has a key. */
export function callingPerson(request: FastifyRequest): Person | undefined {
  const principal = request.getDecorator<Principal>('principal')
  return principal.kind === 'person' ? principal.context.person : undefined
}

export function keyContext(request: FastifyRequest): KeyContext {
  const context = operatorContext(request)
  if ('person' in context) throw new Error('a route that is not for people has let one in')
  return context
}

/** Of an operator's route that people may call too. */
export function operatorContext(request: FastifyRequest): KeyContext | PersonContext {
  const principal = request.getDecorator<Principal>('principal')
  return principal.kind === 'person' ? principal.context : principal.key
}

/** Whoever has been proven, of whichever class the route is. */
export const contextOf = (request: FastifyRequest): CallContext =>
  request.routeOptions.config.access?.class === 'tenant'
    ? orgContext(request)
    : operatorContext(request)

/** From here on the request's commands hold it. */
export function withPrecondition(request: FastifyRequest, precondition: Precondition): void {
  if (request.routeOptions.config.access?.class === 'tenant') {
    request.setDecorator('org', { ...orgContext(request), precondition })
    return
  }
  const principal = request.getDecorator<Principal>('principal')
  request.setDecorator<Principal>(
    'principal',
    principal.kind === 'person'
      ? { ...principal, context: { ...principal.context, precondition } }
      : { ...principal, key: { ...principal.key, precondition } }
  )
}

/** For what concerns the whole deployment: a key that is limited to organizations may not. */
export function wholeDeployment(request: FastifyRequest): KeyContext {
  const key = keyContext(request)
  if (key.organizationIds !== null) throw organizationLimited()
  return key
}

/** The same of what a route on one organization would tell of others. */
export function wholeReach(request: FastifyRequest): void {
  if (operatorContext(request).organizationIds !== null) throw organizationLimited()
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
export async function registerAccess(app: FastifyInstance, deps: Deps): Promise<void> {
  const findCaller = createFindCaller(deps)
  const readToken = await registerTokens(app, deps)
  const uses = createKeyUses(deps)
  app.addHook('onClose', () => uses.written())
  const limits = createCallerLimits(app, deps)
  app.decorateRequest('org')
  app.decorateRequest('lateOrg')
  app.decorateRequest('askedAbout')
  app.decorateRequest('principal')

  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (!access) throw new Error(`${route.url} declares no access`)
    if (access.class === 'public') return
    const proof = limits.guarded((request, reply) => prove(request, reply, access))
    if (access.class === 'tenant' && access.subjectOf) {
      route.onRequest = [limits.guarded(refuseStranger), ...listOf(route.onRequest)]
      route.preHandler = [proof, ...listOf(route.preHandler)]
    } else route.onRequest = [proof, ...listOf(route.onRequest)]
    if (access.class === 'tenant') route.preHandler = addAfterProof(route.preHandler, access)
  })

  async function prove(
    request: FastifyRequest,
    reply: FastifyReply,
    access: Proven
  ): Promise<void> {
    const bearer = readBearer(request)
    const credential = readKey(bearer) ?? (await readToken(bearer))
    limits.refuseGuesser(request, credential)
    const organizationId = access.class === 'tenant' ? readOrganizationId(request) : undefined
    const actor = actorOf(request, credential)
    const subject = access.class === 'tenant' ? access.subjectOf?.(request.body) : undefined
    const keyId = keyIdOf(credential)
    const facts = await findCaller({ keyId, organizationId, actor, subject })
    const principal = provePrincipal(request, credential, facts, deps.now())
    noteUse(uses, request, principal)
    await limits.take(request, reply, { principal, key: facts.key })
    refuseActor(request, access, credential)
    const { channel, origin } = clientOf(request, credential, actor !== undefined)
    request.setDecorator('principal', principal)
    if (access.class === 'operator') proveOperator(principal, access)
    else {
      const claim = { principal, facts, access, organizationId, actor, channel, origin }
      const proof = () => proveTenant(deps, claim)
      if (isForLater(principal, access)) request.setDecorator('lateOrg', proof)
      else setOrganization(request, await proof())
      if (!access.subjectOf) return
      request.setDecorator('askedAbout', { member: subject ? facts.subject : facts.member })
    }
  }
}

/** What a token may not say is known once the body is there and who sends it. */
function addAfterProof<T>(hooks: T | T[] | undefined, { subjectOf }: TenantAccess) {
  const [first, ...others] = listOf(hooks)
  return subjectOf && first
    ? [first, refuseHostWords, ...others]
    : [refuseHostWords, ...listOf(hooks)]
}

function refuseHostWords(request: FastifyRequest, _reply: unknown, done: (error?: Error) => void) {
  const { kind } = request.getDecorator<Principal>('principal')
  done(kind !== 'key' && saysWhatHostsSay(request.body) ? apiKeyRequired() : undefined)
}

const isForLater = ({ kind }: Principal, { orStranger }: TenantAccess) =>
  kind === 'person' && orStranger === true

function setOrganization(request: FastifyRequest, org: OrgContext): void {
  request.setDecorator('org', org)
  request.setDecorator('lateOrg', () => Promise.resolve(org))
}

const listOf = <T>(hooks: T | T[] | undefined): T[] =>
  hooks === undefined ? [] : Array.isArray(hooks) ? hooks : [hooks]

/** Whoever has nothing that looks like a credential is not even read. */
async function refuseStranger(request: FastifyRequest): Promise<void> {
  readKey(readBearer(request))
}

/** Whom to look up as the acting member. */
function actorOf(request: FastifyRequest, credential: Credential): ActorName | undefined {
  if (credential.kind === 'key') return readActor(request)
  return credential.kind === 'person'
    ? { kind: 'user', userId: credential.person.id }
    : { kind: 'member', memberId: credential.memberId }
}

function keyIdOf(credential: Credential): string | undefined {
  if (credential.kind === 'person') return undefined
  return credential.kind === 'key' ? credential.id : credential.keyId
}

/** What a key says beside itself, and a token is asked for its claims about. */
const HOST_HEADERS = {
  'muster-actor': 'Muster-Actor',
  'muster-channel': 'Muster-Channel',
  'muster-actor-ip': 'Muster-Actor-IP',
  'muster-actor-user-agent': 'Muster-Actor-User-Agent'
}

/** @throws Problem invalid_request */
function refuseActor(request: FastifyRequest, access: Proven, { kind }: Credential): void {
  if (kind !== 'key') {
    refuseHostHeaders(request)
    return
  }
  if (request.headers['muster-actor'] === undefined) return
  if (access.class !== 'tenant') throw notOnBehalf()
  if (!readActor(request)) throw wrongActor('Must be user:<user_id> or member:<member_id>.')
}

function refuseHostHeaders({ headers }: FastifyRequest): void {
  for (const [name, told] of Object.entries(HOST_HEADERS)) {
    if (headers[name] !== undefined) throw wrongHeader(told, 'A token says itself whose it is.')
  }
}

function proveOperator(principal: Principal, access: OperatorAccess): void {
  if (principal.kind === 'person' && access.orPerson) return
  if (principal.kind !== 'key') throw apiKeyRequired()
  const { scope } = access
  if (!hasScope(principal.key.scopes, scope)) throw insufficientScope({ scope })
}

/** What the acting member calls with: as the host tells, or as it is. */
function clientOf(request: FastifyRequest, credential: Credential, hasActor: boolean) {
  if (credential.kind !== 'key') {
    return { channel: credential.channel, origin: ownOrigin(request) }
  }
  return { channel: readChannel(request, hasActor), origin: actorOrigin(request, hasActor) }
}
