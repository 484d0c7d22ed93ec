import type { Locale } from '../../errors.js'
import { SHARED } from './invitation-texts.js'
import type { RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { NOTES, type ToldEvent, textsOf } from './notification-texts.js'
import { renderPlain } from './plain.js'
import { chooseText, type Values } from './words.js'

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
  /** What else the event has to say; empty or left out: it has not. */
  readonly details: Details
  /** The account is still to be taken over. */
  readonly isLocked: boolean
  readonly words: OwnWords
}

/** By what stands for them in texts. Chosen by people, but for the figures. */
export type Details = Readonly<Partial<Record<Detail, string>>>
type Detail =
  | 'member'
  | 'role'
  | 'former_role'
  /** Who was to take over an account. */
  | 'candidate'
  | 'domain'
  /** Who asks to join. */
  | 'person'
  /** The name of a signup page. */
  | 'page'
  | Figure
/** What nobody has chosen: whole numbers. */
const FIGURES = ['limit', 'percent', 'amount', 'needed', 'available'] as const
type Figure = (typeof FIGURES)[number]

/** The mail that tells of an event. There is nothing to click: whoever wants to act knows where. */
export function renderNotification(input: NotificationMail): RenderedMail {
  const { locale } = input
  const values = valuesOf(input)
  const { locked, [input.to]: reason } = NOTES[locale]
  const notes = input.isLocked ? [locked, reason] : [reason]
  return renderPlain({ locale, ...chooseTexts(input, values), notes }, values)
}

function valuesOf({ locale, teamName, actorName, details }: NotificationMail): Values {
  const isFigure = (key: string) => FIGURES.some((figure) => figure === key)
  const chosen = Object.entries(details).filter(([key]) => !isFigure(key))
  return {
    names: {
      team: cleanName(teamName) || SHARED[locale].someTeam,
      actor: cleanName(actorName ?? ''),
      ...Object.fromEntries(chosen.map(([key, name]) => [key, cleanName(name)]))
    },
    facts: Object.fromEntries(FIGURES.map((figure) => [figure, details[figure] ?? '']))
  }
}

function chooseTexts({ event, locale, to, words }: NotificationMail, values: Values) {
  const { others, [to]: ours = others } = textsOf(event, locale)
  const own =
    to === 'others'
      ? { subject: words.subject, opening: words.opening }
      : { subject: words.member_subject, opening: words.member_opening }
  const opening = chooseText(ours.opening, ours.plainOpening ?? ours.opening, values)
  return {
    subject: chooseText(own.subject, ours.subject, values),
    opening: chooseText(own.opening, opening, values)
  }
}
