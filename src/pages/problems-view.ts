import { fill, type Locale, type Problem, type ProblemDefinition } from '../errors.js'
import { type Html, html } from '../html.js'
import { languageSwitch, type Page, renderPage } from './layout.js'

interface Texts {
  readonly list: string
  readonly intro: string
  readonly all: string
  readonly status: string
  readonly code: string
  readonly answer: string
}

const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    list: 'Problems',
    intro: 'What Muster answers when it cannot do what it was asked. The code never changes.',
    all: 'All problems',
    status: 'Status',
    code: 'Code',
    answer: 'As it is sent'
  },
  fr: {
    list: 'Problèmes',
    intro:
      'Ce que Muster répond quand il ne peut pas faire ce qu’on lui demande. Le code est stable.',
    all: 'Tous les problèmes',
    status: 'Statut',
    code: 'Code',
    answer: 'Tel qu’envoyé'
  }
}

/** What the statuses mean here: more exact than their names. */
const MEANINGS: Readonly<Record<Locale, Readonly<Record<number, string>>>> = {
  en: {
    400: 'malformed request',
    401: 'caller unknown',
    402: 'billing',
    403: 'not permitted',
    404: 'not there, or not yours',
    405: 'not this method',
    409: 'the state of things is in the way',
    410: 'over for good',
    412: 'changed in the meantime',
    413: 'too large',
    415: 'of another kind',
    422: 'refused by a rule',
    428: 'to be confirmed',
    429: 'too often',
    500: 'our fault',
    503: 'try again shortly'
  },
  fr: {
    400: 'requête mal formée',
    401: 'appelant inconnu',
    402: 'facturation',
    403: 'non autorisé',
    404: 'absent, ou pas à vous',
    405: 'pas cette méthode',
    409: 'l’état actuel s’y oppose',
    410: 'terminé pour de bon',
    412: 'modifié entre-temps',
    413: 'trop volumineux',
    415: 'd’un autre type',
    422: 'refusé par une règle',
    428: 'à confirmer',
    429: 'trop souvent',
    500: 'notre faute',
    503: 'à réessayer sous peu'
  }
}

/** Every problem, under its status. */
export function renderProblemList(all: readonly ProblemDefinition[], locale: Locale): Page {
  const { list, intro } = TEXTS[locale]
  const statuses = [...new Set(all.map(({ status }) => status))]
  const content = html`<h1>${list}</h1>
<p class="quiet">${intro}</p>
${statuses.map((status) => {
  const items = all.filter((one) => one.status === status).map((one) => listItem(one, locale))
  return html`
<h2>${statusLine(status, locale)}</h2>
<ul class="entries card">${items}</ul>`
})}`
  return renderPage({ locale, title: list, content, footer: languageSwitch(locale) })
}

function listItem(definition: ProblemDefinition, locale: Locale): Html {
  const [title] = definition[locale]
  return html`
<li><a href="/problems/${definition.code}?lang=${locale}"><strong>${title}</strong>
<span><code>${definition.code}</code></span></a></li>`
}

const statusLine = (status: number, locale: Locale) =>
  [status, MEANINGS[locale][status]].filter((part) => part !== undefined).join(' – ')

/** What one code means, and an answer that bears it. */
export function renderDefinition(
  definition: ProblemDefinition,
  locale: Locale,
  publicUrl: string
): Page {
  const texts = TEXTS[locale]
  const { code, status } = definition
  const [title, detail] = definition[locale]
  const answer = { type: `${publicUrl}/problems/${code}`, title, status, detail, code }
  const content = html`<nav><a href="/problems?lang=${locale}">${texts.all}</a></nav>
<h1>${title}</h1>
<p>${withVariables(detail)}</p>
<dl class="card">
<dt>${texts.code}</dt><dd><code>${code}</code></dd>
<dt>${texts.status}</dt><dd>${statusLine(status, locale)}</dd>
</dl>
<h2>${texts.answer}</h2>
<pre class="card">${JSON.stringify(answer, null, 2)}</pre>`
  return renderPage({ locale, title, content, footer: languageSwitch(locale) })
}

/** `{limit}` stands for what only an answer knows. */
function withVariables(detail: string): Html {
  const parts = detail.split(/\{(\w+)\}/)
  return html`${parts.map((part, i) => (i % 2 === 0 ? html`${part}` : html`<var>${part}</var>`))}`
}

/** A problem that a page itself has run into. */
export function renderProblem({ definition, members }: Problem, locale: Locale): Page {
  const [title, detail] = definition[locale]
  const content = html`<div class="letter card">
<h1>${title}</h1>
<p>${fill(detail, members)}</p>
<p class="quiet small"><code>${definition.status} ${definition.code}</code></p>
</div>`
  return renderPage({ locale, title, content, footer: languageSwitch(locale) })
}
