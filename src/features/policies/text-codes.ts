import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { PERMISSIONS } from '../../policy/permissions.js'

/** What a problem’s text may be about more exactly: `confirmation_required.member.remove`. */
const ACTIONS = ['suspend', 'reassign', 'transfer', 'manage_roles'] as const

export const ACTIONS_OF_TEXTS: ReadonlySet<string> = new Set([...PERMISSIONS, ...ACTIONS])

/** Of the mail that carries an invitation. */
export const MAIL_INVITATION = [
  'subject',
  'heading',
  'opening',
  'action',
  'expiry',
  'ignore'
] as const

/** Of the page that an invitation's link opens. */
export const PAGE_INVITATION = ['heading', 'opening', 'action', 'ignore'] as const

/** Every text that a policy may say in its own words, besides those of problems. */
export const OTHER_TEXTS: ReadonlySet<string> = new Set([
  'invitation.created',
  ...MEMBER_STATUSES.map((status) => `status.${status}`),
  ...MAIL_INVITATION.map((text) => `mail.invitation.${text}`),
  ...PAGE_INVITATION.map((text) => `page.invitation.${text}`)
])
