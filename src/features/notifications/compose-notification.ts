import type { EventRow } from '../../db/tables/events.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { Mail } from '../../mail/mailer.js'
import { type NotificationMail, renderNotification } from '../../mail/templates/notification.js'
import { ownerRoleOf } from '../../policy/document.js'
import { NOTIFIABLE, type Notifiable } from '../../policy/document-shape.js'
import { NOTIFICATION_TEXTS } from '../../policy/text-codes.js'
import { ownWords } from '../../policy/texts.js'
import { statusAt } from '../members/effective-status.js'
import { roleLabel } from '../members/labels.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import type { OrganizationTelling } from './queries.js'
import { holderIn, isSamePerson } from './recipients.js'

interface Addressees {
  readonly recipient: MemberRow
  /** Whom the event is about. */
  readonly about: MemberRow
}

/** The mail that tells one member of an event, in the organization's language and words. */
export function composeNotification(
  deps: Deps,
  telling: OrganizationTelling,
  { recipient, about }: Addressees
): Mail | undefined {
  const { event, organization, policy, now } = telling
  const type = NOTIFIABLE.find((notifiable) => notifiable === event.type)
  if (type === undefined) return undefined
  const { locale } = organization
  const sender = senderSettingsOf(deps.config, policy, organization)
  const isReassigned = type === 'reassignment.declined' || type === 'reassignment.timed_out'
  const mail = renderNotification({
    locale,
    event: type,
    to: isAbout(event, { recipient, about }) ? 'member' : 'others',
    teamName: organization.name,
    actorName: actorOf(event),
    memberName: nameOf(event, about),
    ...rolesOf(telling, type, about),
    candidate: isReassigned ? textIn(event.data['email']) : null,
    isLocked: isReassigned && statusAt(about, now) === 'reassignment_pending',
    words: ownWords(policy.texts, `mail.${type}`, NOTIFICATION_TEXTS, locale)
  })
  return {
    ...mail,
    messageId: `<${event.id}.${recipient.id}@${new URL(sender.baseUrl).hostname}>`,
    from: sender.from,
    to: addressOf(event, recipient),
    ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo })
  }
}

const isAbout = (event: EventRow, { recipient, about }: Addressees) =>
  recipient.id === about.id && isSamePerson(event, recipient)

/** Of whom it was about, whoever has the account by now. */
function nameOf(event: EventRow, about: MemberRow): string {
  const then = isSamePerson(event, about) ? null : textIn(holderIn(event).email)
  return then ?? about.name ?? about.email
}

/** An API key has a name too, but that is nobody whom people know. */
const actorOf = ({ actorType, actorName }: EventRow) =>
  actorType === 'member' || actorType === 'user' ? actorName : null

/** What the roles are called now, in the event's place before and after. */
function rolesOf(
  { event, organization: { locale }, policy }: OrganizationTelling,
  type: Notifiable,
  about: MemberRow
): Pick<NotificationMail, 'roleLabel' | 'formerRoleLabel'> {
  const [before, after] = (event.changes['role'] ?? []).map(textIn)
  const role = type === 'ownership.transferred' ? ownerRoleOf(policy) : after
  return {
    roleLabel: roleLabel(policy, role ?? textIn(event.data['role']) ?? about.role, locale),
    formerRoleLabel:
      before === undefined || before === null ? null : roleLabel(policy, before, locale)
  }
}

/** Whoever was removed is told where the event says that they were. */
function addressOf({ type, subjectId, data }: EventRow, recipient: MemberRow): string {
  const named =
    type === 'member.removed' && subjectId === recipient.id ? textIn(data['email']) : null
  return named ?? recipient.email
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)
