import t from 'tap'
import { MEMBER_STATUSES } from '../../../src/db/tables/members.js'
import { LOCALES, type Locale, problemCatalogue } from '../../../src/errors.js'
import { statusLabel } from '../../../src/features/members/labels.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { acceptLanguage, readPage } from '../../helpers/pages.js'
import { createProducts, type Team } from '../products.js'

/** What the product calls it, in each language. */
const WORDS = {
  team: { en: 'Team', fr: 'Membres' },
  seats: { en: 'Allowed seats', fr: 'Nombre de membres autorisés' },
  pending: { en: 'Pending', fr: 'En attente' },
  cancel: { en: 'Revoke', fr: 'Annuler' },
  full: { en: 'No available seats', fr: 'Quota de sièges atteint' }
} as const

await t.test('OUPI speaks French and English', async (t) => {
  const app = await createProducts(t)
  const { call } = app
  const read = (team: Team, path: string, locale: Locale) =>
    call('GET', `${team.path}${path}`, { headers: acceptLanguage(locale) })

  await t.test('OUPI-13: the product’s own words, by the language of the reader', async (t) => {
    const team = await app.team('oupi', { billing: { entitlements: ['team'], seats: 5 } })
    const invite = (headers: Record<string, string> = {}) =>
      team.call('owner', 'POST', '/invitations', {
        body: { emails: `${app.unique('i')}@oupi.test` },
        headers
      })
    const { body } = await invite()
    const { member_id: id } = body.data[0].invitation
    const codes = new Set<string>()
    for (const locale of LOCALES) {
      const { body: summary } = await read(team, '/summary', locale)
      t.match(summary.labels, {
        team: WORDS.team[locale],
        invitation_cancel: WORDS.cancel[locale]
      })
      t.equal(summary.seats.title, WORDS.seats[locale])
      const { body: member } = await read(team, `/members/${String(id)}`, locale)
      t.match(member, { status: 'invited', status_label: WORDS.pending[locale] })
      const { body: refused } = await invite(acceptLanguage(locale))
      t.equal(refused.detail, WORDS.full[locale])
      codes.add(refused.code)
      t.match(summary.blocked, [{ detail: WORDS.full[locale] }])
    }
    t.same([...codes], ['seats_exhausted'], 'one code, whatever the language')
  })

  await t.test('OUPI-13: every error there is, in both, also on a page of its own', async (t) => {
    const problems = [...problemCatalogue().values()]
    t.ok(problems.length > 60)
    const named = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort()
    for (const { code, en, fr } of problems) {
      for (const text of [...en, ...fr]) t.match(text, /\S/, code)
      t.not(en[1], fr[1], `${code} is translated`)
      t.same(named(fr[1]), named(en[1]), code)
    }
    for (const locale of LOCALES) {
      const { markup, text } = await readPage(`${app.url}/problems/seats_exhausted?lang=${locale}`)
      t.match(markup, `<html lang="${locale}"`)
      t.match(text, problemCatalogue().get('seats_exhausted')?.[locale][0])
    }
  })

  await t.test('OUPI-13: every label, status and text of the product, in both', async (t) => {
    const policy = PRESETS.get('oupi')
    t.ok(policy)
    if (!policy) return
    for (const [code, { en = '', fr = '' }] of Object.entries(policy.texts)) {
      t.ok(en !== '' && fr !== '', code)
    }
    for (const status of MEMBER_STATUSES) {
      const [en, fr] = LOCALES.map((locale) => statusLabel(policy, status, locale))
      t.match(en, /\S/, status)
      t.not(en, fr, `${status} is translated`)
    }
    const { body } = await read(app.of('oupi'), '/roles', 'fr')
    t.same(
      (body.data as { label: unknown }[]).map(({ label }) => label),
      policy.roles.map(({ label }) => label)
    )
    for (const { label } of policy.roles) t.not(label.en, label.fr)
  })
})
