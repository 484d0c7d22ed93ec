import t from 'tap'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'

const ACCEPT_URL = 'https://app.acme.test/join'

async function sendFrom(app: TestApp, headers: Record<string, string>) {
  const { page, path } = await inviteByOwner(app)
  const answer = await readPage(page, { form: { action: 'decline' }, headers })
  return { answer, status: (await app.call('GET', path)).body.status as string }
}

await t.test('a form that another site sends', async (t) => {
  const app = await createTestApp(t, {
    environment: { MUSTER_ACCEPT_URL: ACCEPT_URL, PUBLIC_URL: 'https://muster.acme.test' }
  })
  const own = new URL(app.url)

  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.acme.test' },
    { 'sec-fetch-site': 'cross-site', origin: app.url },
    { 'sec-fetch-site': 'something-new' },
    { origin: 'https://evil.test' },
    { origin: `http://${own.hostname}:${Number(own.port) + 1}` },
    { origin: 'https://muster.acme.test.evil.test' },
    { origin: 'not an origin' },
    { origin: '' }
  ]
  for (const headers of foreign) {
    await t.test(`is refused, and does nothing: ${JSON.stringify(headers)}`, async (t) => {
      const { answer, status } = await sendFrom(app, headers)
      t.equal(answer.status, 403)
      t.match(answer.headers.get('content-type'), 'text/html')
      t.match(answer.text, 'Sent from elsewhere')
      t.match(answer.text, '403 cross_site_form')
      t.equal(status, 'pending')
    })
  }

  const ours: Record<string, string>[] = [
    {},
    { origin: 'null' },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
    { 'sec-fetch-site': 'none' },
    { origin: app.url },
    { origin: 'https://muster.acme.test' }
  ]
  for (const headers of ours) {
    await t.test(`is not one of our own page: ${JSON.stringify(headers)}`, async (t) => {
      const { answer, status } = await sendFrom(app, headers)
      t.equal(answer.status, 200)
      t.equal(status, 'declined')
    })
  }

  await t.test('accepting is no different, and it is said in French too', async (t) => {
    const { page } = await inviteByOwner(app)
    const headers = { 'sec-fetch-site': 'cross-site', ...acceptLanguage('fr') }
    const answer = await readPage(page, { method: 'POST', headers })
    t.equal(answer.status, 403)
    t.equal(answer.headers.get('location'), null)
    t.match(answer.text, 'Envoyé depuis un autre site')
    t.equal((await readPage(page, { headers })).status, 200, 'links from elsewhere work')
  })
})
