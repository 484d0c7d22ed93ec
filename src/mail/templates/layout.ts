import type { Locale } from '../../errors.js'
import { type Html, html } from '../../html.js'
import { isolateName } from './names.js'

export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface Action<T> {
  readonly label: T
  readonly url: string
}

/** What somebody else has written, line by line; without lines there is none. */
interface Quote<T> {
  readonly intro: T
  readonly lines: readonly string[]
}

export interface TextMail {
  /** Left out: the opening says it all. */
  readonly heading?: string
  readonly opening: string
  readonly quote?: Quote<string>
  /** Left out: there is nothing to click. */
  readonly action?: Action<string>
  readonly notes: readonly string[]
}

export interface HtmlMail {
  readonly locale: Locale
  readonly subject: string
  readonly heading: Html
  readonly opening: Html
  readonly quote?: Quote<Html>
  /** Above the button, whose label may be all that it takes. */
  readonly call?: Html
  readonly action?: Action<Html>
  readonly notes: readonly Html[]
}

/** The plain part: the address stands on a line of its own, where every mail program links it. */
export function layoutText({ heading, opening, quote, action, notes }: TextMail): string {
  const parts = [
    ...(heading === undefined ? [] : [heading]),
    opening,
    ...(quote && quote.lines.length > 0 ? [quote.intro, quoteText(quote.lines)] : []),
    ...(action ? [`${action.label}\n${action.url}`] : []),
    ...notes
  ]
  return `${parts.join('\n\n')}\n`
}

const quoteText = (lines: readonly string[]) =>
  lines.map((line) => (line === '' ? '>' : `> ${isolateName(line)}`)).join('\n')

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const WRAP = 'overflow-wrap:anywhere;word-break:break-word'
const HEADING = `margin:0 0 16px;font-size:24px;line-height:32px;font-weight:600;${WRAP}`
const PARAGRAPH = `margin:0 0 24px;font-size:16px;line-height:24px;${WRAP}`
const INTRO = `margin:0 0 8px;font-size:16px;line-height:24px;${WRAP}`
const CALL = `margin:0 0 16px;font-size:16px;line-height:24px;${WRAP}`
const QUOTE = `${PARAGRAPH};padding:0 0 0 16px;border-left:4px solid`
const NOTE = `margin:0 0 8px;font-size:14px;line-height:20px;${WRAP}`
const BUTTON =
  'display:inline-block;padding:12px 24px;border-radius:8px;background-color:#1d4ed8;' +
  'color:#ffffff;font-size:16px;line-height:24px;font-weight:600;text-decoration:none'

/**
 * The HTML part: tables and inline styles, since that is what mail programs keep. Only the button
 * has colours, and it has both; all other text is in the reader's own, light or dark. `lang` is
 * repeated in the body because webmail drops the outer elements.
 */
export function layoutHtml(mail: HtmlMail): string {
  return html`<!doctype html>
<html lang="${mail.locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${mail.subject}</title>
</head>
<body style="margin:0;padding:0">
<table role="presentation" lang="${mail.locale}" dir="ltr" width="100%" border="0" cellspacing="0"
 cellpadding="0"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" border="0" cellspacing="0" cellpadding="0"
 style="max-width:560px"><tr><td align="left" style="${FONT}">
<h1 style="${HEADING}">${mail.heading}</h1>
<p style="${PARAGRAPH}">${mail.opening}</p>
${mail.quote && quotation(mail.quote)}${mail.call && callToAct(mail.call)}${mail.action && button(mail.action)}
${mail.notes.map((note) => html`<p style="${NOTE}">${note}</p>\n`)}</td></tr></table>
</td></tr></table>
</body>
</html>
`.toString()
}

/** Beside a line, so that nobody takes it for ours; read from the side that its words begin on. */
function quotation({ intro, lines }: Quote<Html>): Html | false {
  return (
    lines.length > 0 &&
    html`<p style="${INTRO}">${intro}</p>
<blockquote dir="auto" style="${QUOTE}">${breakLines(lines)}</blockquote>
`
  )
}

/** Line by line, as they were written. */
export function breakLines(lines: readonly string[]): Html {
  return html`${lines.map((line, index) => html`${index > 0 && html`<br>\n`}${line}`)}`
}

const callToAct = (call: Html): Html => html`<p style="${CALL}">${call}</p>\n`

/** Colour on the cell too: Outlook ignores the padding and background of an inline element. */
function button({ label, url }: Action<Html>): Html {
  return html`<table role="presentation" border="0" cellspacing="0" cellpadding="0"
 style="margin:0 0 24px"><tr><td bgcolor="#1d4ed8" style="border-radius:8px">
<a href="${url}" target="_blank" rel="noopener noreferrer" style="${BUTTON}">${label}</a>
</td></tr></table>`
}
