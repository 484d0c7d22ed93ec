import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { beginClaim, claimByMail, claimDomain } from '../../helpers/domains.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('giving a domain up', async (t) => {
  const app = await createTestApp(t)
  const { call, organization } = app
  const eventsOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=domain_claim.${type}`)).body.data

  await t.test('released it is everybody’s again, and that once', async (t) => {
    const org = await organization()
    const claim = await claimDomain(app, org, 'given-up.test')
    const path = `${org.path}/domain-claims/${String(claim.id)}`
    const released = await call('DELETE', path)
    t.match(released, {
      status: 200,
      body: { status: 'released', ended_at: START.toISOString() }
    })
    t.same((await call('DELETE', path)).body, released.body)
    t.equal((await eventsOf(org.path, 'released')).length, 1)
    const other = await organization()
    t.match(await claimDomain(app, other, 'given-up.test'), { status: 'verified' })
    t.same((await call('DELETE', path)).body, released.body)
    t.match(await claimByMail(app, org, 'ana@given-up.test'), { status: 201 })
  })

  await t.test('also of one that is still to be proven', async (t) => {
    const { org, path, verify } = await beginClaim(app, 'pending.test')
    t.match((await call('DELETE', path)).body, { status: 'released', tries_left: null })
    t.match(await eventsOf(org.path, 'released'), [
      { data: { domain: 'pending.test' }, changes: { status: ['pending', 'released'] } }
    ])
    t.match(await verify(), { status: 410, body: { code: 'domain_claim_released' } })
  })

  await t.test(
    'also where the policy has no claims any more, but not of a canceled team',
    async (t) => {
      const policy = await policyLike(app, 'standard', { domain_claims: { enabled: false } })
      const org = await organization()
      const claim = await claimDomain(app, org, 'former.test')
      await call('PATCH', org.path, { body: { policy } })
      const path = `${org.path}/domain-claims/${String(claim.id)}`
      t.match((await claimByMail(app, org, 'ana@former2.test')).body, { code: 'not_offered' })
      await call('POST', `${org.path}/cancel`)
      t.match((await call('DELETE', path)).body, { code: 'organization_canceled' })
      await call('POST', `${org.path}/restore`)
      t.match((await call('DELETE', path)).body, { status: 'released' })
    }
  )
})
