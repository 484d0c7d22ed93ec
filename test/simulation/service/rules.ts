import type { Role, Rules, Status } from '../model.js'

type Listed = readonly { readonly actor: string; readonly roles: readonly string[] }[]

/** What the model reads of a policy's document. */
export interface Document {
  readonly key: string
  readonly roles: readonly Role[]
  readonly creator_role: string
  readonly default_role: string
  readonly authority: {
    readonly invite: Listed
    readonly remove: Listed
    readonly suspend: Listed
    readonly reassign: Listed
    readonly change_role: readonly {
      readonly actor: string
      readonly from: readonly string[]
      readonly to: readonly string[]
    }[]
    readonly protected: readonly string[]
    readonly lower_rank_only: readonly string[]
    readonly may_leave: readonly string[]
    readonly own_role_change: boolean
  }
  readonly ownership: Rules['ownership']
  readonly suspension: Rules['suspension']
  readonly reassignment: Rules['reassignment'] & { readonly lifetime: string | null }
  readonly custom_roles: {
    readonly allowed: 'never' | 'always' | 'entitled'
    readonly rank: number
  }
  readonly seats: {
    readonly mode: string
    readonly limit: number | null
    readonly counted: Status[]
  }
  readonly invitations: {
    readonly lifetime: string | null
    readonly fields: Readonly<Record<string, 'absent' | 'optional' | 'required'>>
    readonly cancel_by: readonly string[]
    readonly cancel_from: readonly string[]
    readonly resend_ways: readonly string[]
    readonly rotate_link_on_resend: boolean
  }
  readonly credits: { readonly kind: string }
  readonly signup_pages: { readonly enabled: boolean }
  readonly domain_claims: { readonly enabled: boolean }
  readonly resources: {
    readonly kinds: readonly {
      readonly modes: readonly { readonly key: string; readonly exclusive?: boolean }[]
    }[]
  }
}

/** The model calls whoever holds the creator's role an owner. */
const OWNER = 'owner'
const DAY_MS = 86_400_000

export interface CustomRole {
  readonly key: string
  permissions: readonly string[]
}

export const toModelRole = (document: Document, role: string) =>
  role === document.creator_role ? OWNER : role
export const toWireRole = (document: Document, role: string) =>
  role === OWNER ? document.creator_role : role

/** The document with an organization's own roles in it, and every list written out. */
export function rulesOf(document: Document, custom: readonly CustomRole[]): Rules {
  const own = custom.map(({ key, permissions }) => ({
    key,
    rank: document.custom_roles.rank,
    min: 0,
    max: null,
    permissions
  }))
  const roles = [...document.roles, ...own].map((role) => ({
    ...role,
    key: toModelRole(document, role.key)
  }))
  const resolve = (keys: readonly string[]) =>
    keys.flatMap((key) => {
      if (key === '*') return roles.map((role) => role.key)
      return key === 'custom' ? own.map((role) => role.key) : [toModelRole(document, key)]
    })
  const over = (listed: Listed) =>
    listed.flatMap(({ actor, roles: keys }) =>
      resolve([actor]).map((one) => ({ actor: one, roles: resolve(keys) }))
    )
  const { authority } = document
  return {
    roles,
    authority: {
      invite: over(authority.invite),
      remove: over(authority.remove),
      suspend: over(authority.suspend),
      reassign: over(authority.reassign),
      change_role: authority.change_role.flatMap(({ actor, from, to }) =>
        resolve([actor]).map((one) => ({ actor: one, from: resolve(from), to: resolve(to) }))
      ),
      protected: resolve(authority.protected),
      lower_rank_only: authority.lower_rank_only,
      may_leave: resolve(authority.may_leave),
      own_role_change: authority.own_role_change
    },
    ownership: document.ownership,
    suspension: document.suspension,
    reassignment: document.reassignment
  }
}

/** When an offer that is made now ends by itself. */
export function endOf(lifetime: string | null, now: number): number {
  const [, days] = /^P(\d+)D$/.exec(lifetime ?? '') ?? []
  return days === undefined ? Number.POSITIVE_INFINITY : now + Number(days) * DAY_MS
}
