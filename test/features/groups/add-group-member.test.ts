import { eq } from 'drizzle-orm'
import t from 'tap'
import { groupMembers } from '../../../src/db/tables/groups.js'
import { members } from '../../../src/db/tables/members.js'
import { createTestApp, START } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'

await t.test('PUT and DELETE {o}/groups/{group_id}/members/{member_id}', async (t) => {
  const { call, organization, member, invite, accept, deps } = await createTestApp(t)

  const newGroup = async (path: string, name = 'Design') => {
    const { body } = await call('POST', `${path}/groups`, { body: { name } })
    const one = `${path}/groups/${String(body.id)}`
    return {
      id: body.id as string,
      path: one,
      put: (id: string) => call('PUT', `${one}/members/${id}`),
      remove: (id: string) => call('DELETE', `${one}/members/${id}`),
      count: async () => (await call('GET', one)).body.members_count,
      members: async () =>
        (await call('GET', `${path}/members?group_id=${String(body.id)}`)).body.data.map(
          ({ id }: { id: string }) => id
        )
    }
  }
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=group.${type}`)).body.data

  await t.test('puts a member in once, with one event, and takes it out once', async (t) => {
    const org = await organization()
    const group = await newGroup(org.path)
    const { id } = await member(org.path)
    for (let time = 0; time < 2; time += 1) {
      t.match(await group.put(id), { status: 200, body: { id: group.id, members_count: 1 } })
    }
    t.same(await group.members(), [id])
    for (let time = 0; time < 2; time += 1) {
      t.match(await group.remove(id), { status: 200, body: { id: group.id, members_count: 0 } })
    }
    t.same(await group.members(), [])
    const told = [{ subject: { type: 'group', id: group.id }, data: { member_id: id } }]
    for (const type of ['member_added', 'member_removed']) {
      const found = await events(org.path, type)
      t.match(found, told)
      t.equal(found.length, 1)
    }
  })

  await t.test('takes nobody who is not of the organization, or of another group', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const [group, foreign] = [await newGroup(org.path), await newGroup(other.path)]
    const { id: stranger } = await member(other.path)
    const { id } = await member(org.path)
    const paths = [
      `${group.path}/members/${stranger}`,
      `${org.path}/groups/${foreign.id}/members/${id}`,
      `${group.path}/members/${stranger.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`
    ]
    for (const path of paths) {
      for (const method of ['PUT', 'DELETE']) {
        t.match((await call(method, path)).status, 404, `${method} ${path}`)
      }
    }
    t.equal(await group.count(), 0)
    t.equal(await foreign.count(), 0)
  })

  await t.test(
    'an invited member is in it before and after accepting, and not once canceled',
    async (t) => {
      const org = await organization()
      const group = await newGroup(org.path)
      const [joins, leaves] = [
        await invite(org.path, 'joins@group.test'),
        await invite(org.path, 'leaves@group.test')
      ]
      for (const { invitation } of [joins, leaves]) await group.put(invitation.member_id)
      t.equal(await group.count(), 2)
      await accept(joins.token, { id: 'u_joins', email: 'joins@group.test' })
      await call('DELETE', `${org.path}/invitations/${leaves.invitation.id}`)
      t.same(await group.members(), [joins.invitation.member_id])
      t.equal(await group.count(), 1)
      t.match(await group.put(leaves.invitation.member_id), {
        status: 409,
        body: { code: 'member_removed' }
      })
    }
  )

  await t.test('whoever declines, or is removed, is in no group any more', async (t) => {
    const org = await organization()
    const group = await newGroup(org.path)
    const { invitation, token } = await invite(org.path, 'no@group.test')
    const { id } = await member(org.path)
    for (const one of [invitation.member_id, id]) await group.put(one)
    await call('POST', '/v1/invitations/decline', { body: { token } })
    t.equal((await call('DELETE', `${org.path}/members/${id}?confirm=true`)).status, 200)
    t.equal(await group.count(), 0)
    t.match(await group.put(id), { status: 409, body: { code: 'member_removed' } })
  })

  await t.test('never puts in whoever is being removed at the same moment', async (t) => {
    const org = await organization()
    const group = await newGroup(org.path)
    const { id } = await member(org.path)
    const answer = await interleave(deps.db, org.id, {
      request: () => group.put(id),
      meanwhile: (tx) =>
        tx.update(members).set({ status: 'removed', removedAt: START }).where(eq(members.id, id))
    })
    t.match([answer.status, answer.body.code], [409, 'member_removed'])
    t.equal(await group.count(), 0)
    t.same(await events(org.path, 'member_added'), [])
  })

  await t.test('a removal takes out whoever was put in while it waited', async (t) => {
    const org = await organization()
    const group = await newGroup(org.path)
    const { id } = await member(org.path)
    const answer = await interleave(deps.db, org.id, {
      request: () => call('DELETE', `${org.path}/members/${id}?confirm=true`),
      meanwhile: (tx) =>
        tx.insert(groupMembers).values({
          organizationId: org.id,
          groupId: group.id,
          memberId: id,
          createdAt: START
        })
    })
    t.equal(answer.status, 200)
    t.equal(await group.count(), 0)
  })

  await t.test('remove-group-member: of two at once one tells of it', async (t) => {
    const org = await organization()
    const group = await newGroup(org.path)
    const { id } = await member(org.path)
    await group.put(id)
    const answer = await interleave(deps.db, org.id, {
      request: () => group.remove(id),
      meanwhile: (tx) => tx.delete(groupMembers).where(eq(groupMembers.memberId, id))
    })
    t.match(answer, { status: 200, body: { members_count: 0 } })
    t.same(await events(org.path, 'member_removed'), [])
  })
})
