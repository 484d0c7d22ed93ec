import type { FastifyRequest } from 'fastify'
import type { KeyContext, OrgContext, Origin, PersonContext } from '../context.js'
import { hashApiKeySecret, isSameHash } from '../crypto/api-key-token.js'
import type { Deps } from '../deps.js'
import { notFound } from '../errors.js'
import { permits } from '../policy/decide.js'
import type { Policy } from '../policy/document.js'
import type { Channel } from '../policy/document-shape.js'
import { inOrganization, knownPolicyVersion, loadPolicyVersion } from '../policy-versions.js'
import { enforce } from '../refusals.js'
import { hasScope } from '../scopes.js'
import { refuseCanceled, type Standing } from '../standing.js'
import type { ActorName, CallerFacts, KeyFacts, MemberFacts } from './caller.js'
import { type Credential, type MemberToken, notOnBehalf } from './credentials.js'
import {
  actorNotMember,
  actorSuspended,
  apiKeyRequired,
  insufficientScope,
  unauthenticated
} from './errors.js'
import { localeOf } from './locale.js'
import { ownOrigin } from './origin.js'
import type { TenantAccess } from './route-access.js'

/** Who calls, proven. */
export type Principal =
  | { readonly kind: 'key'; readonly key: KeyContext }
  | { readonly kind: 'person'; readonly context: PersonContext }
  | { readonly kind: 'member'; readonly key: KeyContext; readonly token: MemberToken }

/** Compared with when there is no such key, so that both refusals take the same time. */
const NO_HASH = Buffer.alloc(32)

/** @throws Problem unauthenticated, whatever is wrong */
export function provePrincipal(
  request: FastifyRequest,
  credential: Credential,
  { key }: CallerFacts,
  now: Date
): Principal {
  const [requestId, locale] = [request.id, localeOf(request)]
  if (credential.kind === 'person') {
    const { person } = credential
    const actor = { type: 'user', id: person.id, name: person.name } as const
    const origin = ownOrigin(request)
    return {
      kind: 'person',
      context: { now, requestId, locale, actor, person, organizationIds: null, origin }
    }
  }
  // A token is as good as the key it was minted with.
  const matches = credential.kind === 'member' || secretMatches(credential.secret, key, now)
  const expired = key?.expiresAt != null && key.expiresAt <= now
  if (!key || !matches || key.revokedAt !== null || expired) throw unauthenticated()
  // Written out, here and below: for every request, and to spread costs several times as much.
  const proven: KeyContext = {
    now,
    requestId,
    locale,
    actor: { type: 'api_key', id: key.id, name: key.name },
    apiKeyId: key.id,
    scopes: key.scopes,
    organizationIds: key.organizationIds,
    expiresAt: key.expiresAt
  }
  return credential.kind === 'member'
    ? { kind: 'member', key: proven, token: credential }
    : { kind: 'key', key: proven }
}

/** The secret, or for a while after a rotation the one before. Both are always compared. */
export function secretMatches(secret: string, key: KeyFacts | undefined, now: Date): boolean {
  const overlaps = key?.previousSecretEndsAt != null && key.previousSecretEndsAt > now
  const hash = hashApiKeySecret(secret)
  const isCurrent = isSameHash(hash, key?.secretHash ?? NO_HASH)
  const isPrevious = isSameHash(hash, key?.previousSecretHash ?? NO_HASH)
  return isCurrent || (isPrevious && overlaps)
}

export interface TenantClaim {
  readonly principal: Principal
  readonly facts: CallerFacts
  readonly access: TenantAccess
  readonly organizationId: string | undefined
  readonly actor: ActorName | undefined
  readonly channel: Channel | null
  readonly origin: Origin | undefined
}

/**
 * Who may act in an organization, and as whom. Somebody else's is like one that does not exist.
 *
 * @throws Problem not_found, insufficient_scope, actor_not_member, actor_suspended, not_permitted,
 * organization_canceled, api_key_required
 */
export async function proveTenant(deps: Deps, claim: TenantClaim): Promise<OrgContext> {
  const { principal } = claim
  const { organizationId, policyKey, policyVersion, customRoles, standing } = organizationOf(claim)
  refuseScope(claim)

  const version =
    knownPolicyVersion(deps, policyKey, policyVersion) ??
    (await loadPolicyVersion(deps, deps.db, policyKey, policyVersion))
  const policy = inOrganization(version, customRoles)
  const { now, requestId, locale, apiKeyId } = contextOf(principal)
  const { actor, caller } = proveActor(policy.policy, standing, claim)
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
    apiKeyId,
    byToken: principal.kind === 'key' ? undefined : true,
    origin: claim.origin
  }
}

/** @throws Problem not_found, unless it is there and whoever calls may know */
function organizationOf({ principal, facts, access, organizationId }: TenantClaim) {
  const { organization, member } = facts
  if (!organization || organizationId === undefined || !reaches(principal, organizationId)) {
    throw notFound()
  }
  if (organization.standing.status === 'deleted') throw notFound()
  const mayKnow = principal.kind === 'key' || comesByThemselves(principal, access)
  if (!mayKnow && !isTheirs(principal, member)) throw notFound()
  return { organizationId, ...organization }
}

const comesByThemselves = ({ kind }: Principal, { orStranger }: TenantAccess) =>
  kind === 'person' && orStranger === true

const contextOf = (principal: Principal) =>
  principal.kind === 'person' ? principal.context : principal.key

function reaches(principal: Principal, organizationId: string): boolean {
  if (principal.kind === 'member' && principal.token.organizationId !== organizationId) return false
  return contextOf(principal).organizationIds?.includes(organizationId) !== false
}

/** Whoever has nothing but a token learns of no organization that is not theirs. */
function isTheirs(
  principal: Exclude<Principal, { kind: 'key' }>,
  member: MemberFacts | undefined
): boolean {
  if (!member || isOffered(member)) return false
  return principal.kind === 'person' || member.userId === principal.token.userId
}

const isOffered = ({ status }: MemberFacts) =>
  status === 'invited' || status === 'invitation_expired'

/** A person needs none: their role says what they may do. */
function refuseScope({ principal, access, actor }: TenantClaim): void {
  if (principal.kind === 'person') return
  const { scopes } = principal.key
  const scope =
    principal.kind === 'key' && actor && !hasScope(scopes, 'members:act-as')
      ? 'members:act-as'
      : access.scope
  if (!hasScope(scopes, scope)) throw insufficientScope({ scope })
}

/** The key itself, or the member who acts, whose role must permit this at all. */
function proveActor(
  policy: Policy,
  standing: Standing,
  { principal, facts: { member }, access, actor }: TenantClaim
): Pick<OrgContext, 'actor' | 'caller'> {
  if (principal.kind === 'key' && !actor) {
    return { actor: principal.key.actor, caller: [principal.key.actor.id] }
  }
  if (comesByThemselves(principal, access)) {
    return { actor: contextOf(principal).actor, caller: [nameOf(principal)] }
  }
  refuseKind(principal, access)
  if (!member || isOffered(member)) throw actorNotMember()
  refuseMember(policy, standing, member, access)
  return {
    actor: { type: 'member', id: member.id, name: member.name },
    caller: [nameOf(principal), member.id]
  }
}

/** Who acts where nobody does but the host, or not by themselves. */
function refuseKind({ kind }: Principal, { hostOnly, keyOnly }: TenantAccess): void {
  if (kind !== 'key' && (hostOnly || keyOnly)) throw apiKeyRequired()
  if (hostOnly) throw notOnBehalf()
}

/** Who may not act at all, or whose role does not do this. */
function refuseMember(
  policy: Policy,
  standing: Standing,
  { id, role, status }: MemberFacts,
  { permission, evenCanceled }: TenantAccess
): void {
  if (status !== 'active') throw actorSuspended()
  const canceled = evenCanceled ? undefined : refuseCanceled(standing, policy)
  if (canceled) throw canceled
  // What it is done to is decided by the command.
  if (permission !== null) {
    enforce(permits(policy, { kind: 'member', id, role, channel: null }, permission))
  }
}

/** Whose kept answers these are: a member's browser does not share those of the host. */
function nameOf(principal: Principal): string {
  if (principal.kind === 'person') return `user:${principal.context.person.id}`
  return principal.kind === 'key' ? principal.key.actor.id : `token:${principal.key.actor.id}`
}
