import type { Locale, Problem } from '../errors.js'
import type { ConfirmedClaim } from '../features/domain-claims/confirm-claim.js'
import type { OpenClaim } from '../features/domain-claims/find-open-claim.js'
import { html } from '../html.js'
import { SHARED } from '../mail/templates/invitation-texts.js'
import { cleanName } from '../mail/templates/names.js'
import { toLine } from '../mail/templates/words.js'
import { fillHtml, formatInstant } from '../texts.js'
import { renderDeadLink } from './dead-link-view.js'
import { TEXTS } from './domain-texts.js'
import { languageSwitch, type Page, renderPage, teamMark } from './layout.js'
import type { Theme } from './theme.js'

/** Who claims what for whom, what follows from it, and the button. */
export function renderClaim(claim: OpenClaim, locale: Locale, theme?: Theme): Page {
  const ours = TEXTS[locale]
  const names = { ...namesOf(claim, locale), claimant: cleanName(claim.claimedByName ?? '') }
  const opening = names.claimant === '' ? ours.openingWithoutClaimant : ours.opening
  const { expiresAt, timeZone } = claim
  const until = html`<time datetime="${expiresAt.toISOString()}">${formatInstant(expiresAt, {
    locale,
    timeZone
  })}</time>`
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${fillHtml(ours.heading, names)}</h1>
<p>${fillHtml(opening, names)} ${fillHtml(ours.meaning[claim.join], names)}</p>
<dl>
<dt>${ours.domain}</dt><dd><bdi>${names.domain}</bdi></dd>
<dt>${ours.address}</dt><dd><bdi>${claim.email}</bdi></dd>
<dt>${ours.until}</dt><dd>${until}</dd>
</dl>
<form method="post"><button class="primary">${ours.action}</button></form>
<p class="quiet small">${ours.ignore}</p>
</div>`
  return renderPage({
    locale,
    title: toLine(ours.heading, { names }),
    content,
    theme,
    formAction: "'self'",
    footer: languageSwitch(locale)
  })
}

/** It is the team's from now on, and what that means. */
export function renderConfirmed(claim: ConfirmedClaim, locale: Locale, theme?: Theme): Page {
  const ours = TEXTS[locale]
  const names = namesOf(claim, locale)
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${fillHtml(ours.doneHeading, names)}</h1>
<p>${fillHtml(ours.done[claim.join], names)}</p>
<p class="quiet small">${ours.close}</p>
</div>`
  const title = toLine(ours.doneHeading, { names })
  return renderPage({ locale, title, content, theme, footer: languageSwitch(locale) })
}

const namesOf = (
  { organization, domain }: Pick<OpenClaim, 'organization' | 'domain'>,
  locale: Locale
) => ({
  team: cleanName(organization.name) || SHARED[locale].someTeam,
  domain
})

export const renderDeadClaim = (problem: Problem, locale: Locale): Page =>
  renderDeadLink(TEXTS[locale].dead, problem, locale)
