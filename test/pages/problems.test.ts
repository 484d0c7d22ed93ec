import t from 'tap'
import { LOCALES, problemCatalogue } from '../../src/errors.js'
import { createTestApp } from '../helpers/app.js'
import { acceptLanguage, readPage } from '../helpers/pages.js'

await t.test('/problems', async (t) => {
  const { url, call } = await createTestApp(t, {
    environment: { PUBLIC_URL: 'https://muster.acme.test', MUSTER_TRUSTED_PROXIES: '127.0.0.1' }
  })
  const all = [...problemCatalogue().values()]

  await t.test('the type of an answer names a page that explains it', async (t) => {
    const { body } = await call('GET', '/v1/organizations', { key: null })
    t.equal(body.type, 'https://muster.acme.test/problems/unauthenticated')
    const { status, headers, markup, text } = await readPage(
      String(body.type).replace('https://muster.acme.test', url)
    )
    t.equal(status, 200)
    for (const part of [body.title, body.detail, body.code]) t.match(text, part)
    t.match(text, `"type": "${String(body.type)}"`)
    t.match(markup, '<html lang="en"')
    t.notMatch(markup, /<script|<link|\sstyle=/)
    t.match(headers.get('content-security-policy'), /^default-src 'none'; style-src 'sha256-/)
    t.equal(headers.get('vary'), 'accept, accept-language')
  })

  await t.test('for a program, the same as JSON', async (t) => {
    const english = await call('GET', '/problems/seats_exhausted', { key: null })
    t.equal(english.status, 200)
    t.same(english.body, {
      code: 'seats_exhausted',
      status: 409,
      title: 'No available seats',
      detail: 'All {limit} seats are in use.'
    })
    const french = await call('GET', '/problems/seats_exhausted', { headers: acceptLanguage('fr') })
    t.match(french.body, { title: 'Quota de sièges atteint' })
    const asked = await call('GET', '/problems/seats_exhausted?lang=fr')
    t.same(asked.body, french.body)
  })

  for (const locale of LOCALES) {
    await t.test(`each has its page (${locale})`, async (t) => {
      for (const [index, definition] of all.entries()) {
        // Nobody reads as many in a minute.
        const from = { 'x-forwarded-for': `10.0.0.${index % 250}` }
        const { status, markup, text } = await readPage(`${url}/problems/${definition.code}`, {
          headers: { ...acceptLanguage(locale), ...from }
        })
        const [title, detail] = definition[locale]
        t.equal(status, 200, definition.code)
        t.match(markup, `<html lang="${locale}"`)
        t.match(text, title)
        t.match(text, detail.replace(/\{(\w+)\}/g, '$1'))
        t.notMatch(text, 'undefined')
      }
    })
  }

  await t.test('all of them are listed, by status', async (t) => {
    const { body } = await call('GET', '/problems', { key: null })
    t.equal(body.data.length, all.length)
    const statuses = (body.data as { status: number }[]).map(({ status }) => status)
    t.same(
      statuses,
      statuses.toSorted((a, b) => a - b)
    )

    const { status, markup, text } = await readPage(`${url}/problems?lang=fr`)
    t.equal(status, 200)
    t.match(text, 'Problèmes')
    const links = [...markup.matchAll(/href="(\/problems\/[^"]+)"/g)].map(([, link]) => link)
    t.equal(links.length, all.length)
    t.equal((await readPage(`${url}${links[0] ?? ''}`)).status, 200)
    for (const { code, fr } of all) t.match(text, `${fr[0]} ${code}`)
  })

  await t.test('an unknown code is a problem itself', async (t) => {
    for (const code of ['no_such_code', '__proto__', 'constructor']) {
      const { status, headers, body } = await call('GET', `/problems/${code}`)
      t.equal(status, 404)
      t.match(headers.get('content-type'), 'application/problem+json')
      t.equal(body.code, 'not_found')
    }
    const page = await readPage(`${url}/problems/no_such_code?lang=fr`)
    t.equal(page.status, 404)
    t.match(page.headers.get('content-type'), 'text/html')
    t.match(page.markup, '<h1>Introuvable</h1>')
  })
})
