import type { Locale } from '../../errors.js'
import { layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { toHtml, toLine, toText, type Values } from './words.js'

interface PlainMail {
  readonly locale: Locale
  readonly subject: string
  readonly opening: string
  readonly notes: readonly string[]
}

/** A mail that tells something, and in which there is nothing to click. */
export function renderPlain(
  { locale, subject, opening, notes }: PlainMail,
  values: Values
): RenderedMail {
  const line = toLine(subject, values)
  return {
    subject: line,
    text: layoutText({
      opening: toText(opening, values),
      notes: notes.map((note) => toText(note, values))
    }),
    html: layoutHtml({
      locale,
      subject: line,
      heading: toHtml(subject, values),
      opening: toHtml(opening, values),
      notes: notes.map((note) => toHtml(note, values))
    })
  }
}
