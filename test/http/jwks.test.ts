import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { createJwks } from '../../src/http/jwks.js'
import { createTestApp, START } from '../helpers/app.js'
import {
  AUDIENCE,
  bearer,
  byHmac,
  byKey,
  claimsOf,
  ISSUER,
  keyServer,
  makeToken
} from '../helpers/tokens.js'

const pairOf = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwkOf = (key: KeyObject, fields: Record<string, unknown> = {}) => ({
  ...key.export({ format: 'jwk' }),
  ...fields
})
const setOf = (...keys: object[]) => JSON.stringify({ keys })

async function watch(t: Parameters<typeof keyServer>[0], timeoutMs = 5_000) {
  const issuer = await keyServer(t)
  const clock = { now: START }
  const failures: unknown[] = []
  const jwks = createJwks({
    url: issuer.url,
    now: () => clock.now,
    onFailure: (error) => void failures.push(error),
    timeoutMs
  })
  const later = (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms)
  }
  const knows = async (kid: string | undefined, alg = 'ES256') =>
    (await jwks.find({ kid, alg })) !== undefined
  return { issuer, failures, later, knows }
}

await t.test('keys of an issuer', async (t) => {
  const [one, other] = [pairOf(), pairOf()]
  const first = jwkOf(one.publicKey, { kid: 'k1' })
  const second = jwkOf(other.publicKey, { kid: 'k2' })

  await t.test('are fetched once for all who wait, and not for every forged name', async (t) => {
    const { issuer, knows, later } = await watch(t)
    issuer.answer = (response) => response.end(setOf(first))
    const all = await Promise.all(Array.from({ length: 20 }, () => knows('k1')))
    t.same([...new Set(all)], [true])
    t.equal(issuer.asked, 1)
    later(10_000)
    for (let forged = 0; forged < 50; forged += 1) t.equal(await knows(`forged${forged}`), false)
    t.equal(issuer.asked, 2)
    later(9_999)
    await knows('forged')
    t.equal(issuer.asked, 2)
    later(1)
    await Promise.all([knows('forged'), knows('forged too')])
    t.equal(issuer.asked, 3)
  })

  await t.test('are rotated without a pause', async (t) => {
    const { issuer, knows, later } = await watch(t)
    issuer.answer = (response) => response.end(setOf(first))
    t.equal(await knows('k1'), true)
    issuer.answer = (response) => response.end(setOf(second))
    later(10_000)
    t.same([await knows('k2'), await knows('k1')], [true, false])
  })

  await t.test('go on being used for a day while the issuer is away', async (t) => {
    const { issuer, knows, later, failures } = await watch(t)
    issuer.answer = (response) => response.end(setOf(first))
    t.equal(await knows('k1'), true)
    issuer.answer = (response) => response.destroy()
    later(24 * 3_600_000)
    t.equal(await knows('k1'), true)
    later(1)
    await knows('forged')
    t.equal(await knows('k1'), false)
    t.ok(failures.length > 0)
    issuer.answer = (response) => response.end(setOf(first))
    later(10_000)
    t.equal(await knows('k1'), true, 'and again once it is back')
  })

  await t.test('are none where the answer is no key set', async (t) => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey
    const answers: Record<string, string> = {
      'no JSON': '<html>',
      'no set': '[]',
      'no keys': '{"keys":{}}',
      none: setOf(),
      'nonsense in it': JSON.stringify({ keys: [null, 7, 'x', {}, { kty: 'EC' }] }),
      'a shared secret': setOf({ kty: 'oct', k: 'c2VjcmV0', kid: 'k1', alg: 'HS256' }),
      'a private key': setOf(jwkOf(one.privateKey, { kid: 'k1' })),
      'a weak key': setOf(jwkOf(weak, { kid: 'k1' })),
      'for encryption': setOf({ ...first, use: 'enc' }),
      'to sign with only': setOf({ ...first, key_ops: ['sign'] }),
      'another algorithm': setOf({ ...first, alg: 'ES384' }),
      'an algorithm of secrets': setOf({ ...first, alg: 'HS256' }),
      'too much': `${setOf(first)}${' '.repeat(300_000)}`
    }
    for (const [name, answer] of Object.entries(answers)) {
      const { issuer, knows, failures } = await watch(t)
      issuer.answer = (response) => response.end(answer)
      t.equal(await knows('k1'), false, name)
      t.equal(failures.length, 1, name)
    }
  })

  await t.test('are none where it sends elsewhere, fails, or never ends', async (t) => {
    const { issuer, knows, later, failures } = await watch(t, 100)
    issuer.answer = (response) => response.writeHead(302, { location: '/jwks.json' }).end()
    t.equal(await knows('k1'), false)
    later(10_000)
    issuer.answer = (response) => response.writeHead(500).end(setOf(first))
    t.equal(await knows('k1'), false)
    later(10_000)
    issuer.answer = (response) => void response.write('{"keys":[')
    t.equal(await knows('k1'), false)
    t.equal(failures.length, 3)
  })

  await t.test('need a name where several fit', async (t) => {
    const { issuer, knows, later } = await watch(t)
    issuer.answer = (response) => response.end(setOf(first, second))
    t.same([await knows(undefined), await knows('k2')], [false, true])
    issuer.answer = (response) => response.end(setOf(first))
    later(10_000)
    t.same([await knows('k3'), await knows(undefined)], [false, true])
  })
})

await t.test('a token is checked with the key that it names, by its algorithm only', async (t) => {
  const issuer = await keyServer(t)
  const [one, other] = [pairOf(), pairOf()]
  const jwk = jwkOf(one.publicKey, { kid: 'k1' })
  issuer.answer = (response) => response.end(setOf(jwk, jwkOf(other.publicKey, { kid: 'k2' })))
  const { call, organization } = await createTestApp(t, {
    environment: {
      MUSTER_JWT_JWKS_URL: issuer.url,
      MUSTER_JWT_ISSUER: ISSUER,
      MUSTER_JWT_AUDIENCE: AUDIENCE
    }
  })
  const org = await organization()
  const claims = claimsOf(org.owner.user_id)
  const ask = async (header: Record<string, unknown>, sign: (input: string) => Buffer) =>
    (await call('GET', org.path, bearer(makeToken(header, claims, sign)))).status
  const sign = byKey(one.privateKey)
  t.equal(await ask({ alg: 'ES256', kid: 'k1' }, sign), 200)
  t.equal(await ask({ alg: 'ES256', kid: 'k2' }, sign), 401)
  t.equal(await ask({ alg: 'ES256', kid: 'k3' }, sign), 401)
  t.equal(await ask({ alg: 'ES256' }, sign), 401)
  t.equal(await ask({ alg: 'ES256', kid: ['k1'] }, sign), 401)
  t.equal(await ask({ alg: 'ES256', jwk, jku: issuer.url }, sign), 401)
  const texts = [JSON.stringify(jwk), one.publicKey.export({ type: 'spki', format: 'pem' })]
  for (const text of texts) t.equal(await ask({ alg: 'HS256', kid: 'k1' }, byHmac(text)), 401)
})
