import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('POST /v1/invitations/lookup', async (t) => {
  const { call, organization, invite, accept } = await createTestApp(t)
  const lookup = (token: string, headers: Record<string, string> = {}) =>
    call('POST', '/v1/invitations/lookup', { key: null, body: { token }, headers })

  await t.test('shows the offer with the address masked, in the reader’s language', async (t) => {
    const org = await organization()
    const { body: sent } = await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { emails: 'ana@look.test', send_email: false }
    })
    const token = String(sent.data[0].link).split('/').at(-1) ?? ''
    const { status, body } = await lookup(token, { 'accept-language': 'fr-CH, en;q=0.5' })
    t.equal(status, 200)
    t.same(body, {
      kind: 'seat',
      organization: { name: 'Acme' },
      role: { key: 'member', label: 'Membre' },
      invited_by: { name: 'Olga' },
      email: 'a•••@look.test',
      expires_at: '2030-01-08T00:00:00.000Z'
    })
  })

  await t.test('consumes nothing, however often a mail scanner looks', async (t) => {
    const org = await organization()
    const { token } = await invite(org.path, 'scan@look.test')
    for (let look = 0; look < 5; look += 1) t.equal((await lookup(token)).status, 200)
    const { status } = await accept(token, { id: 'u_scan', email: 'scan@look.test' })
    t.equal(status, 200)
  })

  await t.test('says why a link is dead', async (t) => {
    const org = await organization()
    const { token } = await invite(org.path, 'dead@look.test')
    await accept(token, { id: 'u_dead', email: 'dead@look.test' })
    t.match(await lookup(token), { status: 409, body: { code: 'invitation_already_accepted' } })
    t.match(await lookup(`${token}x`), { status: 404, body: { code: 'invitation_link_invalid' } })
  })
})
