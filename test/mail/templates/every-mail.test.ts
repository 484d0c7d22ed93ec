import t from 'tap'
import { LOCALES } from '../../../src/errors.js'
import { type Chosen, everyMail } from '../../helpers/mails.js'

const PLAIN: Chosen = { team: 'Acme', person: 'Olga', name: 'Ana', message: 'Hello\nworld' }

/** Each would do harm of another kind where it is not made harmless. */
const HOSTILE = {
  header: 'Acme\r\nBcc: spy@evil.test\r\n\r\nBody',
  encodedWord: '=?utf-8?B?QmNjOiBzcHlAZXZpbC50ZXN0?=',
  markup: '<img src="https://evil.test/x.png" onerror="alert(1)"><script>alert(1)</script>',
  attribute: '" onmouseover="alert(1)" x="',
  overrides: '\u202egnp.exe\u2066\u200f\u061c',
  placeholder: '{team}{actor}{member}$&$1',
  long: 'W'.repeat(10_240)
}

await t.test('every mail in both languages: whole, and nothing is left open', (t) => {
  for (const locale of LOCALES) {
    for (const [name, { subject, text, html }] of everyMail(locale, PLAIN)) {
      const what = `${name}, ${locale}`
      t.match(subject, /^\S.*\S$/, what)
      t.match(text, /^\S[^]*\n$/, `${what}: a text part`)
      for (const part of [subject, text, html]) {
        t.notMatch(part, /\{\w+\}|undefined|null|\[object/, what)
      }
      t.equal(html.match(new RegExp(`lang="${locale}"`, 'g'))?.length, 2, `${what}: its language`)
      t.equal(html.match(/<h1/g)?.length, 1, what)
      t.match(html, '<meta name="color-scheme" content="light dark">', what)
      t.notMatch(html, /<(?:img|link|script|iframe|style)\b|src=|url\(|@import/, `${what}: remote`)
      // In the dark only what has both colours can be read: nothing has one alone.
      for (const [, style = ''] of html.matchAll(/style="([^"]*)"/g)) {
        t.equal(/(?:^|;)color:/.test(style), style.includes('background-color:'), what)
      }
    }
  }
  t.end()
})

await t.test('whatever people call things, no mail is harmed by it', (t) => {
  for (const [kind, evil] of Object.entries(HOSTILE)) {
    const chosen = { team: evil, person: evil, name: evil, message: evil }
    for (const [name, { subject, text, html }] of everyMail('en', chosen)) {
      const what = `${kind} in ${name}`
      t.notMatch(subject, /[\p{Cc}\u202a-\u202e\u2066\u2067\u200e\u200f\u061c]/u, what)
      t.notMatch(html, /<(?:img|script)|alert\(1\)" |" onmouseover/, what)
      t.notMatch(text + html, /[\u202a-\u202e\u200e\u200f\u061c]/, what)
      t.ok(subject.length < 400, what)
      t.equal(html.match(/<a /g)?.length ?? 0, /^invitation|code/.test(name) ? 1 : 0, what)
      if (kind === 'placeholder') t.match(subject + text, '{team}{actor}', `${what}: as it is`)
    }
  }
  t.end()
})
