import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { readPage } from '../helpers/pages.js'

await t.test('/dev/mail', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 10 } })
  const { url, call, organization, mailTo, unique } = app

  async function invited(name: string) {
    const org = await organization({ name })
    const email = `${unique('bo')}@mail.test`
    await call('POST', `${org.path}/invitations`, { actor: org.as, body: { emails: email } })
    const [mail] = await mailTo(email)
    return { email, id: mail?.id ?? '' }
  }

  await t.test('lists the mails that were kept, newest first', async (t) => {
    const first = await invited('First')
    const second = await invited('Second')
    const { status, headers, markup, text } = await readPage(`${url}/dev/mail`)
    t.equal(status, 200)
    t.match(headers.get('content-type'), 'text/html')
    t.equal(headers.get('vary'), 'accept')
    t.match(text, `Second to ${second.email}`)
    t.ok(markup.indexOf(second.id) < markup.indexOf(first.id))
    t.match(headers.get('content-security-policy'), "form-action 'self'")
    t.notMatch(headers.get('content-security-policy'), 'unsafe-inline')
  })

  await t.test('as JSON for a program, of one address', async (t) => {
    const { email, id } = await invited('Third')
    const { body } = await call('GET', `/dev/mail?to=${email}`, { key: null })
    t.match(body.data, [{ id, to: email, subject: 'Olga invited you to join Third' }])
    t.equal(body.data.length, 1)
    t.match(body.data[0].links, [/^http:\/\/localhost:4700\/invitations\/mlk_/])
    const page = await readPage(`${url}/dev/mail?to=nobody@mail.test`)
    t.match(page.text, 'No mail to nobody@mail.test.')
  })

  await t.test('shows a mail with its links, both its parts, and none of its markup', async (t) => {
    const { email, id } = await invited('<script>alert(1)</script>')
    const { status, headers, markup, text } = await readPage(`${url}/dev/mail/${id}`)
    t.equal(status, 200)
    t.match(text, `To ${email}`)
    t.match(markup, /<a href="http:\/\/localhost:4700\/invitations\/mlk_[^"]+" rel="noreferrer">/)
    t.match(markup, / srcdoc="&lt;!doctype html&gt;/)
    t.match(markup, 'sandbox="allow-popups allow-popups-to-escape-sandbox"')
    t.notMatch(markup, '<script')
    t.match(headers.get('content-security-policy'), "style-src-attr 'unsafe-inline'")
  })

  await t.test('an unknown mail is not found: a page for a browser, else JSON', async (t) => {
    for (const id of ['mail_01jd3v8k2ffb5t0m5r6w9x7y3z', 'x']) {
      const page = await readPage(`${url}/dev/mail/${id}`)
      t.equal(page.status, 404)
      t.match(page.markup, '<h1>Not found</h1>')
      t.match(await call('GET', `/dev/mail/${id}`), { status: 404, body: { code: 'not_found' } })
    }
  })
})

await t.test('/dev/mail is away where links must not be read', async (t) => {
  const environments = [
    { MUSTER_DEV_MAIL: 'off' },
    { NODE_ENV: 'production' },
    { SMTP_URL: 'smtp://127.0.0.1:9' }
  ]
  for (const environment of environments) {
    const { call } = await createTestApp(t, { environment })
    t.equal((await call('GET', '/dev/mail')).status, 404, JSON.stringify(environment))
  }
})
