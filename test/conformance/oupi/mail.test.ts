import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('OUPI: the invitation’s mail', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const team = await app.organization({
    name: 'Atelier',
    policy: 'oupi',
    links: { base_url: 'https://app.acme.test/join' },
    mail: { from: 'OUPI <no-reply@app.acme.test>' }
  })
  const email = `${app.unique('ana')}@oupi.test`
  const { body } = await app.call('POST', `${team.path}/invitations`, {
    actor: team.as,
    body: { emails: email }
  })
  const { id } = body.data[0].invitation
  const [mail] = await app.mailTo(email)

  await t.test(
    'OUPI-30 OUPI-31: one mail, to exactly this address, with all that it needs',
    async (t) => {
      t.equal(mail?.to, email)
      t.match(mail?.text, /Atelier/)
      t.match(mail?.text, /Olga/)
      t.match(mail?.text, /https:\/\/app\.acme\.test\/join\/invitations\/mlk_/)
      t.match(mail?.text, /vous pouvez ignorer cet e-mail/)
      t.equal((await app.mailTo(email)).length, 1)
    }
  )

  await t.test('OUPI-32 OUPI-33: subject and sentence are the product’s', async (t) => {
    t.equal(mail?.subject, 'Vous avez été invité à rejoindre Atelier sur OUPI')
    t.match(mail?.text, /Olga vous invite à rejoindre son espace de travail sur OUPI\./)
    t.match(mail?.html, /vous invite à rejoindre son espace de travail sur OUPI\./)
  })

  await t.test('OUPI-34: a call to action, then the personal link', async (t) => {
    t.match(mail?.text, /Cliquez sur le lien ci-dessous pour accepter l’invitation[^]*mlk_/)
    const links = mail?.html.match(/href="[^"]*"/g) ?? []
    t.equal(links.length, 1, 'and nothing else to click')
  })

  await t.test('OUPI-35: it says that the link expires in seven days, and it does', async (t) => {
    t.match(mail?.text, /Ce lien expire dans 7 jours\./)
    const { body } = await app.call('GET', `${team.path}/invitations/${String(id)}`)
    const days = (Date.parse(body.expires_at) - Date.parse(body.created_at)) / 86_400_000
    t.equal(days, 7)
  })

  await t.test('OUPI-36: sender and link are the product’s own, and no other host’s', async (t) => {
    t.equal(mail?.from, 'OUPI <no-reply@app.acme.test>')
    const hosts = [...(mail?.html.matchAll(/https?:\/\/([^/"\s]+)/g) ?? [])].map(([, host]) => host)
    t.same([...new Set(hosts)], ['app.acme.test'])
    const foreign = await app.call('PATCH', team.path, {
      body: { links: { base_url: 'https://tracker.test' } }
    })
    t.match([foreign.status, foreign.body.code], [422, 'host_not_allowed'])
  })

  await t.test('OUPI-88: sent again, it is a new mail with a new link', async (t) => {
    await app.call('POST', `${team.path}/invitations/${String(id)}/resend`, {
      actor: team.as,
      body: {}
    })
    const mails = await app.mailTo(email, 2)
    const links = mails.map(({ text }) => /mlk_[\w-]+/.exec(text)?.[0])
    t.equal(new Set(links).size, 2)
  })
})
