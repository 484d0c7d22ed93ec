import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { openBrowser, skipBrowser } from '../helpers/browser.js'
import { lookAt } from '../helpers/look-at.js'
import { openStates } from '../helpers/page-states.js'

await t.test('every page that works', { skip: skipBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const app = await createTestApp(t)
  for (const name of ['plain', 'themed']) {
    const states = await openStates(app, name === 'themed')
    for (const locale of ['en', 'fr'] as const) {
      await t.test(`${name}, ${locale}`, (t) => lookAt(t, browser, states, { locale, name }))
    }
  }
})
