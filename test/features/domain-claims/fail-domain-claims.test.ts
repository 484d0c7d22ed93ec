import t from 'tap'
import { failDomainClaims } from '../../../src/features/domain-claims/fail-domain-claims.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { claimByDns, claimByMail } from '../../helpers/domains.js'

await t.test('claims whose time is over', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization } = app
  const at = (ms: number) => {
    clock.now = new Date(START.getTime() + ms)
  }
  const instant = (ms: number) => new Date(START.getTime() + ms).toISOString()

  await t.test('what was not proven in time is written down, and told once', async (t) => {
    const org = await organization()
    await claimByMail(app, org, 'ana@unproven.test')
    await claimByDns(app, org, 'unproven2.test')
    const told = async () =>
      (await call('GET', `${org.path}/events?type=domain_claim.failed`)).body.data
    const fail = () => failDomainClaims.run(deps)
    at(15 * 60_000 - 1)
    t.equal(await fail(), 0)
    at(15 * 60_000)
    t.equal(await fail(), 1)
    at(30 * DAY_MS)
    t.equal(await fail(), 1)
    t.equal(await fail(), 0)
    t.match(await told(), [
      { data: { failure: 'not_proven_in_time' } },
      { data: { failure: 'code_expired' }, changes: { status: ['pending', 'failed'] } }
    ])
    const { body } = await call('GET', `${org.path}/domain-claims`)
    t.match(body.data, [
      { status: 'failed', ended_at: instant(30 * DAY_MS) },
      { status: 'failed', ended_at: instant(15 * 60_000) }
    ])
  })
})
