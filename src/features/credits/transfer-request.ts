import type { Actor } from '../../context.js'
import type { CreditMode, CreditTransferRow, TransferKind } from '../../db/tables/credits.js'
import type { Problem } from '../../errors.js'

/** One movement that somebody wants. */
export interface TransferRequest {
  readonly kind: TransferKind
  /** Left out: all there is to reclaim, to capture or to refund. */
  readonly amount?: number | undefined
  /** Who spends; who gets, or gives back; of a move, who gives. Left out: the organization itself. */
  readonly memberId?: string | undefined
  /** Of a move: who gets. */
  readonly toMemberId?: string | undefined
  /** The spend that is refunded, the hold that ends, the top-up that expires. */
  readonly ofId?: string | undefined
  /** Done once in the organization, whoever asks and however often. */
  readonly idempotencyKey?: string | undefined
  readonly reference?: string | undefined
  readonly reason?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Of a top-up: what is used first, from 1; left out: 50. */
  readonly priority?: number | undefined
  /** Of a top-up or a hold. */
  readonly expiresAt?: Date | undefined
  /** Muster’s own: done whatever has become of the member (invited, lapsed, removed). */
  readonly trusted?: boolean | undefined
}

/** The rules of the policy that a movement is judged by. */
export interface LedgerRules {
  /** What the policy offers, in its order: the organization's own choice is read with its accounts. */
  readonly modes: readonly CreditMode[]
  /** Percent of what there was. */
  readonly lowAt: readonly number[]
}

/** A request with all that is known of its call. */
export interface PlacedRequest {
  readonly organizationId: string
  readonly request: TransferRequest
  readonly rules: LedgerRules
  readonly actor: Actor
  readonly requestId: string | null
  readonly now: Date
}

/** What a movement has made of whoever paid: told once, by the movement that crossed the line. */
export type Crossing =
  | { readonly type: 'exhausted' }
  | { readonly type: 'low'; readonly percent: number }

/** What became of one request. */
export type TransferOutcome =
  | {
      readonly status: 'created'
      readonly transfer: CreditTransferRow
      readonly crossing: Crossing | undefined
    }
  /** Its key was used before, for this. */
  | { readonly status: 'replayed'; readonly transfer: CreditTransferRow }
  /** Nothing was there to be reclaimed. */
  | { readonly status: 'nothing' }
  | { readonly status: 'refused'; readonly problem: Problem }
