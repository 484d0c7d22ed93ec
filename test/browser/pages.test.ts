import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import {
  faintTexts,
  openBrowser,
  openPage,
  overflowOf,
  screenshot,
  skipBrowser,
  startStub
} from '../helpers/browser.js'

const TEXTS = {
  en: {
    heading: 'Join Blue Heron',
    action: 'Accept the invitation',
    accepted: 'This invitation has been accepted'
  },
  fr: {
    heading: 'Rejoindre Blue Heron',
    action: 'Accepter l’invitation',
    accepted: 'Cette invitation a été acceptée'
  }
}
const WIDTHS = [360, 1280]

await t.test('pages in a browser', { skip: skipBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const app = await createTestApp(t, { worker: { backoffMs: 10 } })
  const base = app.url.replace('127.0.0.1', 'localhost')
  // A product as they are: what accepts is behind a sign-in of another origin.
  const signIn = await startStub(t, (_request, response) => response.end('<h1>Sign in</h1>'))
  const product = await startStub(t, (_request, response) =>
    response.writeHead(302, { location: `${signIn.origin}/login` }).end()
  )

  async function invite(locale: string, fields: Record<string, unknown> = {}) {
    const links = { base_url: base, accept_url: `${product.origin}/join?plan=team` }
    const org = await app.organization({
      name: 'Blue Heron',
      time_zone: 'Europe/Paris',
      links,
      ...fields
    })
    const email = `${app.unique('ana')}@browser.test`
    await app.call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { invitations: [{ email, locale }] }
    })
    await app.mailTo(email)
    return email
  }

  for (const locale of ['en', 'fr'] as const) {
    for (const width of WIDTHS) {
      await t.test(`from the mail to the product: ${locale}, ${width} px`, async (t) => {
        const texts = TEXTS[locale]
        const email = await invite(locale)
        const { page, complaints, requests, close } = await openPage(browser, {
          locale,
          viewport: { width, height: 800 }
        })
        const shoot = (name: string) => screenshot(page, `${name}-${locale}-${width}`)

        await page.goto(`${base}/dev/mail?to=${email}`)
        t.equal(await overflowOf(page), 0)
        await page.getByRole('link', { name: 'Blue Heron' }).click()
        await page.getByRole('heading', { level: 1, name: 'Blue Heron' }).waitFor()
        t.equal(await overflowOf(page), 0)
        await shoot('mail')

        await page.getByRole('link', { name: '/invitations/mlk_' }).click()
        await page.getByRole('heading', { level: 1, name: texts.heading, exact: true }).waitFor()
        t.equal(await page.locator('html').getAttribute('lang'), locale)
        t.equal(await page.title(), texts.heading)
        t.equal(await overflowOf(page), 0)
        await shoot('invitation')
        const invitationUrl = page.url()

        await page.keyboard.press('Tab')
        t.equal(await page.locator('button:focus-visible').innerText(), texts.action)
        t.equal(await page.getByRole('button').count(), 1)
        await page.keyboard.press('Enter')
        await page.waitForURL(`${signIn.origin}/login`)

        const received = product.requests.at(-1)
        const token = new URL(received?.url ?? '', product.origin).searchParams.get('token') ?? ''
        t.equal(received?.url, `/join?plan=team&token=${token}`)
        t.equal(received?.headers.referer, undefined)
        t.ok(invitationUrl.endsWith(`/invitations/${token}`))
        t.same(complaints, [])
        const known = [base, product.origin, signIn.origin]
        t.same(
          requests.filter((url) => !known.includes(new URL(url).origin)),
          []
        )

        t.equal((await app.accept(token, { id: app.unique('u'), email })).status, 200)
        await page.goto(invitationUrl)
        await page.getByRole('heading', { level: 1, name: texts.accepted }).waitFor()
        t.equal(await overflowOf(page), 0)
        await shoot('accepted')
        await close()
      })
    }
  }

  await t.test('the language can be switched, and stays when accepting', async (t) => {
    const email = await invite('en')
    const { page, complaints, close } = await openPage(browser, { locale: 'en' })
    const [mail] = await app.mailTo(email)
    await page.goto(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '')
    await page.getByRole('link', { name: 'Français' }).click()
    await page.getByRole('button', { name: TEXTS.fr.action }).waitFor()
    await page.getByRole('button').click()
    await page.waitForURL(`${signIn.origin}/login`)
    t.same(complaints, [])
    await close()
  })

  await t.test('a name of 200 characters fits, and moves nothing around', async (t) => {
    const email = await invite('en', { name: 'W'.repeat(198) + '\u202e!' })
    const [mail] = await app.mailTo(email)
    const { page, complaints, close } = await openPage(browser, {
      viewport: { width: 360, height: 800 }
    })
    await page.goto(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '')
    t.equal(await overflowOf(page), 0)
    await screenshot(page, 'invitation-long-360')
    t.same(complaints, [])
    await close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`kept mails, ${colorScheme}: contrast, width, policy`, async (t) => {
      const email = await invite('en')
      const [mail] = await app.mailTo(email)
      const pages = { mails: `${base}/dev/mail`, mail: `${base}/dev/mail/${mail?.id ?? ''}` }
      const { page, complaints, requests, close } = await openPage(browser, { colorScheme })
      for (const [name, url] of Object.entries(pages)) {
        requests.length = 0
        await page.goto(url)
        t.same(
          requests.filter((one) => !one.startsWith('about:')),
          [url],
          'one request'
        )
        t.equal(await page.locator('h1').count(), 1)
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 })
          t.equal(await overflowOf(page), 0, `${name} at ${width} px`)
          t.same(await faintTexts(page), [], name)
          await screenshot(page, `${name}-${colorScheme}-${width}`)
        }
      }
      t.same(complaints, [])
      await close()
    })
  }
})
