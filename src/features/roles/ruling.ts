import type { OrgContext } from '../../context.js'
import { decide } from '../../policy/decide.js'
import type {
  Holders,
  Refusal,
  ResourceStanding,
  Target,
  UsedGrant
} from '../../policy/decision.js'
import type { Channel } from '../../policy/document-shape.js'
import { isOwnPermission } from '../../policy/permissions.js'
import { channelsFor } from '../../policy/test-limits.js'
import { circumstancesOf, refuseCanceled } from '../../standing.js'
import type { Check } from './authorize-schemas.js'
import { actionOf } from './check.js'

/** Somebody who belongs to the organization, as read after the request arrived. */
export interface Person {
  readonly id: string
  readonly role: string
  readonly status: string
}

/** What must be known to answer a check. What it does not name is left out. */
export interface CheckFacts {
  /** Whom it is about; undefined: nobody who is there. */
  readonly subject: Person | undefined
  readonly target?: Target | undefined
  readonly holders?: (role: string) => Holders
  /** The resource that it names, as it stands to the subject. */
  readonly on?: ResourceStanding
}

export type Ruling =
  | {
      readonly allowed: true
      readonly member: Person
      /** The permission that gives it. */
      readonly via: string
      /** Through what the member has the resource, where that decides. */
      readonly grant?: UsedGrant | undefined
      /** Only from these kinds of client, which was not asked about. */
      readonly channels?: readonly Channel[] | undefined
    }
  | {
      readonly allowed: false
      readonly code: string
      readonly because: string
      readonly details?: Readonly<Record<string, unknown>>
      readonly member?: Person
    }

/** What members still do once the subscription is canceled: restore it, or delete everything. */
const EVEN_CANCELED: readonly string[] = ['subscription.cancel', 'org.delete']

/** What `decide` says to the member itself, told why not where it has no say at all. */
export function ruleOn(ctx: OrgContext, check: Check, facts: CheckFacts): Ruling {
  const { subject } = facts
  if (subject?.status !== 'active') return withoutSay(subject)
  const canceled = EVEN_CANCELED.includes(check.permission)
    ? undefined
    : refuseCanceled(ctx.standing, ctx.policy.policy)
  if (canceled) {
    const because = 'the subscription is canceled, and access ended with it'
    const { definition, members: details } = canceled
    return { allowed: false, code: definition.code, because, details, member: subject }
  }
  const missing = missingOf(check, facts)
  if (missing === undefined) return judge(ctx, check, facts, subject)
  return { allowed: false, code: 'not_found', because: missing, member: subject }
}

function missingOf({ target, resource }: Check, facts: CheckFacts): string | undefined {
  if (target !== undefined && !facts.target) return 'the target is no member here'
  return resource !== undefined && !facts.on ? 'there is no such resource here' : undefined
}

function judge(ctx: OrgContext, check: Check, facts: CheckFacts, member: Person): Ruling {
  const { target, holders, on } = facts
  const { policy } = ctx.policy
  const action = actionOf(check, target, on)
  const { id, role } = member
  const named = check.channel ?? (ctx.actor.id === id ? ctx.channel : null)
  // Of an unknown client it is told which would do: a command refuses it, a question need not.
  const channels = named === null ? channelsFor(policy, action) : undefined
  const actor = { kind: 'member', id, role, channel: channels?.[0] ?? named } as const
  const { entitlements, pastDue } = circumstancesOf(ctx.standing)
  const circumstances = { entitlements, pastDue, confirmed: true, holders }
  const decision = decide(policy, actor, action, circumstances)
  if (!decision.allowed) return { ...decision, because: whyNot(check, decision, facts), member }
  const { via = check.permission, grant } = decision
  return { allowed: true, member, via, grant, channels }
}

function withoutSay(member: Person | undefined): Ruling {
  if (member?.status === 'suspended') {
    return { allowed: false, code: 'member_suspended', because: 'the member is suspended', member }
  }
  if (member?.status === 'reassignment_pending') {
    const because = 'the account waits for who takes it over: nobody has access'
    return { allowed: false, code: 'reassignment_pending', because, member }
  }
  const because = member ? 'the person is invited and has not joined' : 'nobody here is called that'
  return { allowed: false, code: 'not_a_member', because }
}

/** A right to what is one's own is not enough for the rest. */
function whyNot({ permission }: Check, { code, because }: Refusal, { on }: CheckFacts): string {
  const isOthers = on?.owned === false && isOwnPermission(permission) && code === 'not_permitted'
  return isOthers ? `${because}, and the resource is not the member's own` : because
}
