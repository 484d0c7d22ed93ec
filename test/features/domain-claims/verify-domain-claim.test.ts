import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { createDnsServer } from '../../helpers/dns.js'
import { claimByDns, claimDomain } from '../../helpers/domains.js'

await t.test('claiming a domain by a record in its DNS', async (t) => {
  const dns = await createDnsServer(t)
  const app = await createTestApp(t, { environment: { MUSTER_DNS_SERVERS: dns.server } })
  const { call, clock, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team that has begun to claim a domain, and what its DNS is to say. */
  async function begin(domain: string) {
    const org = await organization()
    const { body: claim } = await claimByDns(app, org, domain)
    const { name, value } = claim.dns_record
    const path = `${org.path}/domain-claims/${String(claim.id)}`
    return {
      org,
      claim,
      name: String(name),
      value: String(value),
      verify: () => call('POST', `${path}/verify`, { body: {} }),
      read: async () => (await call('GET', path)).body
    }
  }

  await t.test('the record that the answer names proves it', async (t) => {
    const { claim, name, value, verify, read } = await begin('Proven.Test.')
    t.match(claim, {
      domain: 'proven.test',
      method: 'dns',
      status: 'pending',
      email: null,
      tries_left: null,
      dns_record: { name: '_muster-challenge.proven.test', type: 'TXT' },
      expires_at: '2030-01-31T00:00:00.000Z'
    })
    t.match(value, /^muster-verification=[A-Za-z0-9_-]{22}$/)
    t.match(await verify(), {
      status: 422,
      body: { code: 'domain_not_proven', name, expected: value, found: 0 }
    })
    dns.records.set(name, ['v=spf1 -all', value])
    const verified = await verify()
    t.match([verified.status, verified.body.status], [200, 'verified'])
    t.match(verified.body, { checked_at: START.toISOString(), missing_since: null })
    t.same(verified.body, await read())
    const questions = dns.asked.length
    t.same((await verify()).body, verified.body)
    t.equal(dns.asked.length, questions, 'what is proven is not looked up again')
  })

  await t.test('a record in chunks, and one behind a CNAME', async (t) => {
    const chunks = await begin('chunks.test')
    const half = Math.floor(chunks.value.length / 2)
    dns.records.set(chunks.name, [[chunks.value.slice(0, half), chunks.value.slice(half)]])
    t.match((await chunks.verify()).body, { status: 'verified' })
    const alias = await begin('alias.test')
    dns.records.set(alias.name, { cname: 'proofs.alias.test' })
    dns.records.set('proofs.alias.test', [alias.value])
    t.match((await alias.verify()).body, { status: 'verified' })
  })

  await t.test('nothing but exactly this record does', async (t) => {
    const { name, value, verify, read, claim } = await begin('lying.test')
    const other = await begin('other.test')
    const [, challenge = ''] = value.split('=')
    const lies = [
      other.value,
      challenge,
      value.toUpperCase(),
      value.slice(0, -1),
      `${value}x`,
      ` ${value}`,
      `"${value}"`,
      `muster-verification=${String(claim.id)}`,
      'muster-verification=',
      ''
    ]
    dns.records.set(name, lies)
    t.match(await verify(), {
      status: 422,
      body: { code: 'domain_not_proven', found: lies.length }
    })
    dns.records.set(name, { lie: other.name, records: [other.value] })
    t.match(await verify(), { status: 422, body: { code: 'domain_not_proven', found: 1 } })
    dns.records.delete(name)
    dns.records.set('lying.test', [value])
    dns.records.set('_muster-challenge.www.lying.test', [value])
    dns.records.set('_muster-challenge.test', [value])
    t.match(await verify(), { status: 422, body: { code: 'domain_not_proven', found: 0 } })
    dns.records.set(name, [])
    t.match(await verify(), { status: 422, body: { code: 'domain_not_proven', found: 0 } })
    t.match(await read(), { status: 'pending', checked_at: null })
  })

  await t.test('DNS that fails proves nothing and changes nothing', async (t) => {
    const { name, verify, read, claim, org } = await begin('failing.test')
    for (const [reply, reason] of [
      ['servfail', 'SERVFAIL'],
      ['refused', 'REFUSED']
    ] as const) {
      dns.records.set(name, reply)
      t.match(await verify(), { status: 422, body: { code: 'domain_lookup_failed', name, reason } })
    }
    t.same(await read(), claim)
    const { body } = await call('GET', `${org.path}/events?type=domain_claim.failed`)
    t.same(body.data, [])
  })

  await t.test('DNS that never answers ends in time and holds nobody up', async (t) => {
    const { name, verify, org } = await begin('slow.test')
    dns.records.set(name, 'silent')
    const began = performance.now()
    const slow = verify()
    const seconds = () => (performance.now() - began) / 1_000
    t.match(await call('PATCH', org.path, { body: { name: 'Faster' } }), { status: 200 })
    t.ok(seconds() < 3, 'the organization is not locked meanwhile')
    t.match(await slow, { status: 422, body: { code: 'domain_lookup_failed', reason: 'timeout' } })
    t.ok(seconds() < 8)
  })

  await t.test('an answer of hundreds of records does no harm', async (t) => {
    const { name, value, verify } = await begin('huge.test')
    const many = Array.from({ length: 200 }, (_, n) => `${n}${'x'.repeat(240)}`)
    dns.records.set(name, many)
    t.match(await verify(), { status: 422, body: { code: 'domain_not_proven', found: 200 } })
    dns.records.set(name, [value, ...many])
    t.match((await verify()).body, { status: 'verified' })
  })

  await t.test('a claim is to be proven within thirty days', async (t) => {
    const { name, value, verify, read } = await begin('late.test')
    dns.records.set(name, [value])
    clock.now = new Date('2030-01-31T00:00:00.000Z')
    t.match(await read(), {
      status: 'failed',
      failure: 'not_proven_in_time',
      ended_at: '2030-01-31T00:00:00.000Z'
    })
    const questions = dns.asked.length
    t.match(await verify(), { status: 410, body: { code: 'domain_claim_failed' } })
    t.equal(dns.asked.length, questions, 'nothing is looked up for it')
  })

  await t.test('under an Idempotency-Key the first proof stays the answer', async (t) => {
    const { claim, name, value, org } = await begin('repeated.test')
    dns.records.set(name, [value])
    const path = `${org.path}/domain-claims/${String(claim.id)}/verify`
    const headers = { 'idempotency-key': 'once' }
    const first = await call('POST', path, { body: {}, headers })
    dns.records.set(name, [])
    const second = await call('POST', path, { body: {}, headers })
    t.equal(second.headers.get('idempotent-replayed'), 'true')
    t.same(second.body, first.body)
  })

  await t.test('a sub-domain is a domain of its own', async (t) => {
    const above = await begin('above.test')
    dns.records.set(above.name, [above.value])
    t.match((await above.verify()).body, { status: 'verified' })
    const below = await organization()
    t.match(await claimDomain(app, below, 'team.above.test'), { status: 'verified' })
  })
})
