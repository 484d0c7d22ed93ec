import t from 'tap'
import { flagOrganizations } from '../../../src/features/organizations/flag-organizations.sweep.js'
import { DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createProducts, type Team, whoMay } from '../products.js'

const ROLES = ['org_admin', 'billing_admin', 'user_admin', 'member']

await t.test('respond.io: cancelling the subscription', async (t) => {
  const products = await createProducts(t)
  const { call, clock, deps } = products
  t.beforeEach(() => {
    clock.now = START
  })
  const day = (days: number, ms = 0) => {
    clock.now = new Date(START.getTime() + days * DAY_MS + ms)
  }
  const cancel = (team: Team, by = 'org_admin') => team.call(by, 'POST', '/cancel')
  const statusOf = async ({ path }: Team) => (await call('GET', path)).body.status

  await t.test('RIO-78: is the organization administrator’s act alone', async (t) => {
    const team = await products.team('respondio')
    t.same(await whoMay(team, ROLES, 'subscription.cancel'), ['org_admin'])
    for (const role of ['billing_admin', 'user_admin', 'member']) {
      const { status, body } = await cancel(team, role)
      t.match([status, body.code], [403, 'not_permitted'], role)
    }
    t.equal(await statusOf(team), 'active')
    t.match(await cancel(team), { status: 200, body: { status: 'canceled' } })
    t.equal(await statusOf(products.of('respondio')), 'active', 'no other is touched')
  })

  await t.test('RIO-79: nobody gets at a workspace or its data any more', async (t) => {
    const team = await products.team('respondio')
    const resources = { choice: 'existing', ids: ['ws_1'] }
    const path = `/members/${team.person('member').id}`
    await team.call('org_admin', 'PATCH', path, { body: { resources } })
    const workspace = { resource: 'ws_1' }
    t.match(await team.authorize('member', 'resource.view', workspace), { allowed: true })
    await cancel(team)
    for (const role of ROLES) {
      for (const permission of ['resource.view', 'team.view', 'app:inbox.read']) {
        const fields = permission === 'resource.view' ? workspace : {}
        const ruling = await team.authorize(role, permission, fields)
        t.match(ruling, { allowed: false, code: 'organization_canceled' }, `${role} ${permission}`)
      }
      for (const rest of ['', '/members', '/invitations', '/groups', '/roles']) {
        const { status, body } = await team.call(role, 'GET', rest)
        t.match([status, body.code], [403, 'organization_canceled'], `${role} ${rest}`)
      }
    }
  })

  /** What is the product's own to do, it is told by these words. */
  async function effectsOf(team: Team): Promise<string[][]> {
    await cancel(team)
    const [event] = await team.events('organization.canceled')
    const { effects } = await team.authorize('member', 'resource.view')
    return [event.data.effects, effects]
  }

  await t.test('RIO-80: the host is told to store no more incoming messages', async (t) => {
    for (const effects of await effectsOf(await products.team('respondio'))) {
      t.ok(effects.includes('inbound_dropped'))
    }
  })

  await t.test('RIO-81: the host is told to trigger no more workflows', async (t) => {
    for (const effects of await effectsOf(await products.team('respondio'))) {
      t.ok(effects.includes('workflows_stopped'))
    }
  })

  await t.test('RIO-82: flagged for deletion on day 90, and deleted only on demand', async (t) => {
    const team = await products.team('respondio')
    await cancel(team)
    day(90, -1)
    t.equal(await statusOf(team), 'canceled')
    day(90)
    t.equal(await statusOf(team), 'flagged_for_deletion')
    t.ok((await flagOrganizations.run(deps)) > 0)
    const flagged = await team.events('organization.flagged_for_deletion')
    t.match(flagged, [{ occurred_at: clock.now.toISOString() }])
    t.equal(flagged.length, 1)
    day(3_650)
    t.equal(await flagOrganizations.run(deps), 0)
    t.equal(await statusOf(team), 'flagged_for_deletion')
    t.equal((await team.call('org_admin', 'DELETE', '')).status, 200)
    t.equal((await call('GET', team.path)).status, 404)
  })

  await t.test('RIO-82: or flagged at once and deleted on day 90, by another policy', async (t) => {
    const cancellation = { flag_after: 'P0D', delete_after: 'P90D' }
    const policy = await policyLike(products, 'respondio', { cancellation })
    const team = await products.team('respondio', { policy })
    const { body } = await cancel(team)
    t.match(body, {
      status: 'flagged_for_deletion',
      deletes_at: new Date(START.getTime() + 90 * DAY_MS).toISOString()
    })
    day(90, -1)
    t.equal(await statusOf(team), 'flagged_for_deletion')
    day(90)
    t.equal((await call('GET', team.path)).status, 404)
    t.ok((await flagOrganizations.run(deps)) > 0)
    t.equal((await call('GET', team.path)).status, 404)
  })
})
