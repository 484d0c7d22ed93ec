import { fill, type Locale, type Problem } from '../errors.js'
import type { OpenInvitation } from '../features/invitations/find-open-invitation.js'
import { type Html, html } from '../html.js'
import { cleanName, isolateName } from '../mail/templates/names.js'
import { fillHtml, formatInstant } from '../texts.js'
import { TEXTS } from './invitation-texts.js'
import { languageSwitch, type Page, renderPage } from './layout.js'
import { renderProblem } from './problems-view.js'

/** Who invites to what, and the one button, or what to do where there can be none. */
export function renderInvitation(invitation: OpenInvitation, locale: Locale): Page {
  const { offer, acceptUrl } = invitation
  const texts = TEXTS[locale]
  const team = cleanName(offer.organization.name) || texts.someTeam
  const inviter = cleanName(offer.invited_by.name ?? '')
  const opening = inviter ? texts.opening : texts.openingWithoutInviter
  const content = html`<div class="letter card">
<div class="mark" aria-hidden="true">${initialOf(team, locale)}</div>
<h1>${fillHtml(texts.heading, { team })}</h1>
<p>${fillHtml(opening, { inviter, team })}</p>
<dl>
<dt>${texts.role}</dt><dd><bdi>${cleanName(offer.role.label)}</bdi></dd>
<dt>${texts.address}</dt><dd><bdi>${offer.email}</bdi></dd>
<dt>${texts.until}</dt><dd>${expiry(invitation, locale)}</dd>
</dl>
${acceptUrl === undefined ? noAction(team, locale) : action(acceptUrl, locale)}
<p class="quiet small">${texts.ignore}</p>
</div>`
  const title = fill(texts.heading, { team: isolateName(team) })
  const formAction = formActionTo(acceptUrl)
  return renderPage({ locale, title, content, formAction, footer: languageSwitch(locale) })
}

/**
 * Chromium holds a form to `form-action` through every redirect that follows. Where the product's
 * page sends a stranger to sign in is not known here, so only the scheme is named.
 */
function formActionTo(acceptUrl: string | undefined): string {
  return acceptUrl === undefined ? "'none'" : `'self' ${new URL(acceptUrl).protocol}`
}

/** No `action`: a form without one goes to the page's own address, wherever a proxy has put it. */
function action(acceptUrl: string, locale: Locale): Html {
  const { action, onward } = TEXTS[locale]
  return html`<form method="post"><button class="primary">${action}</button></form>
<p class="quiet small">${fillHtml(onward, { host: new URL(acceptUrl).host })}</p>`
}

function noAction(team: string, locale: Locale): Html {
  const { noAction, forDevelopers } = TEXTS[locale]
  const variable = html`<code>MUSTER_ACCEPT_URL</code>`
  const setting = html`<code>links.accept_url</code>`
  return html`<div class="note">
<p>${fillHtml(noAction, { team })}</p>
<p class="quiet small">${fillHtml(forDevelopers, { variable, setting })}</p>
</div>`
}

function expiry({ offer, timeZone }: OpenInvitation, locale: Locale): Html | string {
  if (offer.expires_at === null) return TEXTS[locale].forever
  const date = formatInstant(new Date(offer.expires_at), { locale, timeZone })
  return html`<time datetime="${offer.expires_at}">${date}</time>`
}

/** What a reader sees as the first character of a name. */
function initialOf(name: string, locale: Locale): string {
  const [first] = new Intl.Segmenter(locale).segment(name)
  return (first?.segment ?? '').toLocaleUpperCase(locale)
}

/** Why a link is dead, with the code for whoever is asked about it. */
export function renderDeadLink(problem: Problem, locale: Locale): Page {
  const { dead } = TEXTS[locale]
  const { code, status } = problem.definition
  const text = dead[code === 'not_found' ? 'invitation_link_invalid' : code]
  if (!text) return renderProblem(problem, locale)
  const [heading, explanation] = text
  const content = html`<div class="letter card">
<h1>${heading}</h1>
<p>${explanation}</p>
<p class="quiet small"><code>${status} ${code}</code></p>
</div>`
  return renderPage({ locale, title: heading, content, footer: languageSwitch(locale) })
}
