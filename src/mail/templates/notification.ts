import type { Locale } from '../../errors.js'
import { SHARED } from './invitation-texts.js'
import { layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { NOTES, type ToldEvent, textsOf } from './notification-texts.js'
import { chooseText, toHtml, toLine, toText, type Values } from './words.js'

/** What a product may say in its own words: `member_…` to the member whom it concerns. */
type OwnWords = Readonly<
  Partial<Record<'subject' | 'opening' | 'member_subject' | 'member_opening', string>>
>

export interface NotificationMail {
  readonly locale: Locale
  readonly event: ToldEvent
  /** To the member whom it concerns, or to whoever has a role. */
  readonly to: 'member' | 'others'
  readonly teamName: string
  /** Null: nobody in particular, or nobody who has a name. */
  readonly actorName: string | null
  readonly memberName: string
  readonly roleLabel: string
  readonly formerRoleLabel: string | null
  /** Who was to take over an account. */
  readonly candidate: string | null
  /** The account is still to be taken over. */
  readonly isLocked: boolean
  readonly words: OwnWords
}

/** The mail that tells of an event. There is nothing to click: whoever wants to act knows where. */
export function renderNotification(input: NotificationMail): RenderedMail {
  const { locale } = input
  const values = valuesOf(input)
  const texts = chooseTexts(input, values)
  const { locked, [input.to]: reason } = NOTES[locale]
  const notes = input.isLocked ? [locked, reason] : [reason]
  const subject = toLine(texts.subject, values)
  return {
    subject,
    text: layoutText({
      opening: toText(texts.opening, values),
      notes: notes.map((note) => toText(note, values))
    }),
    html: layoutHtml({
      locale,
      subject,
      heading: toHtml(texts.subject, values),
      opening: toHtml(texts.opening, values),
      notes: notes.map((note) => toHtml(note, values))
    })
  }
}

const valuesOf = (input: NotificationMail): Values => ({
  names: {
    team: cleanName(input.teamName) || SHARED[input.locale].someTeam,
    actor: cleanName(input.actorName ?? ''),
    member: cleanName(input.memberName),
    role: cleanName(input.roleLabel),
    former_role: cleanName(input.formerRoleLabel ?? ''),
    candidate: cleanName(input.candidate ?? '')
  }
})

function chooseTexts({ event, locale, to, words }: NotificationMail, values: Values) {
  const { [to]: ours } = textsOf(event, locale)
  const own =
    to === 'others'
      ? { subject: words.subject, opening: words.opening }
      : { subject: words.member_subject, opening: words.member_opening }
  const named = values.names['actor'] === '' ? ours.openingWithoutActor : ours.opening
  return {
    subject: chooseText(own.subject, ours.subject, values),
    opening: chooseText(own.opening, named ?? ours.opening, values)
  }
}
