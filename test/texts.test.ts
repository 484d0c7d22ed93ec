import t from 'tap'
import { html } from '../src/html.js'
import { fillHtml, formatInstant } from '../src/texts.js'

await t.test('fillHtml isolates and escapes names, and takes markup as it is', (t) => {
  const filled = fillHtml('{who} & {what}, {missing}.', { who: '<b>', what: html`<i>x</i>` })
  t.equal(String(filled), '<bdi>&lt;b&gt;</bdi> &amp; <i>x</i>, <bdi></bdi>.')
  t.end()
})

await t.test('formatInstant names day, time and zone in the reader’s language', (t) => {
  const instant = new Date('2030-01-31T23:30:00Z')
  const say = (locale: 'en' | 'fr', timeZone: string) =>
    formatInstant(instant, { locale, timeZone })
  t.match(say('en', 'UTC'), /^Thursday, January 31, 2030 at 11:30\sPM UTC$/)
  t.equal(say('fr', 'UTC'), 'jeudi 31 janvier 2030 à 23:30 UTC')
  t.equal(say('fr', 'Europe/Paris'), 'vendredi 1er février 2030 à 00:30 UTC+1')
  t.throws(() => say('en', 'Mars/Olympus'), RangeError)
  t.end()
})
