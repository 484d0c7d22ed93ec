import type { Browser } from 'playwright-core'
import type { Test } from 'tap'
import type { Locale } from '../../src/errors.js'
import { axeFaults, faintTexts, openPage, overflowOf, screenshot } from './browser.js'
import type { States } from './page-states.js'

const WIDTHS = [360, 1280]
const PAGE_BYTES_MAX = 30_000
/** Chromium itself reports the status of a page that says what went wrong. */
const REPORTED = /status of 4\d\d/

interface Look {
  readonly locale: Locale
  readonly name: string
}

/** Every page in both widths, light and dark, as its policy lets it be shown. */
export async function lookAt(t: Test, browser: Browser, states: States, { locale, name }: Look) {
  const { page, complaints, requests, close } = await openPage(browser, {
    locale,
    viewport: { width: 360, height: 800 }
  })
  for (const [state, url] of Object.entries(states)) {
    requests.length = 0
    const answer = await page.goto(url)
    const body = (await answer?.body()) ?? Buffer.alloc(0)
    t.same(
      requests.filter((one) => !one.startsWith('data:')),
      [url],
      `${state}: one request`
    )
    if (state !== 'problems') t.ok(body.length <= PAGE_BYTES_MAX, `${state}: ${body.length} bytes`)
    t.equal(await page.locator('html').getAttribute('lang'), locale)
    t.equal(await page.locator('h1').count(), 1)
    t.not((await page.title()).trim(), '')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 })
        t.equal(await overflowOf(page), 0, `${state} at ${width} px`)
        await screenshot(page, `${state}-${name}-${locale}-${colorScheme}-${width}`)
      }
      t.same(await faintTexts(page), [], state)
      // What light and dark have in common is looked at once.
      t.same(
        await axeFaults(page, colorScheme === 'dark' ? ['color-contrast'] : undefined),
        [],
        state
      )
    }
  }
  t.same(
    complaints.filter((text) => !REPORTED.test(text)),
    []
  )
  await close()
}
