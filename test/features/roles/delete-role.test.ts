import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'

await t.test('DELETE {o}/roles/{role_key}', async (t) => {
  const { call, organization, member, invite, deps, clock } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  async function withRole(permissions = ['app:x']) {
    const org = await organization()
    const body = { key: 'press', label: { en: 'Press' }, permissions }
    const { body: role } = await call('POST', `${org.path}/roles`, { body })
    const remove = (options = {}) => call('DELETE', `${org.path}/roles/press`, options)
    return { ...org, role: role as unknown, remove }
  }

  await t.test('deletes what nobody has, and answers with what it was', async (t) => {
    const { path, role, remove } = await withRole()
    const { status, body } = await remove()
    t.equal(status, 200)
    t.same(body, role)
    t.equal((await remove()).status, 404)
    const { body: roles } = await call('GET', `${path}/roles`)
    t.equal(roles.data.length, 3)
    t.match((await invite(path, 'late@roles.test', { role: 'press' })).answer.body, {
      code: 'unknown_role'
    })
    const { body: events } = await call('GET', `${path}/events?type=role.deleted`)
    t.match(events.data, [{ subject: { id: 'press' }, data: { permissions: ['app:x'] } }])
  })

  await t.test('refuses while it is held, offered, or was offered', async (t) => {
    const { path, remove } = await withRole()
    const inUse = (count: number) => ({
      status: 409,
      body: { code: 'role_in_use', count, detail: new RegExp(`: ${count}\\.$`) }
    })
    const ana = await member(path, { role: 'press' })
    await invite(path, 'soon@roles.test', { role: 'press' })
    t.match(await remove(), inUse(2))
    await deps.db.update(members).set({ status: 'suspended' }).where(eq(members.id, ana.id))
    t.match(await remove(), inUse(2), 'suspended members keep it')
    await deps.db
      .update(members)
      .set({ status: 'removed', endedBy: 'removed', removedAt: START })
      .where(eq(members.id, ana.id))
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.match(await remove(), inUse(1), 'an offer that ran out can be sent again')
  })

  await t.test('is for nobody whom the role exceeds', async (t) => {
    const { path, remove } = await withRole(['team.view', 'billing.edit'])
    const admin = await member(path, { role: 'admin' })
    t.match(await remove({ actor: admin.as }), {
      status: 403,
      body: { code: 'exceeds_own_permissions', missing_permissions: ['billing.edit'] }
    })
    t.equal((await remove()).status, 200)
  })

  await t.test('does not touch the policy’s own roles', async (t) => {
    const { path } = await withRole()
    t.match(await call('DELETE', `${path}/roles/member`), {
      status: 409,
      body: { code: 'role_is_the_policys' }
    })
    t.equal((await call('DELETE', `${path}/roles/nobody`)).status, 404)
  })

  await t.test('sees who was given it while it waited', async (t) => {
    const { path, id, remove } = await withRole()
    const ana = await member(path)
    const answer = await interleave(deps.db, id, {
      request: () => remove(),
      meanwhile: (tx) => tx.update(members).set({ role: 'press' }).where(eq(members.id, ana.id))
    })
    t.match(answer, { status: 409, body: { code: 'role_in_use', count: 1 } })
  })
})
