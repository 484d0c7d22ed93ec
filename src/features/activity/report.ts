import type { Problem } from '../../errors.js'

export const ACTIVITY_TYPES = ['activity', 'sign_in'] as const

/** What the host, or the person themselves, tells of a member. */
export interface Report {
  /** One of both is there. */
  readonly memberId?: string | undefined
  readonly userId?: string | undefined
  readonly type: (typeof ACTIVITY_TYPES)[number]
  readonly at: Date
  /** What was used, by its id or by the host's. */
  readonly resource?: string | undefined
}

/** `unchanged`: as much, or something newer, is noted already. */
export type ReportResult =
  | { readonly status: 'recorded' | 'unchanged'; readonly problem?: never }
  | { readonly status: 'error'; readonly problem: Problem }
