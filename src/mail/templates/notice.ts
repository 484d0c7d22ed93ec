import type { Locale } from '../../errors.js'
import { html } from '../../html.js'
import { SHARED } from './invitation-texts.js'
import { breakLines, layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { cleanLine, cleanLines, cleanName } from './names.js'
import { NOTES } from './notification-texts.js'
import { toHtml, toText } from './words.js'

export interface NoticeMail {
  readonly locale: Locale
  readonly teamName: string
  readonly subject: string
  readonly text: string
}

/** The host's own words, as text: nothing in them is a placeholder or markup. */
export function renderNotice({ locale, teamName, subject, text }: NoticeMail): RenderedMail {
  const names = { team: cleanName(teamName) || SHARED[locale].someTeam }
  const line = cleanLine(subject)
  const lines = cleanLines(text)
  const { others: reason } = NOTES[locale]
  return {
    subject: line,
    text: layoutText({ opening: lines.join('\n'), notes: [toText(reason, { names })] }),
    html: layoutHtml({
      locale,
      subject: line,
      heading: html`${line}`,
      opening: breakLines(lines),
      notes: [toHtml(reason, { names })]
    })
  }
}
