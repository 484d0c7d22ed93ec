import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { Mail } from '../../mail/mailer.js'
import { type Details, renderNotification } from '../../mail/templates/notification.js'
import { ownerRoleOf } from '../../policy/document.js'
import { concernsMember, NOTIFIABLE, type Notifiable } from '../../policy/document-shape.js'
import { NOTIFICATION_TEXTS } from '../../policy/text-codes.js'
import { ownWords } from '../../policy/texts.js'
import type { EventRecord } from '../events/queries.js'
import { statusAt } from '../members/effective-status.js'
import { roleLabel } from '../members/labels.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { unsubscribeHeaders } from '../suppressions/unsubscribe-link.js'
import type { OrganizationTelling } from './queries.js'
import { holderIn, isSamePerson } from './recipients.js'

interface Addressees {
  readonly recipient: MemberRow
  /** Whom the event is about; undefined: no member. */
  readonly about: MemberRow | undefined
}

/**
 * The mail that tells one member of an event, in the organization's language and words. What comes
 * because of a role can be unsubscribed from.
 */
export function composeNotification(
  deps: Deps,
  telling: OrganizationTelling,
  addressees: Addressees
): Mail | undefined {
  const { event, organization, policy, now } = telling
  const type = NOTIFIABLE.find((notifiable) => notifiable === event.type)
  if (type === undefined) return undefined
  const { recipient, about } = addressees
  const { locale } = organization
  const sender = senderSettingsOf(deps.config, policy, organization)
  const isOwn = concernsMember(type) && isAbout(event, addressees)
  const mail = renderNotification({
    locale,
    event: type,
    to: isOwn ? 'member' : 'others',
    teamName: organization.name,
    actorName: actorOf(event),
    details: { ...teamDetailsOf(event), ...(about ? detailsOf(telling, type, about) : {}) },
    isLocked:
      isReassigned(type) && about !== undefined && statusAt(about, now) === 'reassignment_pending',
    words: ownWords(policy.texts, `mail.${type}`, NOTIFICATION_TEXTS, locale)
  })
  return {
    ...mail,
    messageId: `<${event.id}.${recipient.id}@${new URL(sender.baseUrl).hostname}>`,
    from: sender.from,
    to: addressOf(event, recipient),
    ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo }),
    ...(isOwn ? {} : { headers: unsubscribeHeaders(deps, recipient, sender.baseUrl) })
  }
}

/** Whether somebody is told of what befell themselves. */
const isAbout = (event: EventRecord, { recipient, about }: Addressees): boolean =>
  recipient.id === about?.id && isSamePerson(event, recipient)

const isReassigned = (type: Notifiable) =>
  type === 'reassignment.declined' || type === 'reassignment.timed_out'

/** An API key has a name too, but that is nobody whom people know. */
const actorOf = ({ actorType, actorName }: EventRecord) =>
  actorType === 'member' || actorType === 'user' ? actorName : null

/** What the roles are called now, in the event's place before and after. */
function detailsOf(
  { event, organization: { locale }, policy }: OrganizationTelling,
  type: Notifiable,
  about: MemberRow
): Details {
  const [before, after] = (event.changes['role'] ?? []).map(textIn)
  const role = type === 'ownership.transferred' ? ownerRoleOf(policy) : after
  const label = (key: string | null | undefined) => (key ? roleLabel(policy, key, locale) : '')
  return {
    member: nameOf(event, about),
    role: label(role ?? textIn(event.data['role']) ?? about.role),
    former_role: label(before),
    candidate: isReassigned(type) ? (textIn(event.data['email']) ?? '') : ''
  }
}

/** Of whom it was about, whoever has the account by now. */
function nameOf(event: EventRecord, about: MemberRow): string {
  const then = isSamePerson(event, about) ? null : textIn(holderIn(event).email)
  return then ?? about.name ?? about.email
}

/** Of what befell the team: who or what it was, as the event says. */
function teamDetailsOf({ type, data }: EventRecord): Details {
  const name = textIn(data['name']) ?? ''
  const email = textIn(data['email']) ?? ''
  const figure = (value: unknown) => (typeof value === 'number' ? String(value) : '')
  return {
    domain: textIn(data['domain']) ?? '',
    person: name === '' ? email : `${name} (${email})`,
    page: type === 'signup_page.filled' ? name : '',
    limit: figure(data['max_signups'] ?? data['size']),
    percent: figure(data['percent']),
    amount: figure(data['amount']),
    needed: figure(data['needed']),
    available: figure(data['available'] ?? data['balance'])
  }
}

/** Whoever was removed is told where the event says that they were. */
function addressOf({ type, subjectId, data }: EventRecord, recipient: MemberRow): string {
  const named =
    type === 'member.removed' && subjectId === recipient.id ? textIn(data['email']) : null
  return named ?? recipient.email
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)
