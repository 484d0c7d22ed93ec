import { and, eq, inArray, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { billingEntries } from '../../db/tables/billing-entries.js'
import type { Policy } from '../../policy/document.js'
import {
  appendEntries,
  type DraftEntry,
  expireCredits,
  writeTally
} from '../billing/append-entries.js'
import { returnCredits } from '../credits/return-credits.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { countSeats } from './count-moves.js'
import { usesSeat } from './seat-count.js'
import { seatEvents } from './seat-events.js'
import { endedSeat, type SeatMove, type SeatState } from './seat-move.js'

/**
 * What a command has done to seats, written down: what became due, once for each cause, how the
 * team grows by what is charged (SM-24), what of a seat that ended is the organization's again, and
 * what is told of it. After the gate has let everybody in.
 */
export async function settleSeats(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  moves: readonly SeatMove[]
): Promise<void> {
  const {
    row,
    policy: { policy }
  } = organization
  const count = countSeats(organization, moves)
  organization.tally.seats = count.seats
  const drafts = [
    ...count.overages.map(overageOf),
    ...(policy.seats.mode === 'per_member' ? moves.flatMap((move) => seatDraft(policy, move)) : []),
    ...moves.flatMap((move) => resourceDraft(policy, move))
  ]
  appendEntries(tx, ctx, organization, await numbered(tx, organization, drafts))
  // What time gives back when the subscription has ended ends as what there was before.
  const hasEnded = row.status !== 'active' && policy.cancellation.expire_credits
  if (hasEnded) expireCredits(tx, ctx, organization)
  appendEvents(tx, ctx, placeOf(organization), seatEvents(organization, count))
  await returnCredits(tx, ctx, organization, moves.flatMap(endedSeat))
  await writeTally(tx, organization)
}

type Draft = Omit<DraftEntry, 'reason'> & { readonly reason?: string }

function overageOf({ offer, memberId }: SeatMove): Draft {
  const kind = 'overage'
  if (!offer) return { kind, subject: { type: 'member', id: memberId }, quantity: 1 }
  const { id, generation } = offer
  const subject = { type: 'invitation', id } as const
  return { kind, reason: `${kind}:${id}:${generation}`, subject, quantity: 1 }
}

/** A member is charged from when its seat is used, and credited from when it is not (OP-79, OP-84). */
function seatDraft(policy: Policy, { memberId, before, after, lapsedAt }: SeatMove): Draft[] {
  const was = usesSeat(policy, before?.status ?? null)
  const is = usesSeat(policy, after.status)
  const kind = is ? 'member_added' : 'member_removed'
  if (was === is || (was && !policy.billing.credit_on_removal)) return []
  return [{ kind, subject: { type: 'member', id: memberId }, quantity: 1, ...atOf(lapsedAt) }]
}

/** The same for what lies on a used seat beyond what goes with it (OP-82). */
function resourceDraft(policy: Policy, { memberId, before, after, lapsedAt }: SeatMove): Draft[] {
  const more = extraOf(policy, after) - (before ? extraOf(policy, before) : 0)
  const kind = more > 0 ? 'resource_added' : 'resource_removed'
  if (more === 0 || (more < 0 && !policy.billing.credit_on_removal)) return []
  const subject = { type: 'member', id: memberId } as const
  return [{ kind, subject, quantity: Math.abs(more), ...atOf(lapsedAt) }]
}

const atOf = (at: Date | undefined) => (at === undefined ? {} : { at })

function extraOf(policy: Policy, { status, chargedResources }: SeatState): number {
  const { resources_included: included } = policy.billing
  if (included === null || !usesSeat(policy, status)) return 0
  return Math.max(0, chargedResources - included)
}

/** What befell a member before is counted: its third charge has a reason of its own, once. */
async function numbered(
  tx: Tx,
  { row, tally: { named } }: LockedOrganization,
  drafts: readonly Draft[]
): Promise<DraftEntry[]> {
  const unnamed = drafts.filter(({ reason }) => reason === undefined)
  const ids = [...new Set(unnamed.map(({ subject }) => subject.id))]
  const { subjectId, kind, organizationId } = billingEntries
  const found =
    ids.length === 0
      ? []
      : await tx
          .select({ subjectId, kind, count: sql<number>`count(*)::int` })
          .from(billingEntries)
          .where(and(eq(organizationId, row.id), inArray(subjectId, ids)))
          .groupBy(subjectId, kind)
  const counts = new Map(found.map((one) => [`${one.kind}:${one.subjectId}`, one.count]))
  return drafts.map(({ reason, ...draft }) => {
    if (reason !== undefined) return { ...draft, reason }
    const name = `${draft.kind}:${draft.subject.id}`
    const added = (named.get(name) ?? 0) + 1
    named.set(name, added)
    return { ...draft, reason: `${name}:${(counts.get(name) ?? 0) + added}` }
  })
}
