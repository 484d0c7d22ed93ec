import type { MemberStatus } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { seatsExhausted } from './errors.js'
import { sizeOf, usedSeatsOf, usesSeat } from './seat-count.js'
import { waysOutOf } from './ways-out.js'

interface Taking {
  /** What the member is now; null: it is none yet. */
  readonly from: MemberStatus | null
  readonly to: MemberStatus
  /** An offer that ran out is opened again: the policy may want it told apart (SM-51). */
  readonly isResend?: boolean
}

/** Who gets in as long as the organization is locked. */
export interface SeatGate {
  /** Takes a seat where one is needed; what whoever asked is told when none is left. */
  take(taking: Taking): Problem | undefined
}

/** As much of an organization as it takes. Of one that is only read it is true for the moment. */
interface Gated extends Pick<LockedOrganization, 'policy' | 'counts'> {
  readonly tally: Pick<LockedOrganization['tally'], 'seats'>
}

/**
 * Whether there is a seat for this: the one function that every door asks. True until the commit, as
 * the organization was locked with `countMembers`. `settleSeats` says what it costs.
 */
export function openGate(organization: Gated): SeatGate {
  const { policy } = organization.policy
  const size = sizeOf(organization.tally.seats, policy)
  if (size === null) return { take: () => undefined }
  const { counts } = organization
  if (!counts) throw new Error('lock the organization with countMembers to give seats away')
  const held: Held = { ...counts }
  return {
    take({ from, to, isResend = false }) {
      if (!usesSeat(policy, to) || usesSeat(policy, from)) return undefined
      const used = usedSeatsOf(held, policy)
      const refuses =
        policy.seats.mode === 'hard_cap' ||
        (isResend && policy.seats.resend_expired_when_full === 'refuse')
      if (refuses && used >= size) {
        return seatsExhausted({
          limit: size,
          used,
          members: { ...held },
          ways_out: waysOutOf(policy, held)
        })
      }
      move(held, from, to)
      return undefined
    }
  }
}

type Held = Partial<Record<MemberStatus, number>>

/** Whoever comes next is told of this one too. */
function move(held: Held, from: MemberStatus | null, to: MemberStatus): void {
  if (from !== null) held[from] = (held[from] ?? 1) - 1
  held[to] = (held[to] ?? 0) + 1
}
