import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { ownOrigin } from '../../src/http/origin.js'
import { createTestApp } from '../helpers/app.js'
import { sendRaw } from '../helpers/raw.js'

const DEVICE = { 'muster-actor-ip': '203.0.113.7', 'muster-actor-user-agent': 'Firefox/140' }
const CALLER = 'Muster-Test/1'

await t.test('an event tells from where a person acted', async (t) => {
  const { call, organization, invite, url } = await createTestApp(t, {
    environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' }
  })
  const originOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&limit=1`)).body.data[0]?.origin as unknown

  await t.test('as the host tells of the member it acts for', async (t) => {
    const { path, as: actor } = await organization()
    const rename = (name: string, headers: Record<string, string>) =>
      call('PATCH', path, { actor, headers, body: { name } })
    t.equal((await rename('One', DEVICE)).status, 200)
    t.same(await originOf(path, 'organization.updated'), {
      ip: '203.0.113.7',
      user_agent: 'Firefox/140'
    })
    await rename('Two', { 'muster-actor-ip': '2001:db8::7' })
    t.same(await originOf(path, 'organization.updated'), { ip: '2001:db8::7', user_agent: null })
    await rename('Three', { 'muster-actor-user-agent': 'a'.repeat(512) })
    t.match(await originOf(path, 'organization.updated'), { ip: null, user_agent: /^a{512}$/ })
    await rename('Four', {})
    t.equal(
      await originOf(path, 'organization.updated'),
      null,
      'the host’s own is not the member’s'
    )
  })

  await t.test('and nothing of the host itself', async (t) => {
    const { path } = await organization()
    await call('PATCH', path, { headers: { 'user-agent': CALLER }, body: { name: 'Renamed' } })
    t.equal(await originOf(path, 'organization.updated'), null)
  })

  await t.test('which is refused without a member, or when it is none', async (t) => {
    const { path, as } = await organization()
    const refused: [Record<string, string>, string, string | undefined][] = [
      [DEVICE, 'Muster-Actor-IP', undefined],
      [{ 'muster-actor-user-agent': 'x' }, 'Muster-Actor-User-Agent', undefined],
      [{ 'muster-actor-ip': '203.0.113' }, 'Muster-Actor-IP', as],
      [{ 'muster-actor-ip': '203.0.113.7, 203.0.113.8' }, 'Muster-Actor-IP', as],
      [{ 'muster-actor-ip': 'fe80::1%eth0' }, 'Muster-Actor-IP', as],
      [{ 'muster-actor-ip': '' }, 'Muster-Actor-IP', as],
      [{ 'muster-actor-user-agent': 'a'.repeat(513) }, 'Muster-Actor-User-Agent', as],
      [{ 'muster-actor-user-agent': '' }, 'Muster-Actor-User-Agent', as]
    ]
    for (const [headers, name, actor] of refused) {
      const answer = await call('PATCH', path, {
        headers: { ...headers, ...(actor === undefined ? {} : { 'muster-actor': actor }) },
        body: { name: 'Refused' }
      })
      t.match(answer, {
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: `header:/${name}` }] }
      })
    }
    t.equal((await call('GET', '/v1/organizations', { headers: DEVICE })).status, 400)
    t.equal((await call('GET', path)).body.name, 'Acme')
  })

  await t.test('of a stranger by the request itself', async (t) => {
    const { path } = await organization()
    const { token } = await invite(path, 'ana@origin.test')
    const userAgent = `Firefox ${'x'.repeat(600)}`
    const { status } = await sendRaw(`${url}/v1/invitations/decline`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'x-forwarded-for': '198.51.100.9'
      },
      body: JSON.stringify({ token })
    })
    t.equal(status, 200)
    t.same(await originOf(path, 'invitation.declined'), {
      ip: '198.51.100.9',
      user_agent: userAgent.slice(0, 512)
    })
  })

  await t.test('on a page too, where an address that is none is not told', async (t) => {
    const { path } = await organization()
    const { body: page } = await call('POST', `${path}/signup-pages`, { body: { max_signups: 2 } })
    const ask = (email: string, forwarded: string) =>
      sendRaw(`${url}/join/${String(page.slug)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': CALLER,
          'x-forwarded-for': forwarded
        },
        body: new URLSearchParams({ email }).toString()
      })
    await ask('one@origin.test', '::ffff:198.51.100.9')
    t.same(await originOf(path, 'signup.requested'), { ip: '198.51.100.9', user_agent: CALLER })
    await ask('two@origin.test', 'unknown')
    t.same(await originOf(path, 'signup.requested'), { ip: null, user_agent: CALLER })
  })
})

await t.test('of whoever has hung up no address is known, which fails nothing', async (t) => {
  const gone = { ip: undefined, headers: {} } as unknown as FastifyRequest
  t.same(ownOrigin(gone), { ip: null, userAgent: null })
})
