import type { Locale } from '../errors.js'
import { html } from '../html.js'
import { fillHtml } from '../texts.js'
import { TEXTS } from './decline-texts.js'
import { namesOf, type ShownInvitation } from './invitation-view.js'
import { languageSwitch, type Page, renderPage, teamMark } from './layout.js'
import type { Theme } from './theme.js'

/** What declining means, the button that does it, and a way back. */
export function renderDecline(invitation: ShownInvitation, locale: Locale, theme?: Theme): Page {
  const { heading, action, back, [invitation.kind]: ours } = TEXTS[locale]
  const names = namesOf(invitation, locale)
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${heading}</h1>
<p>${fillHtml(ours.meaning, names)}</p>
<form method="post">
<input type="hidden" name="action" value="decline">
<button class="primary">${action}</button>
</form>
<p class="aside"><a href="?lang=${locale}">${back}</a></p>
</div>`
  return renderPage({
    locale,
    title: heading,
    content,
    theme,
    formAction: "'self'",
    footer: languageSwitch(locale, '&decline=1')
  })
}

/** It is done. No way back: the link is dead from now on. */
export function renderDeclined(invitation: ShownInvitation, locale: Locale, theme?: Theme): Page {
  const { doneHeading, [invitation.kind]: ours } = TEXTS[locale]
  const names = namesOf(invitation, locale)
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${doneHeading}</h1>
<p>${fillHtml(ours.done, names)}</p>
</div>`
  return renderPage({ locale, title: doneHeading, content, theme })
}
