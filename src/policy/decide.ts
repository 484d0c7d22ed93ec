import type {
  Action,
  Circumstances,
  DecidingActor,
  DecidingMember,
  Decision,
  Refusal
} from './decision.js'
import type { Policy } from './document.js'
import {
  grantOf,
  testMatrix,
  testPermission,
  testProtected,
  testRank,
  testSelf
} from './test-authority.js'
import {
  testBilling,
  testChannel,
  testConfirmation,
  testEntitlement,
  testHolders,
  testKnownRole,
  testOffered
} from './test-limits.js'
import { testResource, usedGrant } from './test-resource.js'

/**
 * The only place that grants anything. Pure: the same policy, actor, action and circumstances always
 * give the same decision. The tests run in a fixed order, and the first that fails names the
 * refusal: permission of the actor's role, whether it has the resource, oneself, protected roles, rank,
 * the matrix of `authority`, holders, entitlements, billing, client channel, confirmation. (Whether a
 * seat is free is asked by whoever gives seats away, after this.)
 *
 * The host itself needs no permission and no rank: what the policy offers at all, how many holders a
 * role has, entitlements and confirmations hold for it as for everybody.
 *
 * @throws Error when the action touches a role with a least or most number of holders and
 * `circumstances` does not know how many there are
 */
export function decide(
  policy: Policy,
  actor: DecidingActor,
  action: Action,
  circumstances: Circumstances = {}
): Decision {
  const asked = { policy, action, circumstances }
  const refusal =
    actor.kind === 'host'
      ? firstRefusal(OF_HOSTS, asked, actor)
      : firstRefusal(OF_MEMBERS, asked, actor)
  if (refusal) return refusal
  if (actor.kind === 'host') return { allowed: true }
  const via = grantOf(policy, actor.role, action)
  if (via === undefined) return { allowed: true }
  const grant = usedGrant(policy, actor.role, action)
  return grant ? { allowed: true, via, grant } : { allowed: true, via }
}

interface Asked {
  readonly policy: Policy
  readonly action: Action
  readonly circumstances: Circumstances
}

type Test<Who> = (asked: Asked, actor: Who) => Refusal | undefined

/** In the order in which they are told. */
const OF_MEMBERS: readonly Test<DecidingMember>[] = [
  ({ policy, action }, actor) => testPermission(policy, actor, action),
  ({ policy, action }) => testResource(policy, action),
  ({ policy, action }) => testOffered(policy, action),
  ({ policy, action }, actor) => testSelf(policy, actor, action),
  ({ policy, action }) => testProtected(policy, action),
  ({ policy, action }, actor) => testRank(policy, actor, action),
  ({ policy, action }) => testKnownRole(policy, action),
  ({ policy, action }, actor) => testMatrix(policy, actor, action),
  ({ policy, action, circumstances }) => testHolders(policy, action, circumstances),
  ({ policy, action, circumstances }) => testEntitlement(policy, action, circumstances),
  ({ policy, action, circumstances }) => testBilling(policy, action, circumstances),
  ({ policy, action }, actor) => testChannel(policy, actor, action),
  ({ policy, action, circumstances }) => testConfirmation(policy, action, circumstances)
]

const OF_HOSTS: readonly Test<unknown>[] = [
  ({ policy, action }) => testOffered(policy, action),
  ({ policy, action }) => testKnownRole(policy, action),
  ({ policy, action, circumstances }) => testHolders(policy, action, circumstances),
  ({ policy, action, circumstances }) => testEntitlement(policy, action, circumstances),
  ({ policy, action, circumstances }) => testBilling(policy, action, circumstances),
  ({ policy, action, circumstances }) => testConfirmation(policy, action, circumstances)
]

function firstRefusal<Who>(
  tests: readonly Test<Who>[],
  asked: Asked,
  actor: Who
): Refusal | undefined {
  for (const test of tests) {
    const refusal = test(asked, actor)
    if (refusal) return refusal
  }
  return undefined
}

/** The first of the tests alone: whether a route is for holders of this role at all. */
export function permits(policy: Policy, actor: DecidingActor, permission: string): Decision {
  if (actor.kind === 'host') return { allowed: true }
  return testPermission(policy, actor, { type: 'use', permission, own: true }) ?? { allowed: true }
}
