import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { jpegOf, logoOf, PNG, toLogo } from '../../helpers/logos.js'

await t.test('PUT {o}/branding', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member } = app
  const put = (path: string, body: unknown, options = {}) =>
    call('PUT', `${path}/branding`, { body, ...options })
  const get = async (path: string, options = {}) => call('GET', `${path}/branding`, options)
  const told = async (path: string) =>
    (await call('GET', `${path}/events?type=organization.updated`)).body.data

  await t.test(
    'takes over both, tells what changed without the image, and nothing twice',
    async (t) => {
      const org = await organization()
      t.same((await get(org.path)).body, { color: null, logo: null })
      const logo = logoOf('image/png')
      const { status, body } = await put(org.path, { color: '#0F766E', logo })
      t.equal(status, 200)
      t.same(body, { color: '#0f766e', logo })
      t.same((await get(org.path)).body, body)

      const [event] = await told(org.path)
      t.same(event.changes, {
        branding: [
          { color: null, logo: false },
          { color: '#0f766e', logo: true }
        ]
      })
      t.notMatch(JSON.stringify(event), 'base64')
      await put(org.path, { color: '#0f766e', logo })
      t.equal((await told(org.path)).length, 1, 'the same again is no change')

      await put(org.path, { color: '#0f766e', logo: logoOf('image/webp') })
      t.equal((await told(org.path)).length, 2, 'another image is one')
      t.same((await put(org.path, { color: null, logo: null })).body, { color: null, logo: null })
      t.same((await get(org.path)).body, { color: null, logo: null })
      t.match(await put(org.path, { color: '#000000' }), { status: 400 }, 'all of it, or nothing')
    }
  )

  await t.test(
    'takes PNG, JPEG and WebP of 7 KiB at most, and nothing that only says so',
    async (t) => {
      const org = await organization()
      const largest = Buffer.concat([PNG, Buffer.alloc(7_168 - PNG.length)])
      const fine = [
        logoOf('image/png'),
        logoOf('image/jpeg'),
        logoOf('image/webp'),
        toLogo('image/png', largest)
      ]
      for (const logo of fine) {
        t.match(await put(org.path, { color: null, logo }), { status: 200, body: { logo } })
      }
      const encoded = PNG.toString('base64')
      const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
      const wrong = {
        'too large': toLogo('image/png', Buffer.concat([largest, Buffer.alloc(1)])),
        'another kind than it says': toLogo('image/jpeg', PNG),
        'a document': toLogo('image/svg+xml', svg),
        'a document that calls itself an image': toLogo('image/png', svg),
        'a page': 'data:text/html;base64,PHNjcmlwdD4=',
        'an address': 'https://evil.test/logo.png',
        'not in base64': 'data:image/png,%89PNG',
        'with more parameters': `data:image/png;charset=x;base64,${encoded}`,
        'with a space': toLogo('image/png', PNG).replace(',', ', '),
        'with a line break': `${toLogo('image/png', PNG)}\n`,
        'in base64url': toLogo('image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xfb])).replaceAll(
          '/',
          '_'
        ),
        'with bits that nobody sees': `data:image/png;base64,${encoded.replace(/.=+$/, 'p=')}`,
        'with markup': `data:image/png;base64,${encoded}"><script>`,
        'nothing in it': 'data:image/png;base64,',
        'larger than it looks': toLogo('image/jpeg', jpegOf(1_025, 1)),
        'without a height': toLogo('image/jpeg', jpegOf(1_024, 0)),
        'no text': ''
      }
      for (const [name, logo] of Object.entries(wrong)) {
        t.match(
          await put(org.path, { color: '#ff0000', logo }),
          { status: 422, body: { code: 'invalid_logo', max_bytes: 7_168 } },
          name
        )
      }
      t.match(
        (await get(org.path)).body,
        { color: null, logo: fine.at(-1) },
        'none of them was kept'
      )
    }
  )

  await t.test('a color is six hexadecimal digits', async (t) => {
    const org = await organization()
    for (const color of ['red', '#fff', '#12345g', '#1234567', 'url(x)', '#000;}', '', 7]) {
      t.match(await put(org.path, { color, logo: null }), { status: 400 }, String(color))
    }
    t.same((await get(org.path)).body, { color: null, logo: null })
  })

  await t.test('whoever sees the team sees it; who keeps its settings changes it', async (t) => {
    const org = await organization()
    const plain = await member(org.path)
    const body = { color: '#123456', logo: null }
    t.match(await put(org.path, body, { actor: plain.as }), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    t.match(await get(org.path, { actor: plain.as }), { status: 200, body: { color: null } })
    t.match(await put(org.path, body, { actor: org.as }), { status: 200, body })
    const [event] = await told(org.path)
    t.equal(event.actor.type, 'member')

    const { key } = await app.apiKey({ scopes: ['organizations:read'] })
    t.match(await put(org.path, body, { key }), {
      status: 403,
      body: { code: 'insufficient_scope' }
    })
    t.equal((await get(org.path, { key })).status, 200)
  })

  await t.test('goes with the organization', async (t) => {
    const org = await organization()
    await put(org.path, { color: '#123456', logo: null })
    await call('DELETE', org.path)
    t.equal((await get(org.path)).status, 404)
    t.equal((await put(org.path, { color: null, logo: null })).status, 404)
  })
})
