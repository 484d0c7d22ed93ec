import type { Permission } from '../policy/permissions.js'
import type { Scope } from '../scopes.js'
import type { ActorName } from './caller.js'

/**
 * Who may call a route. `public`: anyone. `operator`: an API key, on the deployment. `tenant`: an
 * API key on one organization, as itself or on behalf of a member whose role has the permission
 * (null: any active member), or that member's own token.
 */
export type RouteAccess = { readonly class: 'public' } | OperatorAccess | TenantAccess

export interface OperatorAccess {
  readonly class: 'operator'
  readonly scope: Scope
  /** People may too, with a token of the host's issuer, about themselves. */
  readonly orPerson?: true
}

export interface TenantAccess {
  readonly class: 'tenant'
  readonly scope: Scope
  readonly permission: Permission | null
  /** What only the host itself can say: on behalf of a member, or by one, it is refused. */
  readonly hostOnly?: true
  /** Also what is done by a member is only believed of the host: their own tokens are refused. */
  readonly keyOnly?: true
  /**
   * People may too who are not members, with a token of the host's issuer. Such an organization is
   * looked at by `strangerContext`: not before all else is found to be right with the request.
   */
  readonly orStranger?: true
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
