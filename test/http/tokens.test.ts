import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { createTestApp, START } from '../helpers/app.js'
import {
  AUDIENCE,
  BY_SECRET,
  bearer,
  byHmac,
  byKey,
  bySecret,
  claimsOf,
  ISSUER,
  JWT_SECRET,
  makeToken,
  seconds
} from '../helpers/tokens.js'

const refused = { status: 401, body: { code: 'unauthenticated' } }

await t.test('a token that is signed with the secret of the issuer', async (t) => {
  const { call, organization, member, accept, invite, clock, apiKey } = await createTestApp(t, {
    environment: BY_SECRET
  })
  t.beforeEach(() => {
    clock.now = START
  })
  const org = await organization()
  const ana = await member(org.path, { role: 'member' })
  const ask = (token: string, path = org.path) => call('GET', path, bearer(token))

  await t.test('is its person, who does what the role allows', async (t) => {
    const token = bySecret(claimsOf(ana.userId))
    t.equal((await ask(token)).status, 200)
    t.match(await ask(token, `${org.path}/events`), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    t.match(await ask(token, '/v1/organizations'), {
      status: 403,
      body: { code: 'api_key_required' }
    })
  })

  await t.test('counts for nothing when anything is wrong with it', async (t) => {
    const claims = claimsOf(ana.userId)
    const now = seconds(START)
    const good = bySecret(claims)
    const [header = '', payload = '', signature = ''] = good.split('.')
    const without = (name: string) =>
      Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
    const wrong: Record<string, string> = {
      'no algorithm': makeToken({ alg: 'none' }, claims, () => Buffer.alloc(0)),
      'no algorithm, and a signature': makeToken({ alg: 'none' }, claims, byHmac(JWT_SECRET)),
      'no algorithm in capitals': makeToken({ alg: 'NONE' }, claims, byHmac(JWT_SECRET)),
      'another hash': makeToken({ alg: 'HS512' }, claims, byHmac(JWT_SECRET, 'sha512')),
      'another secret': makeToken({ alg: 'HS256' }, claims, byHmac(`${JWT_SECRET}.`)),
      'an empty secret': makeToken({ alg: 'HS256' }, claims, byHmac('')),
      'a changed payload': `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url')}.${signature}`,
      'no signature': `${header}.${payload}.`,
      'a cut signature': good.slice(0, -2),
      'four parts': `${good}.x`,
      'white space': `${header}. ${payload}.${signature}`,
      crit: bySecret(claims, { crit: ['exp'] }),
      'crit of the unencoded': bySecret(claims, { crit: ['b64'], b64: true }),
      'a header that says two algorithms': makeToken(
        '{"alg":"HS256","alg":"none"}',
        claims,
        byHmac(JWT_SECRET)
      ),
      'a header that is a list': makeToken('["HS256"]', claims, byHmac(JWT_SECRET)),
      'a payload that is no object': makeToken({ alg: 'HS256' }, '"x"', byHmac(JWT_SECRET)),
      'a header of a member token': bySecret(claims, { typ: 'muster-member+jwt', kid: 'k1' }),
      'another issuer': bySecret({ ...claims, iss: ISSUER.slice(0, -1) }),
      'two issuers': bySecret({ ...claims, iss: [ISSUER] }),
      'another audience': bySecret({ ...claims, aud: 'else' }),
      'no audience in the list': bySecret({ ...claims, aud: [] }),
      expired: bySecret({ ...claims, exp: now - 5 }),
      'not yet': bySecret({ ...claims, nbf: now + 6 }),
      'issued in the future': bySecret({ ...claims, iat: now + 6 }),
      'for longer than a day': bySecret({ ...claims, exp: now + 86_401 }),
      'for ever': makeToken(
        { alg: 'HS256' },
        JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999'),
        byHmac(JWT_SECRET)
      ),
      'an end that is text': bySecret({ ...claims, exp: String(claims.exp) }),
      'a subject that is a number': bySecret({ ...claims, sub: 7 }),
      'an empty subject': bySecret({ ...claims, sub: '' }),
      'a long subject': bySecret({ ...claims, sub: 'u'.repeat(256) }),
      'a subject that cannot be stored': bySecret({ ...claims, sub: 'u\ud800' }),
      'another channel': bySecret({ ...claims, channel: 'fridge' }),
      'too long': bySecret({ ...claims, more: 'x'.repeat(8_000) }),
      ...Object.fromEntries(
        ['iss', 'aud', 'sub', 'exp'].map((name) => [`no ${name}`, bySecret(without(name))])
      )
    }
    t.equal((await ask(good)).status, 200)
    const expected = { ...(await call('GET', org.path, { key: null })).body, instance: '' }
    for (const [name, token] of Object.entries(wrong)) {
      const answer = await ask(token)
      t.match(answer, refused, name)
      t.same({ ...answer.body, instance: '' }, expected, name)
      t.equal(answer.headers.get('www-authenticate'), 'Bearer', name)
    }
  })

  await t.test('holds within the tolerance, to the millisecond', async (t) => {
    const token = bySecret({ ...claimsOf(ana.userId), nbf: seconds(START) + 100 })
    const at = async (ms: number) => {
      clock.now = new Date(START.getTime() + ms)
      return (await ask(token)).status
    }
    t.same([await at(94_999), await at(95_000)], [401, 200], 'from nbf on')
    t.same([await at(3_604_999), await at(3_605_000)], [200, 401], 'until exp')
  })

  await t.test('may be for several', async (t) => {
    const token = bySecret({ ...claimsOf(ana.userId), aud: ['else', AUDIENCE] })
    t.equal((await ask(token)).status, 200)
  })

  await t.test('says itself whose it is and with what it is used', async (t) => {
    const names = ['Muster-Actor', 'Muster-Channel', 'Muster-Actor-IP', 'Muster-Actor-User-Agent']
    for (const name of names) {
      const { headers } = bearer(bySecret(claimsOf(ana.userId)))
      const value = name === 'Muster-Actor' ? ana.as : 'web'
      const answer = await call('GET', org.path, {
        key: null,
        headers: { ...headers, [name]: value }
      })
      t.match(answer, { status: 400, body: { errors: [{ pointer: `header:/${name}` }] } }, name)
    }
  })

  await t.test('is useless in an organization that is not theirs', async (t) => {
    const other = await organization()
    const nowhere = await ask(bySecret(claimsOf('u_nobody')))
    for (const path of [other.path, `${other.path}/members`]) {
      const answer = await ask(bySecret(claimsOf(ana.userId)), path)
      t.same({ ...answer.body, instance: '' }, { ...nowhere.body, instance: '' }, path)
      t.equal(answer.status, 404)
    }
  })

  await t.test(
    'is useless at once when its person is suspended, removed or replaced',
    async (t) => {
      const bo = await member(org.path)
      const token = bySecret(claimsOf(bo.userId))
      t.equal((await ask(token)).status, 200)
      await call('POST', `${org.path}/members/${bo.id}/suspend`, { body: {} })
      t.match(await ask(token), { status: 403, body: { code: 'actor_suspended' } })
      await call('POST', `${org.path}/members/${bo.id}/reactivate`, { body: {} })
      t.equal((await ask(token)).status, 200)
      await call('DELETE', `${org.path}/members/${bo.id}`)
      t.match(await ask(token), { status: 404, body: { code: 'not_found' } })
    }
  )

  await t.test('accepts an invitation for its person, and for nobody else', async (t) => {
    const { token: link } = await invite(org.path, 'cy@acme.test')
    const claims = { email: 'cy@acme.test', email_verified: true }
    const take = (fields: Record<string, unknown>, body: Record<string, unknown> = {}) =>
      call('POST', '/v1/invitations/accept', {
        ...bearer(bySecret(claimsOf('u_cy', fields))),
        body: { token: link, ...body }
      })
    t.match(await take({ ...claims, email_verified: false }), {
      status: 422,
      body: { code: 'email_not_verified' }
    })
    t.match(await take({ email: 'else@acme.test', email_verified: true }), {
      status: 422,
      body: { code: 'email_mismatch' }
    })
    t.match(await take({}), {
      status: 400,
      body: { errors: [{ pointer: 'header:/Authorization' }] }
    })
    const user = { id: 'u_x', ...claims }
    t.match(await take(claims, { user }), {
      status: 400,
      body: { errors: [{ pointer: '#/user' }] }
    })
    t.match(await take(claims), { status: 200, body: { user_id: 'u_cy', status: 'active' } })
    t.match(await call('POST', '/v1/invitations/accept', { body: { token: link } }), {
      status: 400,
      body: { errors: [{ pointer: '#/user' }] }
    })
    t.equal((await accept(link, { id: 'u_cy', email: 'cy@acme.test' })).status, 200)
  })

  await t.test('lists the memberships of its own person alone', async (t) => {
    const own = bySecret(claimsOf(ana.userId))
    const { body } = await ask(own, `/v1/users/${ana.userId}/memberships`)
    t.match(body.data, [{ organization: { id: org.id } }])
    t.equal((await ask(own, `/v1/users/${org.owner.user_id}/memberships`)).status, 404)
  })

  await t.test('joins nothing that has nothing for its person, nor learns of it', async (t) => {
    const token = bySecret(claimsOf('u_di', { email: 'di@strangers.test', email_verified: true }))
    const join = (path: string, body: unknown) =>
      call('POST', `${path}/join`, { ...bearer(token), body })
    const nowhere = `${org.path.slice(0, -1)}${org.path.endsWith('0') ? '1' : '0'}`
    for (const body of [{}, { user: 7 }, { more: 1 }]) {
      const [there, none] = [await join(org.path, body), await join(nowhere, body)]
      t.same(
        [there.status, { ...there.body, instance: '' }],
        [none.status, { ...none.body, instance: '' }]
      )
    }
    t.equal((await join(org.path, {})).status, 404)
    await invite(org.path, 'di@strangers.test')
    t.match(await join(org.path, {}), { status: 201, body: { member: { user_id: 'u_di' } } })
  })

  await t.test('says nothing that only the product can know', async (t) => {
    const { headers } = bearer(bySecret(claimsOf(org.owner.user_id)))
    const at = (method: string, path: string, body: unknown) =>
      call(method, `${org.path}${path}`, { key: null, headers, body })
    const answers = {
      links: await at('POST', '/invitations', { emails: 'l@acme.test', send_email: false }),
      'ids of people': await at('POST', '/invitations', {
        invitations: [{ email: 'l@acme.test', external_id: 'crm-1' }]
      }),
      metadata: await at('PATCH', `/members/${ana.id}`, { metadata: { plan: 'gold' } }),
      address: await at('PATCH', `/members/${ana.id}`, { email: 'other@acme.test' }),
      activity: await at('POST', `/members/${ana.id}/activity`, {}),
      activities: await at('POST', '/activity', { data: [{ user_id: ana.userId }] })
    }
    for (const [name, answer] of Object.entries(answers)) {
      t.match(answer, { status: 403, body: { code: 'api_key_required' } }, name)
    }
    t.equal((await at('POST', '/invitations', { emails: 'l@acme.test' })).status, 201)
  })

  await t.test('a key says it for a member all the same', async (t) => {
    const { key } = await apiKey({})
    const answer = await call('POST', `${org.path}/invitations`, {
      key,
      actor: org.as,
      body: { emails: 'm@acme.test', send_email: false }
    })
    t.match(answer, { status: 201, body: { data: [{ link: String }] } })
  })
})

const PAIRS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519')
}

await t.test('a public key', async (t) => {
  for (const [alg, { publicKey, privateKey }] of Object.entries(PAIRS)) {
    await t.test(`takes ${alg}, and not its own text as a secret`, async (t) => {
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
      const { call, organization } = await createTestApp(t, {
        environment: {
          ...BY_SECRET,
          MUSTER_JWT_SECRET: '',
          MUSTER_JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n')
        }
      })
      const org = await organization()
      const claims = claimsOf(org.owner.user_id)
      const ask = async (token: string) => (await call('GET', org.path, bearer(token))).status
      const sign = byKey(privateKey, alg === 'EdDSA' ? null : 'sha256')
      t.equal(await ask(makeToken({ alg }, claims, sign)), 200)
      for (const text of [pem, pem.trim(), pem.replaceAll('\n', '\\n')]) {
        t.equal(await ask(makeToken({ alg: 'HS256' }, claims, byHmac(text))), 401)
      }
      for (const [other, pair] of Object.entries(PAIRS)) {
        const foreign = byKey(pair.privateKey, other === 'EdDSA' ? null : 'sha256')
        if (other !== alg) t.equal(await ask(makeToken({ alg: other }, claims, foreign)), 401)
        if (other !== alg) t.equal(await ask(makeToken({ alg }, claims, foreign)), 401)
      }
    })
  }
})
