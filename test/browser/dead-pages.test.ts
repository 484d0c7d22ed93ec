import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { openBrowser, skipBrowser } from '../helpers/browser.js'
import { lookAt } from '../helpers/look-at.js'
import { deadStates } from '../helpers/page-states.js'

await t.test('every page of what is over, or nobody’s', { skip: skipBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const states = await deadStates(await createTestApp(t))
  for (const locale of ['en', 'fr'] as const) {
    await t.test(locale, (t) => lookAt(t, browser, states, { locale, name: 'dead' }))
  }
})
