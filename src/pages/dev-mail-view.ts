import { type Html, html } from '../html.js'
import type { KeptMail } from '../mail/kept.js'
import { type Page, renderPage } from './layout.js'

export function renderMailList(mails: readonly KeptMail[], to: string | undefined): Page {
  const content = html`<h1>Mail</h1>
<p class="quiet">Kept here instead of being sent, newest first. Set SMTP_URL to send it.</p>
<form method="get" action="/dev/mail" role="search">
<input type="search" name="to" value="${to}" placeholder="Only to this address"
 aria-label="Only to this address" autocapitalize="none" autocomplete="off" spellcheck="false">
<button>Show</button>
</form>
${mails.length > 0 ? html`<ul class="entries card">${mails.map(listItem)}</ul>` : nothing(to)}`
  return renderPage({ locale: 'en', title: 'Mail', content, formAction: "'self'" })
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

export function renderMail(mail: KeptMail, links: readonly string[]): Page {
  const content = html`<nav><a href="/dev/mail">All mail</a></nav>
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
  return renderPage({ locale: 'en', title: mail.subject, content, styleAttributes: true })
}

function header(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`
}

function time(instant: Date): Html {
  const iso = instant.toISOString()
  return html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>`
}
