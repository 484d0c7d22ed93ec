import type { Locale } from '../../errors.js'
import { ALREADY_MEMBER_TEXTS } from './already-member-texts.js'
import { SHARED } from './invitation-texts.js'
import { layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { toHtml, toLine, toText } from './words.js'

export interface AlreadyMemberMail {
  readonly locale: Locale
  readonly teamName: string
}

/** To whoever asks on a signup page for what they have. */
export function renderAlreadyMember({ locale, teamName }: AlreadyMemberMail): RenderedMail {
  const values = { names: { team: cleanName(teamName) || SHARED[locale].someTeam } }
  const texts = ALREADY_MEMBER_TEXTS[locale]
  const notes = [texts.help, texts.ignore]
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
