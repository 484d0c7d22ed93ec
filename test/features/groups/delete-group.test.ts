import t from 'tap'
import { groupMembers } from '../../../src/db/tables/groups.js'
import { createTestApp } from '../../helpers/app.js'

await t.test('DELETE {o}/groups/{group_id}', async (t) => {
  const { call, organization, member, deps } = await createTestApp(t)

  await t.test('takes who was in it out, and says how many; they stay members', async (t) => {
    const org = await organization()
    const [one, two] = [await member(org.path), await member(org.path)]
    const { body: kept } = await call('POST', `${org.path}/groups`, { body: { name: 'Kept' } })
    const { body: group } = await call('POST', `${org.path}/groups`, {
      body: { name: 'Gone', external_id: 'gone' }
    })
    for (const { id } of [one, two]) {
      await call('PUT', `${org.path}/groups/${group.id}/members/${id}`)
      await call('PUT', `${org.path}/groups/${kept.id}/members/${id}`)
    }
    const { status, body } = await call('DELETE', `${org.path}/groups/${group.id}`)
    t.equal(status, 200)
    t.match(body, { id: group.id, name: 'Gone', members_count: 2 })
    t.equal((await call('GET', `${org.path}/groups/${group.id}`)).status, 404)
    t.equal((await call('DELETE', `${org.path}/groups/${group.id}`)).status, 404)
    t.equal(await deps.db.$count(groupMembers), 2, 'of the other group')
    t.match((await call('GET', `${org.path}/members/${one.id}`)).body, { status: 'active' })
    const { body: events } = await call('GET', `${org.path}/events?type=group.deleted`)
    t.match(events.data, [
      { subject: { id: group.id }, data: { name: 'Gone', external_id: 'gone', members_count: 2 } }
    ])
    const again = await call('POST', `${org.path}/groups`, {
      body: { name: 'New', external_id: 'gone' }
    })
    t.equal(again.status, 201, 'its external id is free again')
  })
})
