import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { PERMISSIONS } from '../../policy/permissions.js'

/** What a problem’s text may be about more exactly: `confirmation_required.member.remove`. */
const ACTIONS = ['suspend', 'reassign', 'transfer', 'manage_roles'] as const

export const ACTIONS_OF_TEXTS: ReadonlySet<string> = new Set([...PERMISSIONS, ...ACTIONS])

/** Besides those of problems, mails and pages. */
export const OTHER_TEXTS: ReadonlySet<string> = new Set([
  'invitation.created',
  ...MEMBER_STATUSES.map((status) => `status.${status}`)
])
