import t, { type Test } from 'tap'
import type { Locale } from '../../src/errors.js'
import { createTestApp, DAY_MS, START } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'

const ACCEPT_URL = 'https://app.acme.test/join'

await t.test('a dead link says why, in both languages, and offers nothing', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  t.beforeEach(() => {
    app.clock.now = START
  })
  const later = () => {
    app.clock.now = new Date(START.getTime() + 7 * DAY_MS)
  }

  type Invited = Awaited<ReturnType<typeof inviteByOwner>>
  interface Death {
    readonly code: string
    readonly status: number
    readonly titles: Readonly<Record<Locale, string>>
    readonly die: (invited: Invited) => unknown
  }
  const deaths: Death[] = [
    {
      code: 'invitation_expired',
      status: 410,
      titles: { en: 'This invitation has expired', fr: 'Cette invitation a expiré' },
      die: later
    },
    {
      code: 'invitation_superseded',
      status: 410,
      titles: { en: 'There is a newer link', fr: 'Il existe un lien plus récent' },
      die: ({ path }) => {
        later()
        return app.call('POST', `${path}/resend`, { body: { via: 'link' } })
      }
    },
    {
      code: 'invitation_canceled',
      status: 410,
      titles: { en: 'This invitation was withdrawn', fr: 'Cette invitation a été retirée' },
      die: ({ path }) => app.call('DELETE', path)
    },
    {
      code: 'invitation_declined',
      status: 410,
      titles: { en: 'This invitation was declined', fr: 'Cette invitation a été refusée' },
      die: ({ token }) => app.call('POST', '/v1/invitations/decline', { body: { token } })
    },
    {
      code: 'invitation_already_accepted',
      status: 409,
      titles: { en: 'This invitation has been accepted', fr: 'Cette invitation a été acceptée' },
      die: ({ token, email }) => app.accept(token, { id: app.unique('u'), email })
    },
    {
      code: 'organization_canceled',
      status: 403,
      titles: {
        en: 'This team’s subscription has ended',
        fr: 'L’abonnement de cette équipe est résilié'
      },
      die: ({ org }) => app.call('POST', `${org.path}/cancel`)
    },
    {
      code: 'invitation_link_invalid',
      status: 404,
      titles: { en: 'This link does not work', fr: 'Ce lien ne fonctionne pas' },
      die: ({ org }) => app.call('DELETE', org.path)
    }
  ]

  for (const { code, status, titles, die } of deaths) {
    await t.test(code, async (t) => {
      const invited = await inviteByOwner(app, { organization: { name: 'Blue Heron' } })
      t.equal((await readPage(invited.page)).status, 200)
      await die(invited)
      const lookup = await app.call('POST', '/v1/invitations/lookup', {
        key: null,
        body: { token: invited.token }
      })
      t.equal(lookup.body.code, code, 'as the API says')
      await isDead(t, invited.page, { code, status, titles })
    })
  }

  await t.test('invitation_link_invalid', async (t) => {
    const { token, page } = await inviteByOwner(app)
    const titles = { en: 'This link does not work', fr: 'Ce lien ne fonctionne pas' }
    const invalid = { code: 'invitation_link_invalid', status: 404, titles }
    for (const wrong of ['mlk_abc', 'x', `${token}.`, token.slice(0, -1), '%3Cscript%3E']) {
      await isDead(t, `${app.url}/invitations/${wrong}`, invalid)
    }
    t.equal((await readPage(page)).status, 200)
  })

  async function isDead(t: Test, page: string, { code, status, titles }: Omit<Death, 'die'>) {
    for (const locale of ['en', 'fr'] as const) {
      for (const method of ['GET', 'POST'] as const) {
        const answer = await readPage(page, { method, headers: acceptLanguage(locale) })
        t.equal(answer.status, status)
        t.match(answer.markup, `<h1>${titles[locale]}</h1>`)
        t.match(answer.text, `${status} ${code}`)
        t.notMatch(answer.markup, /<form|<button|<script|Blue Heron|Olga/)
        t.equal(answer.headers.get('location'), null)
        t.match(answer.headers.get('content-security-policy'), "form-action 'none'")
      }
    }
  }
})
