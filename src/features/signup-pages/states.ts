import type { SignupPageRow } from '../../db/tables/signup-pages.js'

export const SIGNUP_PAGE_STATUSES = ['active', 'full', 'disabled'] as const
export type SignupPageStatus = (typeof SIGNUP_PAGE_STATUSES)[number]

/** What whoever opens it is told: beside its own state, that of the organization. */
export const PUBLIC_STATUSES = [...SIGNUP_PAGE_STATUSES, 'blocked'] as const

export function statusOf(row: SignupPageRow): SignupPageStatus {
  if (row.disabledAt !== null) return 'disabled'
  return isFull(row) ? 'full' : 'active'
}

export const isFull = ({ signupCount, maxSignups }: SignupPageRow): boolean =>
  signupCount >= maxSignups

export const urlOf = ({ slug }: SignupPageRow, baseUrl: string): string => `${baseUrl}/join/${slug}`
