import type { Locale, Problem } from '../errors.js'
import type { OpenInvitation } from '../features/invitations/find-open-invitation.js'
import { type Html, html } from '../html.js'
import { SHARED } from '../mail/templates/invitation-texts.js'
import { breakLines } from '../mail/templates/layout.js'
import { cleanName, quoteLines } from '../mail/templates/names.js'
import { chooseText, toLine } from '../mail/templates/words.js'
import { OFFER_CODES, OFFER_PAGE_TEXTS } from '../policy/text-codes.js'
import { ownWords } from '../policy/texts.js'
import { fillHtml, formatInstant } from '../texts.js'
import { renderDeadLink } from './dead-link-view.js'
import { TEXTS as DECLINE_TEXTS } from './decline-texts.js'
import { TEXTS } from './invitation-texts.js'
import { languageSwitch, type Page, renderPage, teamMark } from './layout.js'
import type { Theme } from './theme.js'

/** What the pages of an invitation show of it. */
export type ShownInvitation = Omit<OpenInvitation, 'organizationId'>

/** What people have chosen, as it may be shown. An inviter that has no name is empty. */
export const namesOf = ({ offer }: ShownInvitation, locale: Locale) => ({
  team: cleanName(offer.organization.name) || SHARED[locale].someTeam,
  inviter: cleanName(offer.invited_by.name ?? ''),
  role: cleanName(offer.role.label)
})

/** Who invites to what, and the one button, or what to do where there can be none. */
export function renderInvitation(invitation: ShownInvitation, locale: Locale, theme?: Theme): Page {
  const { offer, acceptUrl } = invitation
  const names = namesOf(invitation, locale)
  const own = chooseTexts(invitation, names, locale)
  const ours = TEXTS[locale]
  const onwards =
    acceptUrl === undefined
      ? noAction(names.team, locale)
      : action(acceptUrl, fillHtml(own.action, names), locale)
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${fillHtml(own.heading, names)}</h1>
<p>${fillHtml(own.opening, names)}</p>
${quotation(invitation.message, names.inviter, locale)}<dl>
<dt>${ours.role}</dt><dd><bdi>${names.role}</bdi></dd>
<dt>${ours.address}</dt><dd><bdi>${offer.email}</bdi></dd>
<dt>${ours.until}</dt><dd>${expiry(invitation, locale)}</dd>
</dl>
${onwards}
<p class="quiet small">${fillHtml(own.ignore, names)}</p>
<p class="aside"><a href="?lang=${locale}&amp;decline=1">${DECLINE_TEXTS[locale].link}</a></p>
</div>`
  const title = toLine(own.heading, { names })
  const formAction = formActionTo(acceptUrl)
  return renderPage({ locale, title, content, theme, formAction, footer: languageSwitch(locale) })
}

/** The policy's own words where it has some, else ours. */
function chooseTexts(
  { kind, texts }: ShownInvitation,
  names: Readonly<Record<string, string>>,
  locale: Locale
) {
  const { [kind]: ours, ignore } = TEXTS[locale]
  const own = ownWords(texts, `page.${OFFER_CODES[kind]}`, OFFER_PAGE_TEXTS, locale)
  const opening = names['inviter'] === '' ? ours.openingWithoutInviter : ours.opening
  const choose = (words: string | undefined, text: string) => chooseText(words, text, { names })
  return {
    heading: choose(own.heading, ours.heading),
    opening: choose(own.opening, opening),
    action: choose(own.action, ours.action),
    ignore: choose(own.ignore, ignore)
  }
}

/** What the inviter writes is theirs and looks like it: beside a line, and without links. */
function quotation(message: string | null, inviter: string, locale: Locale): Html | false {
  const lines = quoteLines(message ?? '')
  const { writes, writesWithoutInviter } = SHARED[locale]
  const intro = fillHtml(inviter ? writes : writesWithoutInviter, { inviter })
  return (
    lines.length > 0 &&
    html`<figure>
<figcaption class="quiet">${intro}</figcaption>
<blockquote dir="auto">${breakLines(lines)}</blockquote>
</figure>
`
  )
}

/**
 * Chromium holds a form to `form-action` through every redirect that follows. Where the product's
 * page sends a stranger to sign in is not known here, so only the scheme is named.
 */
function formActionTo(acceptUrl: string | undefined): string {
  return acceptUrl === undefined ? "'none'" : `'self' ${new URL(acceptUrl).protocol}`
}

/** No `action`: a form without one goes to the page's own address, wherever a proxy has put it. */
function action(acceptUrl: string, label: Html, locale: Locale): Html {
  return html`<form method="post"><button class="primary">${label}</button></form>
<p class="quiet small">${fillHtml(TEXTS[locale].onward, { host: new URL(acceptUrl).host })}</p>`
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

function expiry({ offer, timeZone }: ShownInvitation, locale: Locale): Html | string {
  if (offer.expires_at === null) return TEXTS[locale].forever
  const date = formatInstant(new Date(offer.expires_at), { locale, timeZone })
  return html`<time datetime="${offer.expires_at}">${date}</time>`
}

/** Why a link is dead. */
export const renderDeadInvitation = (problem: Problem, locale: Locale): Page =>
  renderDeadLink(TEXTS[locale].dead, problem, locale)
