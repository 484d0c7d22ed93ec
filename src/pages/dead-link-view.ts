import { fill, type Locale, type Problem } from '../errors.js'
import { html } from '../html.js'
import { textOf } from '../policy/texts.js'
import { languageSwitch, type Page, renderPage } from './layout.js'
import { renderProblem } from './problems-view.js'

/** Why a link is dead, by the code of the problem: `[heading, text]`. */
export type DeadLinkTexts = Readonly<Record<string, readonly [heading: string, text: string]>>

/**
 * Why a link is dead, with the code for whoever is asked about it. A policy's own words for it that
 * are a title take our heading's place, and sentences that of our explanation.
 */
export function renderDeadLink(dead: DeadLinkTexts, problem: Problem, locale: Locale): Page {
  const { code, status } = problem.definition
  const ours = dead[code]
  if (!ours) return renderProblem(problem, locale)
  const words = textOf(problem.texts ?? {}, code, locale)
  const own = words === undefined ? undefined : fill(words, problem.members)
  const isSentence = own !== undefined && SENTENCE.test(own)
  const heading = own === undefined || isSentence ? ours[0] : own
  const content = html`<div class="letter card">
<h1>${heading}</h1>
<p>${isSentence ? own : fill(ours[1], problem.members)}</p>
<p class="quiet small"><code>${status} ${code}</code></p>
</div>`
  return renderPage({ locale, title: heading, content, footer: languageSwitch(locale) })
}

/** It ends like one; titles have no full stop. */
const SENTENCE = /[.!?…]\s*$/
