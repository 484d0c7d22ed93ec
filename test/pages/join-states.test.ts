import t from 'tap'
import type { Locale } from '../../src/errors.js'
import { createTestApp } from '../helpers/app.js'
import { readPage } from '../helpers/pages.js'
import { signupStories } from '../helpers/signup-pages.js'

/** What French typography would not have. */
const WRONG = /(?:[\w]'[\w]| [:;!?»]|« )/

await t.test('a signup page on which nobody can ask', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' } })
  const { call, organization, unique } = app
  const { openPage } = signupStories(app)
  let callers = 0
  const read = (url: string, options: Parameters<typeof readPage>[1] = {}) => {
    callers += 1
    const headers = { 'x-forwarded-for': `10.0.0.${callers}` }
    return readPage(url, { ...options, headers })
  }
  const address = () => `${unique('ana')}@join.test`

  type Page = Awaited<ReturnType<typeof openPage>>
  interface State {
    readonly code: string
    readonly status: number
    readonly policy?: string
    readonly words: Readonly<Record<Locale, string>>
    readonly become: (page: Page, path: string) => Promise<unknown>
  }
  const states: State[] = [
    {
      code: 'signup_page_disabled',
      status: 409,
      words: { en: 'This page has been disabled', fr: 'Cette page a été désactivée' },
      become: ({ at }) => call('POST', `${at}/disable`)
    },
    {
      code: 'signup_page_full',
      status: 409,
      words: { en: 'This page is full', fr: 'Cette page est complète' },
      become: async ({ shown }) => {
        for (const n of [1, 2]) await read(shown, { form: { email: `p${n}@join.test` } })
      }
    },
    {
      code: 'organization_canceled',
      status: 403,
      words: {
        en: 'The subscription of Acme has ended.',
        fr: 'L’abonnement de l’équipe Acme est résilié.'
      },
      become: (_page, path) => call('POST', `${path}/cancel`)
    },
    {
      code: 'seats_exhausted',
      status: 409,
      words: {
        en: 'All seats of Acme are taken.',
        fr: 'Tous les sièges de l’équipe Acme sont pris.'
      },
      become: (_page, path) => call('PUT', `${path}/billing`, { body: { seats: 1 } })
    },
    {
      code: 'billing_past_due',
      status: 402,
      policy: 'surveymonkey',
      words: {
        en: 'An invoice of Acme is overdue.',
        fr: 'Une facture de l’équipe Acme est en souffrance.'
      },
      become: (_page, path) =>
        call('PUT', `${path}/billing`, { body: { entitlements: ['team'], status: 'past_due' } })
    },
    {
      code: 'not_entitled',
      status: 402,
      policy: 'surveymonkey',
      words: { en: 'The plan of Acme has no room', fr: 'ne permet pas d’accueillir' },
      become: (_page, path) => call('PUT', `${path}/billing`, { body: {} })
    }
  ]

  for (const { code, status, policy, words, become } of states) {
    await t.test(`${code}: what is shown instead of the form`, async (t) => {
      const { path } = await organization(policy === undefined ? {} : { policy })
      const page = await openPage(path)
      await become(page, path)
      for (const locale of ['en', 'fr'] as const) {
        const { markup, text, ...answer } = await read(`${page.shown}?lang=${locale}`)
        t.equal(answer.status, 200)
        t.match(text, words[locale])
        t.match(text, code)
        const canFinish = /still works|fonctionne toujours/.test(text)
        t.equal(canFinish, code !== 'organization_canceled')
        t.notMatch(markup, /<form|<input/)
        t.match(answer.headers.get('content-security-policy'), "form-action 'none'")
        t.notMatch(text, WRONG, 'typography')
        const asked = await read(`${page.shown}?lang=${locale}`, { form: { email: address() } })
        t.equal(asked.status, status)
        t.equal(asked.markup, markup, 'and to whoever still sends the form')
      }
    })
  }
})
