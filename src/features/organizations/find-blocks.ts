import type { OrgContext } from '../../context.js'
import { fill } from '../../errors.js'
import { PAST_DUE_BLOCKS, type PastDueBlock } from '../../policy/billing-shape.js'
import { decide } from '../../policy/decide.js'
import { wordsFor } from '../../policy/texts.js'
import { defaultDetail } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { sizeOf, usedSeatsOf } from '../seats/seat-count.js'
import { type WayOut, wayOutText, waysOutOf } from '../seats/ways-out.js'
import type { MemberCounts } from './queries.js'

type Door = PastDueBlock

/** What nobody can do right now, and why. */
interface Block {
  readonly action: Door
  readonly code: string
  readonly detail: string
  readonly ways_out: { readonly code: WayOut; readonly text: string }[]
}

interface Facts {
  readonly counts: MemberCounts
  /** As billing says. */
  readonly seats: number | null
}

interface Cause {
  readonly code: string
  readonly ways: readonly WayOut[]
  readonly members?: Readonly<Record<string, unknown>>
}

/**
 * Through which doors nobody comes in right now, whoever asks: the subscription has ended, the plan
 * has no team, an invoice is overdue, all seats are in use. In the words of the reader.
 */
export function findBlocks(ctx: OrgContext, facts: Facts): Block[] {
  return PAST_DUE_BLOCKS.filter((door) => hasDoor(ctx, door)).flatMap((action) => {
    const cause = causeOf(ctx, action, facts)
    return cause ? [toBlock(ctx, action, cause)] : []
  })
}

/** Who asks at these doors comes by themselves, where the policy lets teams open them at all. */
const OPENED_BY = { join: 'domain.claim', signup_page: 'signup_page.manage' } as const

function hasDoor({ policy: { policy } }: OrgContext, door: Door): boolean {
  if (door !== 'join' && door !== 'signup_page') return true
  return decide(policy, { kind: 'host' }, { type: 'use', permission: OPENED_BY[door] }).allowed
}

function causeOf(ctx: OrgContext, action: Door, facts: Facts): Cause | undefined {
  if (ctx.standing.status !== 'active') {
    return { code: 'organization_canceled', ways: ['restore_subscription'] }
  }
  return refusedByPlan(ctx, action) ?? (action === 'resend' ? undefined : full(ctx, facts))
}

/** What the host has sold, and whether it was paid. */
function refusedByPlan({ policy: { policy }, standing }: OrgContext, action: Door) {
  const circumstances = circumstancesOf(standing)
  const invite = { type: 'use', permission: 'member.invite' } as const
  const decision = decide(policy, { kind: 'host' }, invite, { ...circumstances, pastDue: false })
  if (!decision.allowed && action !== 'resend') {
    return { code: decision.code, ways: ['change_plan'] } as const
  }
  return circumstances.pastDue && policy.billing.past_due_blocks.includes(action)
    ? ({ code: 'billing_past_due', ways: ['pay_invoice'] } as const)
    : undefined
}

function full({ policy: { policy } }: OrgContext, { counts, seats }: Facts): Cause | undefined {
  const size = sizeOf(seats, policy)
  if (policy.seats.mode !== 'hard_cap' || size === null) return undefined
  return usedSeatsOf(counts, policy) < size
    ? undefined
    : { code: 'seats_exhausted', ways: waysOutOf(policy, counts), members: { limit: size } }
}

function toBlock(
  { policy: { policy }, locale }: OrgContext,
  action: Door,
  { code, ways, members = {} }: Cause
): Block {
  const words = wordsFor(policy.texts, code, undefined, locale) ?? defaultDetail(code, locale)
  return {
    action,
    code,
    detail: fill(words, members),
    ways_out: ways.map((way) => ({ code: way, text: wayOutText(way, locale) }))
  }
}
