import { maskEmail } from '../email.js'
import type { Locale } from '../errors.js'
import type { Subscription } from '../features/suppressions/find-subscription.js'
import { type Html, html } from '../html.js'
import { SHARED } from '../mail/templates/invitation-texts.js'
import { cleanName } from '../mail/templates/names.js'
import { toLine } from '../mail/templates/words.js'
import { fillHtml } from '../texts.js'
import { languageSwitch, type Page, renderPage, teamMark } from './layout.js'
import type { Theme } from './theme.js'
import { TEXTS } from './unsubscribe-texts.js'

/** What ends, for which address, and the button; once it has ended, that it has. */
export function renderUnsubscribe(
  { teamName, email, isEnded }: Subscription,
  locale: Locale,
  theme?: Theme
): Page {
  const texts = TEXTS[locale]
  const names = { team: cleanName(teamName) || SHARED[locale].someTeam }
  const [heading, opening] = isEnded
    ? [texts.endedHeading, texts.ended]
    : [texts.heading, texts.opening]
  const content = html`<div class="letter card">
${teamMark(names.team, theme, locale)}
<h1>${fillHtml(heading, names)}</h1>
<p>${fillHtml(opening, names)}</p>
<dl>
<dt>${texts.address}</dt><dd><bdi>${maskEmail(email)}</bdi></dd>
</dl>
${!isEnded && action(texts.action)}<p class="quiet small">${texts.still}</p>
</div>`
  const title = toLine(heading, { names })
  return renderPage({
    locale,
    title,
    content,
    theme,
    formAction: "'self'",
    footer: languageSwitch(locale)
  })
}

/** No `action`: a form without one goes to the page's own address, wherever a proxy has put it. */
const action = (label: string): Html =>
  html`<form method="post"><button class="primary">${label}</button></form>
`
