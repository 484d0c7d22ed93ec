import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('GET {o}/summary: doors that are closed', async (t) => {
  const app = await createTestApp(t)
  const { call, organization } = app

  /** Of a team whose two doors beside invitations are as said, and whose invoice is overdue. */
  async function doors(claims: boolean, pages: boolean) {
    const policy = await policyLike(app, 'respondio', {
      domain_claims: { enabled: claims },
      signup_pages: { enabled: pages },
      billing: { past_due_blocks: ['invitation', 'resend', 'import', 'signup_page', 'join'] }
    })
    const { path } = await organization({ policy, billing: { status: 'past_due' } })
    const { body } = await call('GET', `${path}/summary`)
    return body.blocked.map(({ action }: { action: string }) => action)
  }
  const ALWAYS = ['invitation', 'resend', 'import']

  await t.test('only those that the policy has', async (t) => {
    t.same(await doors(false, false), ALWAYS)
    t.same(await doors(true, false), [...ALWAYS, 'join'])
    t.same(await doors(false, true), [...ALWAYS, 'signup_page'])
    t.same(await doors(true, true), [...ALWAYS, 'signup_page', 'join'])
  })

  await t.test('nobody joins where the seats are in use', async (t) => {
    const policy = await policyLike(app, 'oupi', { domain_claims: { enabled: true } })
    const { path } = await organization({
      policy,
      billing: { entitlements: ['team'], seats: 1 }
    })
    const { body } = await call('GET', `${path}/summary`)
    const join = body.blocked.find(({ action }: { action: string }) => action === 'join')
    t.match(join, { code: 'seats_exhausted', ways_out: [{ code: 'raise_limit' }] })
  })
})
