import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

const LINK_IN_TEXT = /Accepter l’invitation\s*:\n(https:\/\/app\.acme\.test\/join\/\S*(mlk_\S+))/
const LINK_IN_HTML = /<a href="([^"]*)"[^>]*>([^<]*)<\/a>/

await t.test('OpenPhone: the invitation’s mail', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 10 } })
  const { call, unique, accept } = app
  const team = await app.organization({
    policy: 'openphone',
    name: 'Studio Nord',
    links: { base_url: 'https://app.acme.test/join' }
  })
  /** The mails to somebody who is invited, and what is in them. */
  async function invite(email: string) {
    const { body } = await call('POST', `${team.path}/invitations`, {
      actor: team.as,
      body: { emails: email, role: 'admin', resources: { choice: 'new' } }
    })
    const mails = await app.mailTo(email)
    const path = `${team.path}/invitations/${String(body.data[0].invitation.id)}`
    return { mail: mails[0] ?? { subject: '', text: '', html: '' }, path }
  }
  const tokenIn = (text: string) => LINK_IN_TEXT.exec(text)?.[2] ?? 'none'
  /** The token that came with the second mail. */
  async function sendAgain(email: string, path: string, first: string) {
    const again = await call('POST', `${path}/resend`, { actor: team.as, body: {} })
    const tokens = (await app.mailTo(email, 2)).map(({ text }) => tokenIn(text))
    return { again, token: tokens.find((token) => token !== first) ?? 'none' }
  }
  const address = (name: string) => `${unique(name)}@openphone.test`

  await t.test('OP-60 OP-61: it tells of the workspace, and has a link to accept by', async (t) => {
    const email = address('new')
    const { mail } = await invite(email)
    for (const detail of [/Studio Nord/, /Olga/, /Administrateur/]) t.match(mail.text, detail)
    t.match(mail.subject, /Studio Nord/)
    const [, url, token = ''] = LINK_IN_TEXT.exec(mail.text) ?? []
    const [, href, label] = LINK_IN_HTML.exec(mail.html) ?? []
    t.same([href, label], [url, 'Accepter l’invitation'])
    const joined = await accept(token, { id: unique('u'), email })
    t.match(joined.body, { status: 'active', role: 'admin' })
  })

  await t.test('OP-100: what did not arrive is sent again, and its link works', async (t) => {
    const email = address('lost')
    const { mail, path } = await invite(email)
    t.match((await call('GET', path, { actor: team.as })).body, { email, status: 'pending' })
    const { again, token } = await sendAgain(email, path, tokenIn(mail.text))
    t.equal(again.status, 200)
    t.equal((await accept(token, { id: unique('u'), email })).body.status, 'active')
  })

  await t.test('OP-100: or it is canceled, and another address invited instead', async (t) => {
    const [email, other] = [address('wrong'), address('right')]
    const { mail, path } = await invite(email)
    const { token } = await sendAgain(email, path, tokenIn(mail.text))
    t.equal((await call('DELETE', path, { actor: team.as })).body.status, 'canceled')
    const dead = await accept(token, { id: unique('u'), email })
    t.match([dead.status, dead.body.code], [410, 'invitation_canceled'])
    const next = await invite(other)
    const joined = await accept(tokenIn(next.mail.text), { id: unique('u'), email: other })
    t.match(joined.body, { status: 'active', email: other })
  })
})
