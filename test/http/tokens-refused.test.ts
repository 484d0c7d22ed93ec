import { request } from 'node:http'
import { pino } from 'pino'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { BY_SECRET, bearer, bySecret, claimsOf } from '../helpers/tokens.js'

const apiKeyRequired = { status: 403, body: { code: 'api_key_required' } }

await t.test('a token', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const app = await createTestApp(t, { environment: BY_SECRET, log })
  const { call, organization, member, url, unique, accept } = app

  await t.test('beside another in the same request is none', async (t) => {
    const { path, owner } = await organization()
    const token = `Bearer ${bySecret(claimsOf(owner.user_id))}`
    const status = (authorization: string[]) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${url}${path}`, { agent: false }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        asked.on('error', reject)
        asked.setHeader('authorization', authorization)
        asked.end()
      })
    t.equal(await status([token]), 200)
    t.equal(await status([token, token]), 401)
    t.equal(await status([token, `Bearer ${app.key}`]), 401)
  })

  await t.test('of whoever has handed their account over is worth nothing', async (t) => {
    const { path } = await organization({ policy: 'surveymonkey' })
    const ana = await member(path)
    const minted = await call('POST', '/v1/member-tokens', {
      body: { organization_id: path.split('/').at(-1), member_id: ana.id }
    })
    const tokens = [bySecret(claimsOf(ana.userId)), String(minted.body.token)]
    const ask = () => Promise.all(tokens.map((one) => call('GET', `${path}/roles`, bearer(one))))
    t.match(await ask(), [{ status: 200 }, { status: 200 }])
    const email = `${unique('heir')}@sm.test`
    const { body } = await call('POST', `${path}/members/${ana.id}/reassign`, {
      body: { email, send_email: false }
    })
    const pending = { status: 403, body: { code: 'actor_suspended' } }
    t.match(await ask(), [pending, pending])
    const link = String(body.link).split('/').at(-1) ?? ''
    t.equal((await accept(link, { id: unique('heir'), email })).status, 200)
    const gone = { status: 404, body: { code: 'not_found' } }
    t.match(await ask(), [gone, gone])
  })

  await t.test('does not say what the product has', async (t) => {
    const { path, owner } = await organization({ policy: 'openphone' })
    const { headers } = bearer(bySecret(claimsOf(owner.user_id)))
    const ask = (to: string, body: unknown) =>
      call('POST', `${path}${to}`, { key: null, headers, body })
    const people = [{ user_id: 'u_e', email: 'e@acme.test' }]
    t.match(await ask('/members', { members: people }), apiKeyRequired)
    t.match(await ask('/resources', { external_id: 'pn_1', name: 'Line' }), apiKeyRequired)
    const { body: line } = await call('POST', `${path}/resources`, {
      body: { external_id: 'pn_2', name: 'Line' }
    })
    t.match(await ask(`/resources/${String(line.id)}/fulfill`, {}), apiKeyRequired)
  })

  await t.test('is never in the log', async (t) => {
    const { path, owner } = await organization()
    const token = bySecret(claimsOf(owner.user_id))
    const [head = '', claims = '', signature = ''] = token.split('.')
    await call('GET', path, bearer(token))
    await call('GET', path, bearer(`${head}.${claims}.${signature.slice(1)}x`))
    const told = lines.join('')
    t.match(told, /A token was refused/)
    for (const part of [claims, signature, signature.slice(1), owner.user_id]) {
      t.notOk(told.includes(part))
    }
  })
})
