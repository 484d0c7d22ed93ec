import type { Locale, Problem } from '../errors.js'
import type { SharedPage } from '../features/signup-pages/find-signup-page.js'
import { type Html, html } from '../html.js'
import { SHARED } from '../mail/templates/invitation-texts.js'
import { cleanName } from '../mail/templates/names.js'
import { chooseText, toLine } from '../mail/templates/words.js'
import { SIGNUP_PAGE_TEXTS } from '../policy/text-codes.js'
import { ownWords, textOf } from '../policy/texts.js'
import { fillHtml } from '../texts.js'
import { renderDeadLink } from './dead-link-view.js'
import { TEXTS } from './join-texts.js'
import { languageSwitch, type Page, renderPage, teamMark } from './layout.js'
import type { Theme } from './theme.js'

/** A signup page, and for whom it is shown. */
export interface Shown extends Pick<SharedPage, 'page' | 'texts'> {
  readonly locale: Locale
  readonly theme?: Theme | undefined
}

/** What was sent, and what is wrong with it. */
interface Mistake {
  readonly value: string
  readonly code: string
}

/** The form, or why there is none. */
export function renderSignup(shown: Shown): Page {
  return shown.page.status === 'active' ? renderForm(shown) : renderClosed(shown)
}

/** Why a request was refused: in the form what can be mended there, else why there is none. */
export function renderRefusal(shown: Shown, { definition }: Problem, value: string): Page {
  const { code } = definition
  const { page } = shown
  if (code in TEXTS[shown.locale].mistakes) return renderForm(shown, { value, code })
  if (code === 'signup_page_disabled') return renderClosed(withState(shown, 'disabled'))
  if (code === 'signup_page_full') return renderClosed(withState(shown, 'full'))
  return renderClosed({ ...shown, page: { ...page, status: 'blocked', reason: code } })
}

/** What it was when it was asked on, whatever it has become since. */
const withState = (shown: Shown, status: 'disabled' | 'full'): Shown => ({
  ...shown,
  page: { ...shown.page, status, reason: null }
})

const ERROR_ID = 'email-error'

/** Whose team it is, how one gets in, and one field. */
function renderForm(shown: Shown, mistake?: Mistake): Page {
  const { page, locale } = shown
  const ours = TEXTS[locale]
  const own = wordsOf(shown)
  const names = namesOf(shown)
  const content = html`<h1>${fillHtml(own.heading, names)}</h1>
<p>${fillHtml(own.opening, names)}</p>
${domainsOf(page.allowed_domains, locale)}<form method="post" class="field" novalidate>
<label for="email">${ours.label}</label>
${field(mistake)}
${mistake && html`<p class="error" id="${ERROR_ID}">${ours.mistakes[mistake.code]}</p>\n`}<button class="primary">${fillHtml(own.action, names)}</button>
</form>
<p class="quiet small">${ours.personal}</p>`
  const heading = toLine(own.heading, { names })
  const title = mistake ? `${ours.error} – ${heading}` : heading
  return letter(shown, { title, content, formAction: "'self'" })
}

/** With a mistake it keeps what was entered, and is where one goes on. */
function field(mistake: Mistake | undefined): Html {
  const wrong =
    mistake &&
    html` value="${mistake.value}" aria-invalid="true" aria-describedby="${ERROR_ID}" autofocus`
  return html`<input id="email" name="email" type="email" inputmode="email" autocomplete="email"
 autocapitalize="none" spellcheck="false" maxlength="320" required${wrong}>`
}

function domainsOf(domains: readonly string[] | null, locale: Locale): Html | false {
  if (domains === null) return false
  const list = html`${domains.map((one, i) => html`${i > 0 && ', '}<bdi>${one}</bdi>`)}`
  return html`<p class="quiet small">${fillHtml(TEXTS[locale].domains, { domains: list })}</p>\n`
}

/** The same for everybody: whether a mail was sent, and which, only the address gets to know. */
export function renderSent(shown: Shown): Page {
  const ours = TEXTS[shown.locale]
  const content = html`<h1>${ours.sentHeading}</h1>
<p>${fillHtml(wordsOf(shown).sent, namesOf(shown))}</p>
<p class="quiet small">${ours.sentHelp}</p>
<p class="aside"><a href="?lang=${shown.locale}">${ours.again}</a></p>`
  return letter(shown, { title: ours.sentHeading, content, rest: '&sent=1' })
}

/** Disabled (SM-64), full, or blocked for a reason that is said (SM-38). */
function renderClosed(shown: Shown): Page {
  const names = namesOf(shown)
  const { heading, text, code } = closedBy(shown)
  const { stillValid, askAround } = TEXTS[shown.locale]
  // SM-62; but nobody gets into a team whose subscription has ended.
  const canFinish = code !== 'organization_canceled'
  const content = html`<h1>${fillHtml(heading, names)}</h1>
<p>${fillHtml(text, names)}</p>
<p class="quiet small">${canFinish && `${stillValid} `}${askAround}</p>
<p class="quiet small"><code>${code}</code></p>`
  return letter(shown, { title: toLine(heading, { names }), content })
}

function closedBy(shown: Shown) {
  const { page, locale } = shown
  const ours = TEXTS[locale]
  const own = wordsOf(shown)
  if (page.status === 'disabled') {
    return { heading: ours.disabledHeading, text: own.disabled, code: 'signup_page_disabled' }
  }
  if (page.status === 'full') {
    return { heading: ours.fullHeading, text: own.full, code: 'signup_page_full' }
  }
  const code = page.reason ?? ''
  const text = ours.blocked[code] ?? ours.blockedAnyhow
  return { ...inOwnWords(shown, code, { heading: ours.blockedHeading, text }), code }
}

/** A policy's words for a reason take our heading's place where they are a title. */
function inOwnWords(
  shown: Shown,
  code: string,
  ours: { readonly heading: string; readonly text: string }
) {
  const said = textOf(shown.texts, code, shown.locale)
  const own = chooseText(said, '', { names: namesOf(shown) })
  if (own === '') return ours
  return /[.!?…]\s*$/.test(own) ? { ...ours, text: own } : { ...ours, heading: own }
}

const namesOf = ({ page, locale }: Shown) => ({
  team: cleanName(page.organization.name) || SHARED[locale].someTeam
})

/** The policy's own words where it has some, else ours. */
function wordsOf(shown: Shown) {
  const { texts, locale } = shown
  const own = ownWords(texts, 'page.signup', SIGNUP_PAGE_TEXTS, locale)
  const names = namesOf(shown)
  const chosen = SIGNUP_PAGE_TEXTS.map(
    (text) => [text, chooseText(own[text], TEXTS[locale][text], { names })] as const
  )
  return Object.fromEntries(chosen) as Record<(typeof SIGNUP_PAGE_TEXTS)[number], string>
}

interface Letter {
  readonly title: string
  readonly content: Html
  readonly formAction?: string
  /** What else the page's address says. */
  readonly rest?: string
}

function letter(shown: Shown, { content, rest = '', ...parts }: Letter): Page {
  const { locale, theme } = shown
  return renderPage({
    ...parts,
    locale,
    theme,
    content: html`<div class="letter card">
${teamMark(namesOf(shown).team, theme, locale)}
${content}
</div>`,
    footer: languageSwitch(locale, rest)
  })
}

/** There is no such page. */
export const renderUnknownPage = (problem: Problem, locale: Locale): Page =>
  renderDeadLink(TEXTS[locale].dead, problem, locale)
