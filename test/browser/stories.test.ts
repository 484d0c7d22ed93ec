import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createTestApp } from '../helpers/app.js'
import {
  axeFaults,
  openBrowser,
  openPage,
  overflowOf,
  screenshot,
  skipBrowser,
  startStub
} from '../helpers/browser.js'
import { openStates, unsubscribeLink } from '../helpers/page-states.js'

const TEXTS = {
  en: {
    title: 'Join Blue Heron',
    sent: 'Blue Heron',
    declined: 'You declined the invitation',
    confirmed: 'is confirmed'
  },
  fr: {
    title: 'Rejoindre Blue Heron',
    sent: 'Blue Heron',
    declined: 'Vous avez refusé l’invitation',
    confirmed: 'est confirmé'
  }
}

/** Presses Tab until something of this kind has the focus, and everybody can see that it has. */
async function tabTo(t: Test, page: Page, selector: string) {
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press('Tab')
    if ((await page.locator(`${selector}:focus-visible`).count()) === 1) return
  }
  t.fail(`${selector} cannot be reached by the keyboard`)
}

await t.test('stories, by the keyboard alone', { skip: skipBrowser }, async (t) => {
  const browser = await openBrowser(t)
  const app = await createTestApp(t)
  const product = await startStub(t, (_request, response) => response.end('<h1>Welcome</h1>'))

  for (const locale of ['en', 'fr'] as const) {
    for (const javaScriptEnabled of [false, true]) {
      const name = `${locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
      const texts = TEXTS[locale]

      await t.test(name, async (t) => {
        const states = await openStates(app, javaScriptEnabled)
        const { page, complaints, close } = await openPage(browser, {
          locale,
          javaScriptEnabled,
          viewport: { width: 360, height: 800 }
        })
        /** What comes of a form is a page like the others. */
        const check = async (t: Test, state: string) => {
          t.equal(await page.locator('html').getAttribute('lang'), locale, state)
          t.equal(await page.locator('h1').count(), 1, state)
          await screenshot(page, `${state}-${locale}-${javaScriptEnabled ? 'themed' : 'plain'}`)
          if (!javaScriptEnabled) return
          t.equal(await overflowOf(page), 0, state)
          t.same(await axeFaults(page), [], state)
        }
        const open = (state: string) => page.goto(states[state] ?? '')

        await t.test('asks for an invitation, after a mistake', async (t) => {
          await open('join')
          t.equal(await page.title(), texts.title)
          await tabTo(t, page, 'input')
          await page.keyboard.type('ana')
          await page.keyboard.press('Enter')
          const wrong = page.locator('input[aria-invalid="true"]')
          await wrong.waitFor()
          t.equal(await wrong.inputValue(), 'ana', 'what was entered is kept')
          const describedBy = (await wrong.getAttribute('aria-describedby')) ?? ''
          t.not(await page.locator(`#${describedBy}`).innerText(), '')
          t.not(await page.title(), texts.title, 'the title says so first')
          await check(t, 'join-mistake')
          await wrong.focus()
          await page.keyboard.press('End')
          await page.keyboard.type('@stories.test')
          await page.keyboard.press('Enter')
          await page.waitForURL(/[?&]sent=1/)
          t.match(await page.locator('main').innerText(), texts.sent)
          t.equal(await page.locator('form').count(), 0)
          await check(t, 'join-sent')
        })

        await t.test('accepts, and is with the product', async (t) => {
          const org = await app.organization({ links: { accept_url: `${product.origin}/join` } })
          const { token } = await app.invite(org.path, `${app.unique('ana')}@stories.test`)
          await page.goto(`${app.url}/invitations/${token}`)
          await tabTo(t, page, 'button')
          await page.keyboard.press('Enter')
          await page.waitForURL(`${product.origin}/join**`)
          t.equal(page.url(), `${product.origin}/join?token=${token}`)
        })

        await t.test('changes their mind about declining, then declines', async (t) => {
          await open('invitation')
          const accept = await page.locator('button').innerText()
          await tabTo(t, page, 'a[href*="decline"]')
          await page.keyboard.press('Enter')
          await page.waitForURL(/[?&]decline=1/)
          await tabTo(t, page, '.aside a')
          await page.keyboard.press('Enter')
          await page.getByRole('button', { name: accept }).waitFor()
          await tabTo(t, page, 'a[href*="decline"]')
          await page.keyboard.press('Enter')
          await page.waitForURL(/[?&]decline=1/)
          await tabTo(t, page, 'button')
          await page.keyboard.press('Enter')
          await page.getByRole('heading', { name: texts.declined }).waitFor()
          await check(t, 'invitation-just-declined')
        })

        await t.test('confirms a domain', async (t) => {
          await open('domain')
          await tabTo(t, page, 'button')
          await page.keyboard.press('Enter')
          await page.getByRole('heading', { name: texts.confirmed }).waitFor()
          await check(t, 'domain-just-confirmed')
        })

        await t.test('unsubscribes', async (t) => {
          await page.goto(
            await unsubscribeLink(app, await app.organization({ name: 'Blue Heron' }))
          )
          const before = await page.locator('h1').innerText()
          await tabTo(t, page, 'button')
          await page.keyboard.press('Enter')
          await page.locator('button').waitFor({ state: 'detached' })
          t.not(await page.locator('h1').innerText(), before)
          await check(t, 'unsubscribed')
        })

        t.same(
          complaints.filter((text) => !/status of 4\d\d/.test(text)),
          []
        )
        await close()
      })
    }
  }

  await t.test('a form that a page of another site sends is refused', async (t) => {
    const org = await app.organization()
    const { token, invitation } = await app.invite(org.path, `${app.unique('ana')}@stories.test`)
    const target = `${app.url}/invitations/${token}`
    const evil = await startStub(t, (_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(`<form method="post" action="${target}"><button name="action" value="decline">Win`)
    )
    const { page, close } = await openPage(browser, { locale: 'en' })
    await page.goto(evil.origin)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Sent from elsewhere' }).waitFor()
    const path = `${org.path}/invitations/${String(invitation.id)}`
    t.equal((await app.call('GET', path)).body.status, 'pending')
    await close()
  })
})
