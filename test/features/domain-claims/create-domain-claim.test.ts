import t from 'tap'
import { mailSuppressions } from '../../../src/db/tables/mail-suppressions.js'
import { DEPLOYMENT_ID, newId } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { beginClaim, claimByMail, claimDomain, codeTo, wrongCode } from '../../helpers/domains.js'
import { policyLike } from '../../helpers/policies.js'

const MINUTE_MS = 60_000

await t.test('claiming a domain by a mailbox on it', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const at = (ms: number) => {
    clock.now = new Date(START.getTime() + ms)
  }
  const eventsOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=domain_claim.${type}&limit=100`)).body.data

  await t.test('a code is mailed, and proves it', async (t) => {
    const { org, email, claim, code, verify, read, path } = await beginClaim(app, 'proven.test')
    t.match(claim, {
      domain: 'proven.test',
      method: 'email',
      status: 'pending',
      email,
      dns_record: null,
      tries_left: 5,
      expires_at: '2030-01-01T00:15:00.000Z'
    })
    const verified = await verify(code)
    t.equal(verified.status, 200)
    t.match(verified.body, { status: 'verified', tries_left: null, checked_at: null })
    t.same(verified.body, await read())
    t.same((await verify(code)).body, verified.body, 'again, it is what it is')
    t.same((await call('POST', `${path}/verify`, { body: {} })).body, verified.body)
    t.match(await eventsOf(org.path, 'created'), [
      {
        subject: { type: 'domain_claim', id: claim.id },
        data: { domain: 'proven.test', method: 'email', email }
      }
    ])
    const events = await eventsOf(org.path, 'verified')
    t.match(events, [
      { data: { domain: 'proven.test' }, changes: { status: ['pending', 'verified'] } }
    ])
    t.equal(events.length, 1)
  })

  await t.test('the domain of an address is found in whatever script it is written', async (t) => {
    const org = await organization()
    const { body } = await claimByMail(app, org, 'Änne@MÜNCHNER-Verein.Test')
    t.match(body, { domain: 'xn--mnchner-verein-gsb.test', email: 'Änne@MÜNCHNER-Verein.Test' })
  })

  await t.test('what nobody can claim is refused, each with its reason', async (t) => {
    const org = await organization()
    const refused = {
      'olga@gmail.com': 'domain_is_public_mail',
      'olga@co.uk': 'domain_is_public_suffix',
      'olga@mailinator.com': /^domain_is_(disposable|public_mail)$/
    }
    for (const [email, code] of Object.entries(refused)) {
      t.match(await claimByMail(app, org, email), { status: 422, body: { code } }, email)
    }
    for (const body of [
      { method: 'email', email: 'no address' },
      { method: 'email', domain: 'acme.test' },
      { method: 'dns', email: 'ana@acme.test' },
      { method: 'post', domain: 'acme.test' },
      { method: 'dns', domain: 'a'.repeat(256) },
      { method: 'dns', domain: 'acme.test', more: true },
      {}
    ]) {
      const answer = await call('POST', `${org.path}/domain-claims`, { body })
      t.match([answer.status, answer.body.code], [400, 'invalid_request'], JSON.stringify(body))
    }
    const long = `${'a.'.repeat(118)}test`
    for (const domain of ['localhost', '10.0.0.10', 'https://acme.test', long]) {
      const answer = await call('POST', `${org.path}/domain-claims`, {
        body: { method: 'dns', domain }
      })
      t.match([answer.status, answer.body.code], [422, 'invalid_domain'], domain)
    }
    t.same((await call('GET', `${org.path}/domain-claims`)).body.data, [])
  })

  await t.test('only proofs that the policy takes', async (t) => {
    const policy = await policyLike(app, 'standard', {
      domain_claims: { enabled: true, proofs: ['dns'] }
    })
    const org = await organization({ policy })
    const refused = await claimByMail(app, org, 'ana@proofs.test')
    t.match(refused.body, {
      status: 422,
      code: 'domain_proof_not_offered',
      method: 'email',
      proofs: ['dns']
    })
    const oupi = await organization({ policy: 'oupi' })
    t.match(await claimByMail(app, oupi, 'ana@proofs.test'), {
      status: 422,
      body: { code: 'not_offered' }
    })
  })

  await t.test('without a code nothing is tried', async (t) => {
    const { path, read } = await beginClaim(app, 'codeless.test')
    t.match(await call('POST', `${path}/verify`, { body: {} }), {
      status: 422,
      body: { code: 'domain_code_missing' }
    })
    t.equal((await read()).tries_left, 5)
  })

  await t.test('under an Idempotency-Key a wrong code counts once', async (t) => {
    const { code, verify, read } = await beginClaim(app, 'repeated.test')
    const headers = { 'idempotency-key': app.unique('k') }
    const [first, second] = [
      await verify(wrongCode(code), headers),
      await verify(wrongCode(code), headers)
    ]
    for (const answer of [first, second]) {
      t.match(answer.headers.get('content-type'), 'application/problem+json')
      t.equal(answer.status, 422)
    }
    t.equal(second.headers.get('idempotent-replayed'), 'true')
    t.same({ ...second.body, instance: null }, { ...first.body, instance: null })
    t.equal((await read()).tries_left, 4)
    t.match((await verify(code, headers)).body, { code: 'idempotency_key_reused' })
  })

  await t.test('a code is valid for a quarter of an hour, sweep or no sweep', async (t) => {
    const one = await beginClaim(app, 'late.test')
    at(15 * MINUTE_MS - 1)
    t.match((await one.read()).status, 'pending')
    at(15 * MINUTE_MS)
    t.match(await one.verify(one.code), {
      status: 410,
      body: { code: 'domain_code_expired', expired_at: '2030-01-01T00:15:00.000Z' }
    })
    const ended = {
      status: 'failed',
      failure: 'code_expired',
      ended_at: '2030-01-01T00:15:00.000Z'
    }
    t.match(await one.read(), ended)
    const listed = async (status: string) =>
      (await call('GET', `${one.org.path}/domain-claims?status=${status}`)).body.data
    t.match(await listed('failed'), [ended])
    t.same(await listed('pending'), [])
  })

  await t.test('a new claim takes the place of a pending one of the same team', async (t) => {
    const { org, claim, code, verify, email } = await beginClaim(app, 'again.test')
    const { body: second } = await claimByMail(app, org, email)
    t.match(await verify(code), { status: 410, body: { code: 'domain_claim_released' } })
    t.match(await eventsOf(org.path, 'released'), [
      { subject: { id: claim.id }, changes: { status: ['pending', 'released'] } }
    ])
    at(20 * MINUTE_MS)
    const { body: third } = await claimByMail(app, org, email)
    t.match(await eventsOf(org.path, 'failed'), [
      { subject: { id: second.id }, data: { failure: 'code_expired' } }
    ])
    const { code: newest } = await codeTo(app, email)
    const path = `${org.path}/domain-claims/${String(third.id)}/verify`
    t.match((await call('POST', path, { body: { code: newest } })).body, { status: 'verified' })
    t.match(await claimByMail(app, org, email), {
      status: 409,
      body: { code: 'domain_already_claimed', domain_claim_id: third.id }
    })
  })

  await t.test('lists: newest first, by status and by domain in any form', async (t) => {
    const org = await organization()
    await claimDomain(app, org, 'one.test')
    await claimByMail(app, org, 'ana@münchner.test')
    const list = async (query: string) =>
      (await call('GET', `${org.path}/domain-claims?${query}`)).body.data.map(
        ({ domain }: { domain: string }) => domain
      )
    t.same(await list(''), ['xn--mnchner-n2a.test', 'one.test'])
    t.same(await list('status=verified'), ['one.test'])
    t.same(await list(`domain=${encodeURIComponent('MÜNCHNER.test.')}`), ['xn--mnchner-n2a.test'])
    t.same(await list('domain=10.0.0.10'), [])
    t.same((await call('GET', `${org.path}/domain-claims?status=lost`)).status, 400)
  })

  await t.test('nobody else’s code opens it, and no other secret makes the same', async (t) => {
    const [one, two] = [await beginClaim(app, 'mixed.test'), await beginClaim(app, 'mixed.test')]
    t.not(one.code, two.code)
    t.match((await one.verify(two.code)).body, { code: 'domain_code_wrong' })
  })

  await t.test(
    'the mail is sent while it is of use, and to nobody who has complained',
    async (t) => {
      const org = await organization()
      await claimByMail(app, org, 'ana@mails.test')
      await call('DELETE', `${org.path}/domain-claims/${await idOf(org.path)}`)
      t.equal((await codeTo(app, 'ana@mails.test')).text, '', 'given up')
      await claimByMail(app, org, 'ana@mails.test')
      at(15 * MINUTE_MS)
      t.equal((await codeTo(app, 'ana@mails.test')).text, '', 'over')
      await claimByMail(app, org, 'ana@mails.test')
      await call('POST', `${org.path}/cancel`)
      t.equal((await codeTo(app, 'ana@mails.test')).text, '', 'canceled')
      await app.deps.db.insert(mailSuppressions).values({
        organizationId: DEPLOYMENT_ID,
        id: newId('sup'),
        emailKey: 'bounced@mails.test',
        reason: 'bounced',
        detail: null,
        createdAt: clock.now
      })
      await claimByMail(app, await organization(), 'bounced@mails.test')
      t.equal((await codeTo(app, 'bounced@mails.test')).text, '', 'suppressed')
    }
  )

  async function idOf(path: string): Promise<string> {
    return (await call('GET', `${path}/domain-claims`)).body.data[0].id
  }
})
