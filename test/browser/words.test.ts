import t from 'tap'
import { renderInvitation as renderMail } from '../../src/mail/templates/invitation.js'
import { renderNotification } from '../../src/mail/templates/notification.js'
import { renderInvitation as renderPage } from '../../src/pages/invitation-view.js'
import {
  faintTexts,
  openBrowser,
  openPage,
  overflowOf,
  screenshot,
  skipBrowser
} from '../helpers/browser.js'

const MESSAGE = {
  en: 'Hello Ana,\n\nthe plans are at https://plans.example/2030 – see you on Monday!\nOlga',
  fr: 'Bonjour Ana,\n\nles plans sont sur https://plans.example/2030. À lundi !\nOlga'
}
const OWN = {
  en: {
    opening: '{inviter} invites you to join their workspace on OUPI.',
    call: 'Click the link below to accept the invitation'
  },
  fr: {
    opening: '{inviter} vous invite à rejoindre son espace de travail sur OUPI.',
    call: 'Cliquez sur le lien ci-dessous pour accepter l’invitation'
  }
}

/** What people are shown in other words than most, by name. */
function shown(locale: 'en' | 'fr'): Record<string, string> {
  const offer = (kind: 'seat' | 'reassignment', words = {}, message = MESSAGE[locale]) => ({
    locale,
    kind,
    teamName: 'Blue Heron',
    inviterName: 'Olga',
    roleLabel: 'Admin',
    message,
    url: 'https://muster.test/invitations/mlk_x',
    expiresAt: new Date('2030-01-08T00:00:00Z'),
    lifetimeDays: 7,
    timeZone: 'Europe/Paris',
    words
  })
  const page = (kind: 'seat' | 'reassignment') => ({
    offer: {
      organization: { name: 'Blue Heron' },
      kind,
      role: { key: 'admin', label: 'Admin' },
      invited_by: { name: 'Olga' },
      email: 'a•••@acme.test',
      expires_at: '2030-01-08T00:00:00.000Z'
    },
    kind,
    message: MESSAGE[locale],
    texts: {},
    timeZone: 'Europe/Paris',
    acceptUrl: 'https://app.acme.test/join'
  })
  const told = {
    locale,
    teamName: 'Blue Heron',
    actorName: 'Olga',
    details: { member: 'Ana', role: 'Admin', former_role: 'Member', candidate: 'bo@acme.test' },
    words: {}
  }
  return {
    'mail-message': renderMail(offer('seat')).html,
    'mail-own-words': renderMail(offer('seat', OWN[locale], '')).html,
    'mail-long-line': renderMail(offer('seat', {}, 'W'.repeat(2_000))).html,
    'mail-reassignment': renderMail(offer('reassignment')).html,
    'mail-role-changed': renderNotification({
      ...told,
      event: 'member.role_changed',
      to: 'others',
      isLocked: false
    }).html,
    'mail-declined': renderNotification({
      ...told,
      event: 'reassignment.declined',
      to: 'others',
      isLocked: true
    }).html,
    'page-message': renderPage(page('seat'), locale).body,
    'page-reassignment': renderPage(page('reassignment'), locale).body
  }
}

await t.test('mails and pages in a browser', { skip: skipBrowser }, async (t) => {
  const browser = await openBrowser(t)
  for (const locale of ['en', 'fr'] as const) {
    await t.test(
      `fit and can be read, and nothing of a message is a link: ${locale}`,
      async (t) => {
        const { page, complaints, requests, close } = await openPage(browser, { locale })
        for (const [name, markup] of Object.entries(shown(locale))) {
          await page.setContent(markup)
          t.equal(await page.locator('h1').count(), 1, name)
          t.ok((await page.locator('a[href^="http"]').count()) <= 1)
          for (const width of [360, 800]) {
            await page.setViewportSize({ width, height: 700 })
            t.equal(await overflowOf(page), 0, `${name} at ${width} px`)
            t.same(await faintTexts(page), [], name)
            await screenshot(page, `${name}-${locale}-${width}`)
          }
        }
        t.same([...complaints, ...requests], [])
        await close()
      }
    )
  }
})
