import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { plainMember } from '../../helpers/members.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/members/{member_id}/reactivate', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member } = app
  const act = (verb: 'suspend' | 'reactivate', path: string, id: string, actor?: string) =>
    call('POST', `${path}/members/${id}/${verb}`, actor === undefined ? {} : { actor })
  const total = async (path: string) =>
    (await call('GET', `${path}/events?include_total=true`)).body.total

  await t.test('OUPI-79: gives back everything that was there, at once', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const ana = await member(org.path, { role: 'admin', name: 'Ana' })
    const { body: before } = await call('GET', `${org.path}/members/${ana.id}`)
    await act('suspend', org.path, ana.id, org.as)
    const { status, body } = await act('reactivate', org.path, ana.id, org.as)
    t.equal(status, 200)
    t.same(body, plainMember(before))
    t.same((await call('GET', `${org.path}/members/${ana.id}`)).body, before)
    t.equal((await call('GET', `${org.path}/members`, { actor: ana.as })).status, 200)
    const { body: events } = await call('GET', `${org.path}/events?limit=1`)
    t.match(events.data[0], { type: 'member.reactivated', subject: { id: ana.id } })
    t.same(events.data[0].changes, { status: ['suspended', 'active'] })
    t.same(events.data[0].data, { user_id: ana.userId, email: ana.email, role: 'admin' })
  })

  await t.test('answers an active member as it is, and leaves no event', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const before = await total(org.path)
    const { status, body } = await act('reactivate', org.path, ana.id)
    t.match([status, body.status], [200, 'active'])
    t.equal(await total(org.path), before)
  })

  await t.test('brings back neither the invited nor the removed', async (t) => {
    const org = await organization()
    const { invitation } = await invite(org.path, 'open@reactivate.test')
    const gone = await member(org.path)
    await call('DELETE', `${org.path}/members/${gone.id}`)
    for (const [id, state] of [
      [invitation.member_id, 'invited'],
      [gone.id, 'removed']
    ]) {
      const { status, body } = await act('reactivate', org.path, id)
      t.match([status, body.code, body.member_status], [409, 'member_not_suspended', state])
      t.equal((await call('GET', `${org.path}/members/${id}`)).body.status, state)
    }
  })

  await t.test('is for those who may suspend members of this role', async (t) => {
    const org = await organization()
    const [admin, plain] = [await member(org.path, { role: 'admin' }), await member(org.path)]
    const second = await member(org.path, { role: 'owner' })
    await act('suspend', org.path, second.id)
    for (const [actor, code] of [
      [plain.as, 'not_permitted'],
      [admin.as, 'role_not_manageable']
    ]) {
      const answer = await act('reactivate', org.path, second.id, actor)
      t.match([answer.status, answer.body.code], [403, code])
    }
    t.equal((await act('reactivate', org.path, second.id, org.as)).status, 200)
  })

  await t.test('needs a seat where the suspended use none', async (t) => {
    const policy = await policyLike(app, 'standard', {
      seats: {
        mode: 'hard_cap',
        limit: 2,
        counted: ['active', 'invited', 'reassignment_pending']
      }
    })
    const org = await organization({ policy })
    const ana = await member(org.path)
    await act('suspend', org.path, ana.id)
    const taker = await member(org.path)
    const full = await act('reactivate', org.path, ana.id)
    t.match([full.status, full.body.code, full.body.limit], [409, 'seats_exhausted', 2])
    await call('DELETE', `${org.path}/members/${taker.id}`)
    t.equal((await act('reactivate', org.path, ana.id)).body.status, 'active')
  })

  await t.test('needs none where they keep it, even when there are too many', async (t) => {
    const org = await organization({
      policy: 'oupi',
      billing: { entitlements: ['team'], seats: 2 }
    })
    const ana = await member(org.path)
    await act('suspend', org.path, ana.id)
    await call('PUT', `${org.path}/billing`, { body: { seats: 1 } })
    t.equal((await act('reactivate', org.path, ana.id)).status, 200)
  })
})
