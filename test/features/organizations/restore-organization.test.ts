import t from 'tap'
import { flagOrganizations } from '../../../src/features/organizations/flag-organizations.sweep.js'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/restore', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization, member, invite, accept, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const cancel = (path: string) => call('POST', `${path}/cancel`)
  const restore = (path: string, options?: CallOptions) => call('POST', `${path}/restore`, options)
  const eventsOf = async (path: string) => {
    const { body } = await call('GET', `${path}/events?limit=3`)
    return body.data as { type: string; changes: unknown }[]
  }

  await t.test('lets everything go on as it was, for whoever may cancel', async (t) => {
    const org = await organization({ policy: 'respondio' })
    const email = `${unique('ana')}@restore.test`
    const { token } = await invite(org.path, email, {
      role: 'member',
      resources: { choice: 'existing', ids: ['ws_1'] }
    })
    const { as } = await member(org.path, {
      role: 'billing_admin',
      resources: { choice: 'existing', ids: ['ws_1'] }
    })
    const before = (await call('GET', org.path)).body
    await cancel(org.path)
    const refused = await restore(org.path, { actor: as })
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    const { status, body } = await restore(org.path, { actor: org.as })
    t.match([status, body], [200, { ...before, updated_at: String }])
    t.match(await eventsOf(org.path), [
      {
        type: 'organization.restored',
        actor: { type: 'member' },
        changes: { status: ['canceled', 'active'] }
      },
      { type: 'organization.canceled' }
    ])
    t.equal((await call('GET', `${org.path}/members`, { actor: org.as })).status, 200)
    t.equal((await accept(token, { id: unique('u'), email })).status, 200, 'the offer too')
    clock.now = new Date(START.getTime() + 365 * DAY_MS)
    t.equal((await call('GET', org.path)).body.status, 'active', 'nothing is due any more')
    t.equal(await flagOrganizations.run(deps), 0)
  })

  await t.test('an active one is answered as it is', async (t) => {
    const org = await organization()
    const before = (await call('GET', org.path)).body
    const { status, body } = await restore(org.path)
    t.same([status, body], [200, before])
    t.match(await eventsOf(org.path), [{ type: 'member.joined' }, { type: 'organization.created' }])
  })

  await t.test('one that is flagged already, whether or not a sweep has said so', async (t) => {
    for (const sweeps of [true, false]) {
      const org = await organization({ policy: 'respondio' })
      await cancel(org.path)
      clock.now = new Date(START.getTime() + 91 * DAY_MS)
      if (sweeps) await flagOrganizations.run(deps)
      t.equal((await restore(org.path)).body.status, 'active')
      t.match(await eventsOf(org.path), [
        {
          type: 'organization.restored',
          changes: { status: ['flagged_for_deletion', 'active'] }
        },
        {
          type: 'organization.flagged_for_deletion',
          changes: { status: ['canceled', 'flagged_for_deletion'] }
        },
        { type: 'organization.canceled' }
      ])
      clock.now = START
    }
  })

  await t.test('comes too late once it is deleted, by somebody or by time', async (t) => {
    const gone = await organization()
    await call('DELETE', gone.path)
    t.equal((await restore(gone.path)).status, 404)
    const cancellation = { delete_after: 'P90D' }
    const due = await organization({ policy: await policyLike(app, 'standard', { cancellation }) })
    await cancel(due.path)
    clock.now = new Date(START.getTime() + 90 * DAY_MS)
    t.equal((await restore(due.path)).status, 404)
  })

  await t.test('a restoration that waits behind the deletion finds nothing', async (t) => {
    const org = await organization()
    await cancel(org.path)
    const answers = await inTurn(deps.db, org.id, [
      () => call('DELETE', org.path),
      () => restore(org.path)
    ])
    t.same(
      answers.map(({ status }) => status),
      [200, 404]
    )
  })
})
