import type { Locale } from '../../errors.js'
import { type Html, html } from '../../html.js'

interface Action {
  readonly label: string
  readonly url: string
}

export interface TextMail {
  readonly opening: string
  readonly action: Action
  readonly notes: readonly string[]
}

export interface HtmlMail {
  readonly locale: Locale
  readonly subject: string
  readonly heading: Html
  readonly opening: Html
  readonly action: Action
  readonly notes: readonly Html[]
}

/** The plain part: the address stands on a line of its own, where every mail program links it. */
export function layoutText({ opening, action, notes }: TextMail): string {
  return `${[opening, `${action.label}\n${action.url}`, ...notes].join('\n\n')}\n`
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const WRAP = 'overflow-wrap:anywhere;word-break:break-word'
const HEADING = `margin:0 0 16px;font-size:24px;line-height:32px;font-weight:600;${WRAP}`
const PARAGRAPH = `margin:0 0 24px;font-size:16px;line-height:24px;${WRAP}`
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
${button(mail.action)}
${mail.notes.map((note) => html`<p style="${NOTE}">${note}</p>\n`)}</td></tr></table>
</td></tr></table>
</body>
</html>
`.toString()
}

/** Colour on the cell too: Outlook ignores the padding and background of an inline element. */
function button({ label, url }: Action): Html {
  return html`<table role="presentation" border="0" cellspacing="0" cellpadding="0"
 style="margin:0 0 24px"><tr><td bgcolor="#1d4ed8" style="border-radius:8px">
<a href="${url}" target="_blank" rel="noopener noreferrer" style="${BUTTON}">${label}</a>
</td></tr></table>`
}
