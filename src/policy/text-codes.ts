import { concernsMember, NOTIFIABLE, type Notifiable } from './document-shape.js'

/** What of the mail that carries an offer a policy may say in its own words. */
export const OFFER_MAIL_TEXTS = [
  'subject',
  'heading',
  'opening',
  'call',
  'action',
  'expiry',
  'ignore'
] as const

/** The same of the page that its link opens. */
export const OFFER_PAGE_TEXTS = ['heading', 'opening', 'action', 'ignore'] as const

/** The same of a mail that tells of an event: to holders of roles, and to the member concerned. */
export const NOTIFICATION_TEXTS = [
  'subject',
  'opening',
  'member_subject',
  'member_opening'
] as const

/** The same of a signup page. */
export const SIGNUP_PAGE_TEXTS = [
  'heading',
  'opening',
  'action',
  'sent',
  'disabled',
  'full'
] as const

const PERSON = ['team', 'actor', 'member', 'role']
const REASSIGNMENT = ['team', 'member', 'candidate']

/** What stands in these texts for what only the event knows. */
const IN_NOTIFICATIONS: Readonly<Record<Notifiable, readonly string[]>> = {
  'member.joined': ['team', 'member', 'role'],
  'member.role_changed': [...PERSON, 'former_role'],
  'member.suspended': PERSON,
  'member.reactivated': PERSON,
  'member.removed': PERSON,
  'ownership.transferred': PERSON,
  'reassignment.declined': REASSIGNMENT,
  'reassignment.timed_out': REASSIGNMENT,
  'domain_claim.verified': ['team', 'actor', 'domain'],
  'domain_claim.failed': ['team', 'domain'],
  'join_request.created': ['team', 'person', 'domain'],
  'signup_page.filled': ['team', 'page', 'limit'],
  'seats.limit_reached': ['team', 'actor', 'limit'],
  'credits.low': ['team', 'member', 'percent', 'available'],
  'credits.exhausted': ['team', 'member'],
  'credits.quota_short': ['team', 'needed', 'available'],
  'credit_request.created': ['team', 'member', 'amount']
}

const textsAbout = (event: Notifiable) =>
  NOTIFICATION_TEXTS.filter((text) => concernsMember(event) || !text.startsWith('member_'))

/** By what the codes of an invitation's texts are called, for a seat of one's own or another's. */
export const OFFER_CODES = { seat: 'invitation', reassignment: 'reassignment' } as const

const OFFERS = Object.values(OFFER_CODES)
const IN_OFFER_MAILS = ['team', 'inviter', 'role', 'date', 'days']
const IN_OFFER_PAGES = ['team', 'inviter', 'role']

const codes = (prefix: string, texts: readonly string[], placeholders: readonly string[]) =>
  texts.map((text) => [`${prefix}.${text}`, placeholders] as const)

/**
 * Every text of mails and pages that a policy may say in its own words, by its code, with the
 * `{placeholders}` that it may name. Own words that name what is not known at the time (an
 * invitation without inviter) give way to the default's.
 */
export const OWN_TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ...OFFERS.flatMap((offer) => codes(`mail.${offer}`, OFFER_MAIL_TEXTS, IN_OFFER_MAILS)),
  ...OFFERS.flatMap((offer) => codes(`page.${offer}`, OFFER_PAGE_TEXTS, IN_OFFER_PAGES)),
  ...codes('page.signup', SIGNUP_PAGE_TEXTS, ['team']),
  ...NOTIFIABLE.flatMap((event) =>
    codes(`mail.${event}`, textsAbout(event), IN_NOTIFICATIONS[event])
  )
])
