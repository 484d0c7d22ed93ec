import { createHash } from 'node:crypto'
import { LOCALES, type Locale } from '../errors.js'
import { type Html, html } from '../html.js'
import { STYLE } from './style.js'
import type { Theme } from './theme.js'

/** A page and the policy under which it may be shown. */
export interface Page {
  readonly body: string
  readonly contentSecurityPolicy: string
}

interface PageParts {
  readonly locale: Locale
  readonly title: string
  readonly content: Html
  readonly footer?: Html
  /** Of the organization whose page it is. */
  readonly theme?: Theme | undefined
  /** Where its forms may lead, as the policy writes it; left out: nowhere. */
  readonly formAction?: string
  /** Only for a page that frames a mail: mails are styled by attributes, and under its policy. */
  readonly styleAttributes?: boolean
}

const hashOf = (style: Html) =>
  `'sha256-${createHash('sha256').update(style.toString()).digest('base64')}'`

const STYLE_HASH = hashOf(STYLE)

/** The one shell of every page: one request, no script, nothing from elsewhere, never framed. */
export function renderPage(parts: PageParts): Page {
  const { style, logo } = parts.theme ?? {}
  const policy = [
    "default-src 'none'",
    `style-src ${[STYLE_HASH, ...(style ? [hashOf(style)] : [])].join(' ')}`,
    ...(logo === undefined ? [] : ['img-src data:']),
    `form-action ${parts.formAction ?? "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(parts.styleAttributes === true ? ["style-src-attr 'unsafe-inline'"] : [])
  ]
  return { body: document(parts), contentSecurityPolicy: policy.join('; ') }
}

function document({ locale, title, content, footer, theme }: PageParts): string {
  return html`<!doctype html>
<html lang="${locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${title}</title>
<style>${STYLE}</style>
${
  theme?.style &&
  html`<style>${theme.style}</style>
`
}</head>
<body>
<main>
${content}
</main>
${footer && html`<footer>${footer}</footer>`}
</body>
</html>
`.toString()
}

const LANGUAGES: Readonly<Record<Locale, string>> = { en: 'English', fr: 'Français' }

/** The footer of a page that exists in every language. `rest`: what else its address says. */
export const languageSwitch = (locale: Locale, rest = ''): Html => {
  const others = LOCALES.filter((other) => other !== locale)
  return html`${others.map(
    (other) =>
      html`<a href="?lang=${other}${rest}" lang="${other}" hreflang="${other}">${LANGUAGES[other]}</a>`
  )}`
}

/** What an organization looks like: its logo, else its first letter. */
export function teamMark(team: string, theme: Theme | undefined, locale: Locale): Html {
  return theme?.logo === undefined
    ? html`<div class="mark" aria-hidden="true">${initialOf(team, locale)}</div>`
    : html`<img class="logo" src="${theme.logo}" alt="${team}">`
}

/** What a reader sees as the first character of a name. */
function initialOf(name: string, locale: Locale): string {
  const [first] = new Intl.Segmenter(locale).segment(name)
  return (first?.segment ?? '').toLocaleUpperCase(locale)
}
