import t from 'tap'
import { PUBLIC_LIMITS } from '../../src/http/limits.js'
import { createTestApp } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'

await t.test('public routes are limited', async (t) => {
  await t.test('by token: its holder waits, nobody else does', async (t) => {
    const app = await createTestApp(t)
    const { page, token } = await inviteByOwner(app)
    const { max, windowMs } = PUBLIC_LIMITS.perToken
    const headers = acceptLanguage('fr')
    for (let i = 0; i < max; i++) t.equal((await readPage(page, { headers })).status, 200)
    const refused = await readPage(page, { headers })
    t.equal(refused.status, 429)
    t.match(refused.headers.get('content-type'), 'text/html')
    t.match(refused.text, 'Trop de requêtes')
    const wait = Number(refused.headers.get('retry-after'))
    t.ok(wait > 0 && wait <= windowMs / 1000)
    t.match(refused.headers.get('ratelimit-policy'), `"token";q=${max};w=${windowMs / 1000}`)
    t.match(refused.headers.get('ratelimit'), `"token";r=0;t=${wait}`)
    const { page: another } = await inviteByOwner(app)
    t.equal((await readPage(another)).status, 200)

    const lookup = () => app.call('POST', '/v1/invitations/lookup', { key: null, body: { token } })
    for (let i = 0; i < max; i++) t.equal((await lookup()).status, 200)
    t.match(await lookup(), { status: 429, body: { code: 'too_many_requests' } }, 'the API too')
  })

  await t.test('by address: guessing tokens is slow', async (t) => {
    const app = await createTestApp(t)
    const guess = async (i: number) => (await readPage(`${app.url}/invitations/mlk_${i}`)).status
    const statuses: number[] = []
    for (let i = 0; i <= PUBLIC_LIMITS.perAddress.max; i++) statuses.push(await guess(i))
    t.same(new Set(statuses.slice(0, -1)), new Set([404]))
    t.equal(statuses.at(-1), 429)
  })
})
