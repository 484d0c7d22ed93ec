import { decide } from '../decide.js'
import type { Action, Holders } from '../decision.js'
import { ownerRoleOf, type Policy } from '../document.js'
import { channelsFor, ENTITLEMENTS } from '../test-limits.js'
import { type Comparison, compareHostPowers, comparePowers } from './powers.js'
import { holdersOf, type Seat, type SeatStatus, type Team } from './team.js'

/** Bringing somebody in. `to`: the role that they get. */
export interface Joining {
  readonly type: 'invite' | 'import'
  readonly to: string
}

/** What is done to a member. */
export type Act =
  | { readonly type: 'change_role'; readonly to: string }
  | { readonly type: 'remove' | 'leave' | 'suspend' | 'reactivate' | 'reassign' | 'transfer' }

/** What `decide` says in teams that have as many holders of each role that has a least or a most. */
export interface Rulings {
  /** Whom the actor may bring in. */
  readonly joining: (actor: Seat) => readonly Joining[]
  /** What the actor may do to another, or to itself. */
  readonly upon: (actor: Seat, target: Seat) => readonly Act[]
}

/** The policy of an organization, with what `decide` says there: each question is asked once. */
export interface World {
  readonly policy: Policy
  readonly rulings: (team: Team) => Rulings
  readonly lacks: Comparison
  readonly lacksOfHost: Comparison
}

export function newWorld(policy: Policy): World {
  const limited = policy.roles.filter(({ min, max }) => min > 0 || max !== null)
  const kept = new Map<string, Rulings>()
  return {
    policy,
    rulings(team) {
      const counts = new Map(limited.map(({ key }) => [key, holdersOf(team, key)]))
      const key = [...counts.values()].map(({ active, all }) => `${active}/${all}`).join()
      return remember(kept, key, () => rulingsFor(policy, (role) => counted(counts, role)))
    },
    lacks: comparePowers(policy),
    lacksOfHost: compareHostPowers(policy)
  }
}

/** An answer is kept for its counts: it must not rest on any other. */
function counted(counts: ReadonlyMap<string, Holders>, role: string): Holders {
  const holders = counts.get(role)
  if (!holders) throw new Error(`decide counts ${role}, which has no limit`)
  return holders
}

function rulingsFor(policy: Policy, holders: (role: string) => Holders): Rulings {
  const roles = policy.roles.map(({ key }) => key)
  const joinings = (['invite', 'import'] as const).flatMap((type) =>
    roles.map((to): Joining => ({ type, to }))
  )
  const joining = new Map<string, readonly Joining[]>()
  const upon = new Map<string, readonly Act[]>()
  return {
    joining: (actor) =>
      remember(joining, actor.role, () =>
        joinings.filter(({ type, to }) => isAllowed(policy, actor, { type, role: to }, holders))
      ),
    upon: (actor, target) => {
      const isSelf = actor.person === target.person
      const key = [actor.role, target.role, isSelf ? 'self' : target.status].join()
      const { role, status } = target
      const asked = { id: String(target.person), role, status }
      return remember(upon, key, () =>
        actsUpon(policy, target, isSelf).filter((act) =>
          isAllowed(policy, actor, { ...act, target: asked }, holders)
        )
      )
    }
  }
}

/** What a member's state allows before any policy is asked. Nobody is made the owner twice. */
function actsUpon(policy: Policy, { role, status }: Seat, isSelf: boolean): Act[] {
  const transfer: Act[] = role === ownerRoleOf(policy) ? [] : [{ type: 'transfer' }]
  const byStatus: Record<SeatStatus, Act[]> = {
    active: [{ type: 'reassign' }, ...transfer, { type: 'suspend' }],
    reassignment_pending: [{ type: 'reassign' }],
    suspended: [{ type: 'reactivate' }]
  }
  const changes = policy.roles
    .filter(({ key }) => key !== role)
    .map(({ key }): Act => ({ type: 'change_role', to: key }))
  return [...changes, { type: isSelf ? 'leave' : 'remove' }, ...byStatus[status]]
}

/** Counts that no least or most stands against. */
const plenty: (role: string) => Holders = () => ({ active: Number.MAX_SAFE_INTEGER, all: 0 })

/** By the client that the policy likes best, confirmed, and with all that a host may add. */
export function isAllowed(
  policy: Policy,
  { person, role }: Pick<Seat, 'person' | 'role'>,
  action: Action,
  holders = plenty
): boolean {
  const circumstances = { holders, confirmed: true, entitlements: ENTITLEMENTS }
  const channel = channelsFor(policy, action)?.[0] ?? null
  const actor = { kind: 'member', id: String(person), role, channel } as const
  return decide(policy, actor, action, circumstances).allowed
}

/** Whether a role can bring somebody in or change a role at all, however many hold which role. */
export function canManage(policy: Policy, role: string): boolean {
  const { joining, upon } = rulingsFor(policy, plenty)
  const actor: Seat = { person: 0, role, status: 'active', side: 'other' }
  return (
    joining(actor).length > 0 ||
    policy.roles.some(({ key }) =>
      upon(actor, { ...actor, person: 1, role: key }).some(({ type }) => type === 'change_role')
    )
  )
}

function remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key)
  if (known !== undefined) return known
  const made = make()
  kept.set(key, made)
  return made
}
