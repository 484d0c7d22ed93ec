import { z } from 'zod'

/** What of a member a policy can let be changed. */
export const MEMBER_FIELDS = ['name', 'role', 'resources', 'email', 'avatar_url'] as const

/** What a list of members can show: for the host's page, which Muster does not draw. */
const COLUMNS = [
  'avatar',
  'name',
  'email',
  'role',
  'status',
  'resources',
  'groups',
  'credits',
  'requests',
  'last_active_at',
  'last_sign_in_at',
  'joined_at'
] as const

export const memberList = z.strictObject({
  columns: z
    .array(z.enum(COLUMNS))
    .default(['avatar', 'name', 'email', 'role', 'status', 'last_active_at', 'joined_at']),
  /** Where it is said that somebody has not accepted yet: as the status, or as the last activity. */
  pending_in: z.enum(['status', 'last_active_at']).default('status')
})
