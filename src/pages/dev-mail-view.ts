import { createHash } from 'node:crypto'
import { type Html, html } from '../html.js'
import type { KeptMail } from '../mail/kept.js'

/** A page and the policy under which it may be shown. */
export interface DevMailPage {
  readonly body: string
  readonly contentSecurityPolicy: string
}

/** Inserted as it stands, so that its hash can be in the policy. */
const STYLE = html`
:root {
  color-scheme: light dark;
  --text: #1a1d23; --quiet: #565d69; --page: #f6f7f9; --card: #fff; --line: #d9dde3; --link: #1d4ed8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8eaee; --quiet: #a3abb8; --page: #121418; --card: #1b1e24; --line: #343a44;
    --link: #8ab4ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 16px 64px; max-width: 760px; color: var(--text);
  background: var(--page); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  overflow-wrap: anywhere;
}
h1 { margin: 16px 0; font-size: 24px; line-height: 32px; }
h2 { margin: 32px 0 8px; font-size: 16px; line-height: 24px; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.quiet { color: var(--quiet); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
form { display: flex; gap: 8px; margin: 16px 0; }
input, button {
  min-height: 44px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px;
  color: inherit; background: var(--card); font: inherit;
}
input { flex: 1; min-width: 0; border-color: var(--quiet); }
ul { margin: 0; padding: 0; list-style: none; }
li + li { border-top: 1px solid var(--line); }
.mails a { display: block; padding: 12px 16px; color: inherit; text-decoration: none; }
.mails a:hover strong { text-decoration: underline; }
.mails strong, .mails span { display: block; }
.mails span { color: var(--quiet); font-size: 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; padding: 16px; }
dt { color: var(--quiet); }
dd { margin: 0; }
iframe { display: block; width: 100%; height: 480px; resize: vertical; }
pre { margin: 0; padding: 16px; white-space: pre-wrap; font: 14px/1.5 ui-monospace, monospace; }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
`

const STYLE_HASH = createHash('sha256').update(STYLE.toString()).digest('base64')

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'"
].join('; ')

/** A framed mail is under the page's policy, and mails are styled by attributes only. */
const POLICY_WITH_MAIL = `${POLICY}; style-src-attr 'unsafe-inline'`

export function renderMailList(mails: readonly KeptMail[], to: string | undefined): DevMailPage {
  const body = page(
    'Mail',
    html`<h1>Mail</h1>
<p class="quiet">Kept here instead of being sent, newest first. Set SMTP_URL to send it.</p>
<form method="get" action="/dev/mail" role="search">
<input type="search" name="to" value="${to}" placeholder="Only to this address"
 aria-label="Only to this address" autocapitalize="none" autocomplete="off" spellcheck="false">
<button>Show</button>
</form>
${mails.length > 0 ? html`<ul class="mails card">${mails.map(listItem)}</ul>` : nothing(to)}`
  )
  return { body, contentSecurityPolicy: POLICY }
}

function listItem(mail: KeptMail): Html {
  return html`
<li><a href="/dev/mail/${mail.id}"><strong><bdi>${mail.subject}</bdi></strong>
<span>to <bdi>${mail.to}</bdi>, ${time(mail.createdAt)}</span></a></li>`
}

function nothing(to: string | undefined): Html {
  return to === undefined
    ? html`<p>No mail yet. Invite somebody, and it appears here.</p>`
    : html`<p>No mail to <bdi>${to}</bdi>. <a href="/dev/mail">Show all</a></p>`
}

export function renderMail(mail: KeptMail, links: readonly string[]): DevMailPage {
  const body = page(
    mail.subject,
    html`<nav><a href="/dev/mail">All mail</a></nav>
<h1><bdi>${mail.subject}</bdi></h1>
<dl class="card">
${header('From', mail.from)}
${mail.replyTo !== undefined && header('Reply-To', mail.replyTo)}
${header('To', mail.to)}
${header('Date', time(mail.createdAt))}
${header('Message-ID', mail.messageId)}
</dl>
${
  links.length > 0 &&
  html`<h2>Links</h2>
<ul>${links.map((link) => html`<li><a href="${link}" rel="noreferrer">${link}</a></li>`)}</ul>`
}
<h2>HTML</h2>
<iframe class="card" title="HTML part" srcdoc="${mail.html}"
 sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>Text</h2>
<pre class="card">${mail.text}</pre>`
  )
  return { body, contentSecurityPolicy: POLICY_WITH_MAIL }
}

function header(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`
}

function time(instant: Date): Html {
  const iso = instant.toISOString()
  return html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>`
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.toString()
}
