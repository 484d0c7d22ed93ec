import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/leave', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member } = app
  const leave = (path: string, actor?: string, query = '') =>
    call('POST', `${path}/leave${query}`, actor === undefined ? {} : { actor })

  await t.test('ends one’s own membership, for good and at once', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const ana = await member(org.path)
    const { status, body } = await leave(org.path, ana.as)
    t.equal(status, 200)
    t.match(body, { id: ana.id, status: 'removed', ended_by: 'left' })
    const again = await leave(org.path, ana.as)
    t.match([again.status, again.body.code], [404, 'actor_not_member'])
    t.equal((await invite(org.path, 'next@leave.test')).answer.status, 201, 'the seat is free')
    const { body: events } = await call('GET', `${org.path}/events?type=member.left`)
    t.equal(events.data.length, 1)
    t.match(events.data[0], { subject: { id: ana.id }, actor: { type: 'member', id: ana.id } })
    t.same(events.data[0].changes, { status: ['active', 'removed'] })
    t.same(events.data[0].data, {
      user_id: ana.userId,
      email: ana.email,
      role: 'member',
      sessions: 'revoke',
      data: 'keep',
      owned_shared: 'keep',
      username: 'kept',
      handover: { mode: 'none' }
    })
  })

  await t.test('is refused where the role may not leave', async (t) => {
    const org = await organization({ policy: 'respondio' })
    const ana = await member(org.path, { role: 'member' })
    const { status, body } = await leave(org.path, ana.as, '?confirm=true')
    t.match([status, body.code], [403, 'self_removal'])
    t.equal((await call('GET', `${org.path}/members/${ana.id}`)).body.status, 'active')
  })

  await t.test('is refused to the last holder of a role that there must be', async (t) => {
    const org = await organization()
    const { status, body } = await leave(org.path, org.as)
    t.match([status, body.code], [409, 'last_holder'])
    await member(org.path, { role: 'owner' })
    t.equal((await leave(org.path, org.as)).status, 200)
  })

  await t.test('is done by a member: the host itself belongs to no team', async (t) => {
    const org = await organization()
    const { status, body } = await leave(org.path)
    t.match([status, body.code], [400, 'acting_member_required'])
  })

  await t.test('wants the confirmation that removals want, and chooses nothing', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      authority: { may_leave: ['*'], confirm: ['member.remove'] },
      removal: { data: ['delete', 'keep'], username: 'dissociated', handover: 'unassign' }
    })
    const org = await organization({ policy })
    const ana = await member(org.path)
    const asked = await leave(org.path, ana.as)
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    t.equal((await leave(org.path, ana.as, '?confirm=true&data=keep')).status, 400)
    const { body } = await leave(org.path, ana.as, '?confirm=true')
    t.match(body, { status: 'removed', user_id: null, name: null })
    const { body: events } = await call('GET', `${org.path}/events?type=member.left`)
    t.match(events.data[0].data, {
      user_id: ana.userId,
      data: 'delete',
      username: 'dissociated',
      handover: { mode: 'unassign' }
    })
  })
})
