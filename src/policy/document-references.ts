import type { PolicySource } from './document-shape.js'
import { durationDays } from './duration.js'
import { CUSTOM, EVERY } from './selectors.js'

export interface Issue {
  readonly path: readonly (string | number)[]
  readonly message: string
}

interface Naming {
  readonly path: Issue['path']
  readonly keys: readonly (string | undefined)[]
}

const UNKNOWN_ROLE = 'names a role that is not in roles'

/** What no single field can see: names that lead nowhere, doubles, and what cannot both be meant. */
export function checkReferences(policy: PolicySource): Issue[] {
  const keys = new Set(policy.roles.map(({ key }) => key))
  const unknown = namings(policy)
    .filter((naming) => naming.keys.some((key) => key !== undefined && !isKnown(key, keys)))
    .map(({ path }) => ({ path, message: UNKNOWN_ROLE }))
  return [...unknown, ...contradictions(policy, keys)]
}

const isKnown = (key: string, keys: ReadonlySet<string>) =>
  key === CUSTOM || key === EVERY || keys.has(key)

function namings(policy: PolicySource): Naming[] {
  const { authority, ownership } = policy
  const over = (['invite', 'remove', 'suspend', 'reassign'] as const).flatMap((action) =>
    authority[action].map(({ actor, roles }, index) => ({
      path: ['authority', action, index],
      keys: [actor, ...roles]
    }))
  )
  return [
    { path: ['creator_role'], keys: [policy.creator_role] },
    { path: ['default_role'], keys: [policy.default_role] },
    ...over,
    ...authority.change_role.map(({ actor, from, to }, index) => ({
      path: ['authority', 'change_role', index],
      keys: [actor, ...from, ...to]
    })),
    { path: ['authority', 'protected'], keys: authority.protected },
    { path: ['authority', 'may_leave'], keys: authority.may_leave },
    { path: ['domain_claims', 'role'], keys: [policy.domain_claims.role] },
    { path: ['ownership', 'role'], keys: [ownership.role] },
    { path: ['ownership', 'former_becomes'], keys: [ownership.former_becomes] },
    ...policy.notifications.map(({ roles }, index) => ({
      path: ['notifications', index, 'roles'],
      keys: roles
    }))
  ]
}

function contradictions(policy: PolicySource, keys: ReadonlySet<string>): Issue[] {
  const { roles, ownership, invitations } = policy
  const overfull = roles.flatMap(({ min, max }, index) =>
    max !== null && max < min
      ? [{ path: ['roles', index, 'max'], message: 'is lower than min' }]
      : []
  )
  const creatorAlone = roles.flatMap(({ key, min }, index) =>
    min > (key === policy.creator_role ? 1 : 0)
      ? [{ path: ['roles', index, 'min'], message: 'is more than an organization begins with' }]
      : []
  )
  return [
    ...(keys.size === roles.length ? [] : [{ path: ['roles'], message: 'has the same key twice' }]),
    ...overfull,
    ...creatorAlone,
    ...(ownership.transfer === 'swap' && ownership.former_becomes === undefined
      ? [{ path: ['ownership', 'former_becomes'], message: 'is needed where ownership is swapped' }]
      : []),
    ...(invitations.fields.resources !== 'absent' && invitations.resource_choices.length === 0
      ? [{ path: ['invitations', 'resource_choices'], message: 'leaves nothing to choose' }]
      : []),
    ...resourceContradictions(policy, keys),
    ...moneyContradictions(policy),
    ...creditContradictions(policy, keys)
  ]
}

function resourceContradictions(
  { resources: { kinds }, invitations, access_review: { holders_max: surprises } }: PolicySource,
  roles: ReadonlySet<string>
): Issue[] {
  return [
    ...whenever(
      invitations.fields.resources === 'required' && kinds.length === 0,
      ['invitations', 'fields', 'resources'],
      'is required where there are no kinds of resources'
    ),
    ...kinds.flatMap(({ new_mode: mode, modes }, index) =>
      whenever(
        mode !== undefined && !modes.some(({ key }) => key === mode),
        ['resources', 'kinds', index, 'new_mode'],
        'names a mode that is not in modes'
      )
    ),
    ...surprises.flatMap(({ role }, index) =>
      whenever(!roles.has(role), ['access_review', 'holders_max', index, 'role'], UNKNOWN_ROLE)
    )
  ]
}

/** An issue where something is wrong. */
const whenever = (isWrong: boolean, path: Issue['path'], message: string): Issue[] =>
  isWrong ? [{ path, message }] : []

function moneyContradictions({
  seats,
  billing,
  reassignment,
  cancellation
}: PolicySource): Issue[] {
  const isLimited = seats.mode === 'hard_cap' || seats.mode === 'prepaid'
  // An offer holds the seat that its acceptance is not refused.
  const held = ['invited', 'active', ...(reassignment.enabled ? ['reassignment_pending'] : [])]
  const missing = held.filter((status) => !seats.counted.some((counted) => counted === status))
  const plans = new Set(billing.prices.map(({ plan }) => plan))
  const isToldApart = seats.resend_expired_when_full !== 'refuse'
  return [
    ...whenever(
      isLimited && missing.length > 0,
      ['seats', 'counted'],
      `must have ${missing.join(', ')}: seats are limited`
    ),
    ...whenever(
      isToldApart && seats.mode !== 'prepaid',
      ['seats', 'resend_expired_when_full'],
      'is for prepaid seats only'
    ),
    ...whenever(
      billing.prices.length > 0 && billing.currency === null,
      ['billing', 'currency'],
      'is needed where there are prices'
    ),
    ...whenever(
      billing.credit_on_removal && !billing.prorated,
      ['billing', 'credit_on_removal'],
      'needs prorated: the rest of what was paid is what is given back'
    ),
    ...whenever(
      plans.size < billing.prices.length,
      ['billing', 'prices'],
      'has the same plan twice'
    ),
    ...whenever(
      comesFirst(cancellation.delete_after, cancellation.flag_after),
      ['cancellation', 'delete_after'],
      'comes before flag_after'
    )
  ]
}

function creditContradictions(
  { credits, billing, invitations }: PolicySource,
  keys: ReadonlySet<string>
): Issue[] {
  const { kind, modes, role_amounts: amounts, low_at: thresholds } = credits
  const roles = amounts.map(({ role }) => role)
  return [
    ...whenever(
      kind === 'money' && !billing.credit_on_removal,
      ['credits', 'kind'],
      'is money where billing gives none back: it needs billing.credit_on_removal'
    ),
    ...whenever(
      kind !== 'pool' && invitations.fields.credits !== 'absent',
      ['invitations', 'fields', 'credits'],
      'is for credits of the kind pool'
    ),
    ...roles.flatMap((role, index) =>
      whenever(!keys.has(role), ['credits', 'role_amounts', index, 'role'], UNKNOWN_ROLE)
    ),
    ...whenever(isRepeating(modes), ['credits', 'modes'], 'has the same mode twice'),
    ...whenever(isRepeating(roles), ['credits', 'role_amounts'], 'has the same role twice'),
    ...whenever(isRepeating(thresholds), ['credits', 'low_at'], 'has the same percentage twice')
  ]
}

const isRepeating = (values: readonly unknown[]) => new Set(values).size < values.length

const comesFirst = (one: string | null, other: string | null) =>
  one !== null && other !== null && durationDays(one) < durationDays(other)
