import { createHash } from 'node:crypto'
import t from 'tap'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { claimByMail, codeTo } from '../helpers/domains.js'
import { logoOf, PNG, toLogo } from '../helpers/logos.js'
import { inviteByOwner, readPage } from '../helpers/pages.js'
import { policyLike } from '../helpers/policies.js'
import { signupStories } from '../helpers/signup-pages.js'

const ACCEPT_URL = 'https://app.acme.test/join'
/** What a page may have in all. */
const PAGE_BYTES_MAX = 30_000
const LARGEST = toLogo('image/png', Buffer.concat([PNG, Buffer.alloc(7_168 - PNG.length, 0xff)]))

type Read = Awaited<ReturnType<typeof readPage>>

/** An organization that may do everything, and its pages. */
async function open(app: TestApp, name = 'Blue Heron', message = 'Welcome') {
  const policy = await policyLike(app, 'standard', {
    domain_claims: { enabled: true },
    signup_pages: { enabled: true },
    invitations: { fields: { message: 'optional' } }
  })
  const organization = { name, policy }
  const { org, page } = await inviteByOwner(app, { organization, invitation: { message } })
  const email = `${app.unique('ana')}@themed.test`
  await claimByMail(app, org, email)
  const { token } = await codeTo(app, email)
  const { shown } = await signupStories(app).openPage(org.path)
  const pages = [page, `${page}?decline=1`, `${app.url}/domains/${token}`, shown]
  return { org, pages }
}

/** What the policy of a page allows of style is what stands in it, and nothing else. */
function stylesOf({ markup, headers }: Read) {
  const hashes = [...markup.matchAll(/<style>(.*?)<\/style>/gs)].map(
    ([, style = '']) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`
  )
  const [, allowed] = /style-src ([^;]*);/.exec(headers.get('content-security-policy') ?? '') ?? []
  return { hashes, allowed: allowed?.split(' ') }
}

await t.test('pages of an organization that looks like itself', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  const put = (path: string, color: string | null, logo: string | null) =>
    app.call('PUT', `${path}/branding`, { body: { color, logo } })

  await t.test('have its color and logo, each allowed by its own hash and kind', async (t) => {
    const { org, pages } = await open(app)
    const plain = await Promise.all(pages.map((page) => readPage(page)))
    for (const page of plain) {
      t.equal(page.status, 200)
      const { hashes, allowed } = stylesOf(page)
      t.equal(hashes.length, 1)
      t.same(allowed, hashes)
      t.match(page.markup, '<div class="mark" aria-hidden="true">B</div>')
      t.notMatch(page.headers.get('content-security-policy'), 'img-src')
    }
    const logo = logoOf('image/png')
    await put(org.path, '#ffff00', logo)
    for (const [i, url] of pages.entries()) {
      const page = await readPage(url)
      const { hashes, allowed } = stylesOf(page)
      t.equal(hashes.length, 2)
      t.same(allowed, hashes)
      t.equal(hashes[0], stylesOf(plain[i] ?? page).hashes[0], 'ours is the same')
      t.match(page.markup, /<style>:root\{--link:#[0-9a-f]{6};--button:#[0-9a-f]{6};/)
      t.match(page.markup, `<img class="logo" src="${logo}" alt="Blue Heron">`)
      t.notMatch(page.markup, 'class="mark"')
      t.match(page.headers.get('content-security-policy'), '; img-src data:; form-action')
    }
    await put(org.path, '#0f766e', null)
    for (const url of pages) {
      const { markup, headers } = await readPage(url)
      t.match(markup, 'class="mark"')
      t.notMatch(headers.get('content-security-policy'), 'img-src')
    }
  })

  await t.test('also when it is done', async (t) => {
    const { org, pages } = await open(app)
    await put(org.path, '#ffff00', logoOf('image/webp'))
    const [invitation = '', , domain = ''] = pages
    const declined = await readPage(invitation, { form: { action: 'decline' } })
    const confirmed = await readPage(domain, { method: 'POST' })
    for (const { status, markup } of [declined, confirmed]) {
      t.equal(status, 200)
      t.match(markup, '<img class="logo" src="data:image/webp;base64,')
    }
    const dead = await readPage(invitation)
    t.notMatch(dead.markup, 'class="logo"', 'a dead link shows nothing of whose it was')
    t.notMatch(dead.headers.get('content-security-policy'), 'img-src')
  })

  await t.test('have 30 kB at most, with the largest logo and the longest words', async (t) => {
    const { org, pages } = await open(app, "'".repeat(200), "'".repeat(2_000))
    await put(org.path, '#ffff00', LARGEST)
    for (const page of pages) {
      for (const lang of ['en', 'fr']) {
        const { status, markup } = await readPage(
          `${page}${page.includes('?') ? '&' : '?'}lang=${lang}`
        )
        t.equal(status, 200)
        t.match(markup, LARGEST)
        const bytes = Buffer.byteLength(markup)
        t.ok(bytes <= PAGE_BYTES_MAX, `${bytes} bytes`)
        t.comment(`${page.split('/')[3] ?? ''} ${lang}: ${bytes} bytes`)
      }
    }
  })
})
