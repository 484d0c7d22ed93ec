/** Requests a minute that a key may be given. */
export const RATE_LIMIT_MAX = 1_000_000

/** How long the secret before a rotation is good unless said otherwise, and at most. */
export const OVERLAP_SECONDS = 86_400
export const OVERLAP_SECONDS_MAX = 7 * 86_400
