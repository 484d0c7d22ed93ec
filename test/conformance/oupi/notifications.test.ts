import t from 'tap'
import type { Locale } from '../../../src/errors.js'
import { toldTo } from '../../helpers/notifications.js'
import { createProducts } from '../products.js'

const JOINED: Readonly<Record<Locale, (email: string) => string>> = {
  en: (email) => `${email} joined Atelier with the role “Standard member”.`,
  fr: (email) => `${email} a rejoint Atelier avec le rôle «\u202fMembre standard\u202f».`
}
const WELCOME: Readonly<Record<Locale, string>> = {
  en: 'You are now a member of Atelier with the role “Standard member”.',
  fr: 'Vous faites désormais partie de l’équipe Atelier, avec le rôle «\u202fMembre standard\u202f».'
}

await t.test('OUPI: who is told that somebody has joined', async (t) => {
  const app = await createProducts(t)
  for (const locale of ['en', 'fr'] as const) {
    await t.test(
      `OUPI-44: administrators are told of the addition, the member is welcomed (${locale})`,
      async (t) => {
        const team = await app.team('oupi', { name: 'Atelier', locale })
        const email = `${app.unique('new')}@oupi.test`
        const { token } = await app.invite(team.path, email, { role: 'member' })
        const told = (address: string) => toldTo(app, address)
        const administrators = [team.creator, team.person('admin')]
        const others = [team.person('member'), team.person('readonly')]
        const before = await Promise.all(others.map((one) => told(one.email)))
        t.same(await told(team.creator.email), [], 'nothing before it has happened')
        await app.accept(token, { id: app.unique('u'), email })
        for (const { email: address } of administrators) {
          t.same(await told(address), [JOINED[locale](email)])
        }
        t.same(await told(email), [WELCOME[locale]])
        t.same(await Promise.all(others.map((one) => told(one.email))), before, 'nobody else')
        const [mail] = await app.mailTo(email)
        t.match(mail?.html, `<html lang="${locale}"`)
      }
    )
  }
})
