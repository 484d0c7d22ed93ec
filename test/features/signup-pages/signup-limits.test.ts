import t from 'tap'
import { SIGNUP_PAGE_LIMITS } from '../../../src/http/limits.js'
import { createTestApp } from '../../helpers/app.js'
import { readPage } from '../../helpers/pages.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('asking on signup pages is limited', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' } })
  const { call, organization } = app
  const { openPage } = signupStories(app)
  const from = (caller: number) => ({ 'x-forwarded-for': `10.1.${caller >> 8}.${caller & 255}` })
  const ask = (slug: string, n: number, caller: number) =>
    call('POST', `/v1/signup-pages/${slug}/signups`, {
      key: null,
      headers: from(caller),
      // No address: what is limited is asking, not getting in.
      body: { email: `nobody${n}` }
    })
  const { path } = await organization()

  await t.test('by whoever asks: others may go on', async (t) => {
    const { slug, shown } = await openPage(path)
    const { max, windowMs } = SIGNUP_PAGE_LIMITS.perAddress
    for (let n = 0; n < max; n += 1) t.equal((await ask(slug, n, 1)).status, 422)
    const refused = await ask(slug, max, 1)
    t.match([refused.status, refused.body.code], [429, 'too_many_requests'])
    t.match(refused.headers.get('ratelimit-policy'), `"address";q=${max};w=${windowMs / 1000}`)
    t.match(refused.headers.get('ratelimit'), '"address";r=0;')
    t.ok(Number(refused.headers.get('retry-after')) > 0)
    t.equal((await ask(slug, max, 2)).status, 422)
    const form = { email: 'nobody' }
    for (let n = 0; n < max; n += 1) await readPage(shown, { form, headers: from(3) })
    const page = await readPage(shown, { form, headers: from(3) })
    t.equal(page.status, 429, 'the page too')
    t.match(page.headers.get('content-type'), 'text/html')
    t.match(page.text, 'Too many requests')
  })

  await t.test('by page: another one goes on', async (t) => {
    const [{ slug }, other] = [await openPage(path), await openPage(path)]
    const { max } = SIGNUP_PAGE_LIMITS.perPage
    for (let n = 0; n < max; n += 1) t.equal((await ask(slug, n, 1_000 + n)).status, 422)
    const refused = await ask(slug, max, 5_000)
    t.equal(refused.status, 429)
    t.match(refused.headers.get('ratelimit'), '"page";r=0;')
    t.equal((await ask(other.slug, max, 5_000)).status, 422)
  })
})
