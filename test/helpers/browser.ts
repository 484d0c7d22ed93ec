import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** First the one that is nothing but the engine of its pages: it takes a fifth less of the time. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome'
]
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]
const executablePath = PLACES.find((path) => existsSync(path)) ?? '/usr/bin/chromium'

/** Why there is no browser test here; false where there must be one, or a browser is found. */
export const skipBrowser =
  process.env['MUSTER_REQUIRE_BROWSER'] === '1' || existsSync(executablePath)
    ? false
    : `no browser in ${PLACES.join(', ')}`

export async function openBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  t.teardown(() => browser.close())
  return browser
}

/** A page whose complaints and requests are written down. */
export async function openPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  return { page, complaints, requests, close: () => context.close() }
}

/** For the eyes: kept where MUSTER_SCREENSHOTS says, else nowhere. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['MUSTER_SCREENSHOTS']
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** A page of the product: keeps what it was asked. */
export async function startStub(t: Test, answer: RequestListener) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, requests }
}

/** Of WCAG 2.2, levels A and AA, and what axe thinks good besides. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface AxeResult {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** What axe finds wrong. It comes through the debugger, which no policy of a page keeps out. */
export async function axeFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: AXE_TAGS }
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] })
  const found = await page.evaluate<readonly AxeResult[]>(
    `axe.run(document, ${options}).then(({ violations, passes }) => {
      if (passes.length === 0) throw new Error('axe has looked at nothing')
      return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) }))
    })`
  )
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** How far the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** Texts that stand out too little from what is behind them: WCAG 2, level AA. */
export const faintTexts = (page: Page): Promise<string[]> => page.evaluate(FIND_FAINT_TEXTS)

const FIND_FAINT_TEXTS = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => {
    const [r, g, b] = parse(color).map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if (parse(color)[3] !== 0) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  return [...document.body.querySelectorAll('*')].filter(hasText).flatMap((element) => {
    const colors = [getComputedStyle(element).color, behind(element)].map(luminance)
    const ratio = (Math.max(...colors) + 0.05) / (Math.min(...colors) + 0.05)
    return ratio < 4.5 ? [element.textContent.trim() + ' ' + ratio.toFixed(2)] : []
  })
})()`
