import type { Locale } from './errors.js'
import { type Html, html } from './html.js'

/**
 * `fill` for markup. A string is a name that somebody chose: escaped, and kept from reordering the
 * sentence around it. Markup goes in as it is.
 */
export function fillHtml(text: string, values: Readonly<Record<string, Html | string>>): Html {
  const parts = text.split(/\{(\w+)\}/)
  return html`${parts.map((part, i) => (i % 2 === 0 ? html`${part}` : toHtml(values[part])))}`
}

function toHtml(value: Html | string | undefined): Html {
  return typeof value === 'object' ? value : html`<bdi>${value}</bdi>`
}

/**
 * An instant as people say it: `Tuesday, January 8, 2030 at 12:05 AM UTC`,
 * `mardi 8 janvier 2030 à 00:05 UTC`.
 *
 * @throws RangeError on an unknown time zone
 */
export function formatInstant(
  instant: Date,
  { locale, timeZone }: { readonly locale: Locale; readonly timeZone: string }
): string {
  const format = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short'
  })
  return format
    .formatToParts(instant)
    .map(({ type, value }) => (locale === 'fr' && type === 'day' && value === '1' ? '1er' : value))
    .join('')
}
