import t from 'tap'
import { domainClaims } from '../../../src/db/tables/domain-claims.js'
import { checkDomainClaims } from '../../../src/features/domain-claims/check-domain-claims.sweep.js'
import { findVerifiedDomain } from '../../../src/features/domain-claims/queries.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { createDnsServer } from '../../helpers/dns.js'
import { claimByDns, claimDomain } from '../../helpers/domains.js'
import { lockOrganization } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const HOUR_MS = 3_600_000

await t.test('the records of verified domains', async (t) => {
  const dns = await createDnsServer(t)
  const app = await createTestApp(t, { environment: { MUSTER_DNS_SERVERS: dns.server } })
  const { call, clock, deps, organization } = app
  const at = (ms: number) => {
    clock.now = new Date(START.getTime() + ms)
  }
  t.beforeEach(() => {
    clock.now = START
  })
  t.afterEach(() => deps.db.delete(domainClaims))

  /** A domain that its team has proven by DNS. */
  async function prove(domain: string, fields: Record<string, unknown> = {}) {
    const org = await organization(fields)
    const { body: claim } = await claimByDns(app, org, domain)
    const { name, value } = claim.dns_record
    dns.records.set(name, [value])
    const path = `${org.path}/domain-claims/${String(claim.id)}`
    const { body } = await call('POST', `${path}/verify`, { body: {} })
    t.equal(body.status, 'verified')
    return {
      org,
      path,
      name: String(name),
      value: String(value),
      read: async () => (await call('GET', path)).body,
      owner: async () => (await findVerifiedDomain(deps.db, domain))?.organizationId,
      failures: async () =>
        (await call('GET', `${org.path}/events?type=domain_claim.failed`)).body.data
    }
  }
  const check = () => checkDomainClaims.run(deps)
  const instant = (ms: number) => new Date(START.getTime() + ms).toISOString()

  await t.test('a record is looked at once a day', async (t) => {
    const { name, read } = await prove('daily.test')
    at(DAY_MS - 1)
    t.equal(await check(), 0)
    at(DAY_MS)
    const questions = dns.asked.length
    t.equal(await check(), 1)
    t.same(dns.asked.slice(questions), [name])
    t.match(await read(), { checked_at: instant(DAY_MS), missing_since: null })
    t.equal(await check(), 0, 'not again')
    at(2 * DAY_MS)
    t.equal(await check(), 1)
  })

  await t.test(
    'one that is missing has the time of the policy, then the claim fails',
    async (t) => {
      const policy = await policyLike(app, 'standard', {
        domain_claims: { enabled: true, dns_grace: 'P3D' }
      })
      const { org, name, read, owner, failures } = await prove('missing.test', { policy })
      dns.records.set(name, ['something else'])
      at(DAY_MS)
      await check()
      t.match(await read(), { status: 'verified', missing_since: instant(DAY_MS) })
      dns.records.delete(name)
      for (const days of [2, 3]) {
        at(days * DAY_MS)
        await check()
        t.match(await read(), {
          status: 'verified',
          checked_at: instant(days * DAY_MS),
          missing_since: instant(DAY_MS)
        })
      }
      t.equal(await owner(), org.id, 'until then it counts')
      at(4 * DAY_MS)
      t.equal(await check(), 1)
      t.match(await read(), {
        status: 'failed',
        failure: 'record_missing',
        ended_at: instant(4 * DAY_MS)
      })
      t.equal(await owner(), undefined)
      t.match(await failures(), [
        {
          actor: { type: 'system' },
          data: { domain: 'missing.test', failure: 'record_missing' },
          changes: { status: ['verified', 'failed'] }
        }
      ])
      at(5 * DAY_MS)
      t.equal(await check(), 0)
      t.match(await claimDomain(app, await organization(), 'missing.test'), { status: 'verified' })
    }
  )

  await t.test('one that comes back in time is as if it had never gone', async (t) => {
    const { name, value, read } = await prove('back.test')
    dns.records.delete(name)
    at(DAY_MS)
    await check()
    dns.records.set(name, [value])
    at(2 * DAY_MS)
    await check()
    t.match(await read(), { status: 'verified', missing_since: null })
    dns.records.delete(name)
    at(9 * DAY_MS)
    await check()
    t.match(await read(), { status: 'verified', missing_since: instant(9 * DAY_MS) })
  })

  await t.test('DNS that fails changes nothing and is asked again in an hour', async (t) => {
    const { name, read, owner, org } = await prove('failing.test')
    const before = await read()
    dns.records.set(name, 'servfail')
    at(DAY_MS)
    t.equal(await check(), 1)
    t.same(await read(), before)
    at(DAY_MS + HOUR_MS - 1)
    t.equal(await check(), 0)
    for (let days = 2; days < 30; days += 7) {
      at(days * DAY_MS)
      t.equal(await check(), 1)
    }
    t.same(await read(), before, 'nor does it ever fail by it')
    t.equal(await owner(), org.id)
  })

  await t.test('claims that were proven by mail are not looked at', async (t) => {
    const org = await organization()
    await claimDomain(app, org, 'by-mail.test')
    at(60 * DAY_MS)
    t.equal(await check(), 0)
    t.equal((await findVerifiedDomain(deps.db, 'by-mail.test'))?.organizationId, org.id)
  })

  await t.test('one that is released while it is looked at stays released', async (t) => {
    const { name, org, path, read, failures } = await prove('torn.test')
    dns.records.delete(name)
    at(DAY_MS)
    await check()
    at(9 * DAY_MS)
    const { release, checked } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const release = call('DELETE', path)
      await untilBlocked(deps.db)
      const checked = check()
      await untilBlocked(deps.db, 2)
      return { release, checked }
    })
    t.match((await release).body, { status: 'released' })
    await checked
    t.match(await read(), { status: 'released', failure: null })
    t.same(await failures(), [])
  })

  await t.test('and one that fails first cannot be released any more', async (t) => {
    const { name, org, path, read, failures } = await prove('torn2.test')
    dns.records.delete(name)
    at(DAY_MS)
    await check()
    at(9 * DAY_MS)
    const { release } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      void check()
      await untilBlocked(deps.db)
      const release = call('DELETE', path)
      await untilBlocked(deps.db, 2)
      return { release }
    })
    t.match((await release).body, { status: 'failed', failure: 'record_missing' })
    t.match(await read(), { status: 'failed' })
    t.equal((await failures()).length, 1)
    const { body } = await call('GET', `${org.path}/events?type=domain_claim.released`)
    t.same(body.data, [])
  })

  await t.test('a deleted organization has no domains from that moment on', async (t) => {
    const { org, owner } = await prove('deleted.test')
    t.equal((await call('DELETE', `${org.path}?confirm=true`)).status, 200)
    t.equal(await owner(), undefined)
    const heir = await organization()
    t.match(await claimDomain(app, heir, 'deleted.test'), { status: 'verified' })
    at(DAY_MS)
    t.equal(await check(), 0)
  })
})
