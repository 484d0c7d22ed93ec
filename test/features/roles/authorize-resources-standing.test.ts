import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { READ, resourceRights, WRITE } from '../../helpers/resource-rights.js'
import { countStatements } from '../../helpers/statements.js'

type Body = Record<string, unknown>

await t.test('POST {o}/authorize on a resource, as things stand,', async (t) => {
  const app = await createTestApp(t)
  const { call, member, invite, deps, clock, unique } = app
  const { answer, team, newGroup, place } = await resourceRights(app)
  t.beforeEach(() => {
    clock.now = START
  })
  const set = (id: string, fields: Partial<typeof members.$inferInsert>) =>
    deps.db.update(members).set(fields).where(eq(members.id, id))

  await t.test('follows who comes into a group and who leaves it', async (t) => {
    const { org, ana, may } = await team()
    const group = await newGroup(org.path)
    const resource = await place(org.id)
    await resource.grantGroup(group, 'shared')
    const one = `${org.path}/groups/${group}/members/${ana.id}`
    t.match(await may(WRITE, resource.id), { code: 'resource_not_granted' })
    await call('PUT', one)
    const through = { mode: 'shared', through: 'group', group_id: group }
    t.same((await may(WRITE, resource.id))['grant'], through)
    t.same((await may('resource.view', resource.id))['grant'], through)
    t.match(await may('resource.settings', resource.id), { code: 'not_permitted' })
    await call('DELETE', one)
    t.match(await may(WRITE, resource.id), { code: 'resource_not_granted' })
    t.match(await may('resource.view', resource.id), { code: 'not_permitted' })
  })

  await t.test('names one group of many in the same mode, and stays small', async (t) => {
    const { org, ana, may } = await team()
    const resource = await place(org.id)
    const groups: string[] = []
    for (let count = 0; count < 12; count += 1) groups.push(await newGroup(org.path, ana.id))
    for (const group of groups) await resource.grantGroup(group, 'shared')
    t.same((await may(WRITE, resource.id))['grant'], {
      mode: 'shared',
      through: 'group',
      group_id: [...groups].sort()[0]
    })
  })

  await t.test('knows nothing of what is not there, or another team’s', async (t) => {
    const { org, ana, may, on } = await team()
    const elsewhere = await team()
    const foreign = await place(elsewhere.org.id)
    await foreign.grant(elsewhere.ana.id, 'shared')
    const [owner] = (await call('GET', `${org.path}/members?role=owner`)).body.data
    for (const name of [foreign.id, foreign.externalId, newId('res'), 'num_9', 'res_nonsense']) {
      for (const ask of [may, on(owner.id)]) {
        for (const permission of ['resource.view', WRITE]) {
          t.match(await ask(permission, name), {
            allowed: false,
            code: 'not_found',
            because: 'there is no such resource here'
          })
        }
      }
    }
    t.match(await on(elsewhere.ana.id)(WRITE, foreign.id), { code: 'not_a_member' })
    const same = await place(org.id)
    t.match(await may(WRITE, same.id), { code: 'resource_not_granted' }, ana.id)
  })

  await t.test('goes by the id before a name that looks like one', async (t) => {
    const { org, ana, may } = await team()
    const [meant, other] = [await place(org.id), await place(org.id)]
    await deps.db.execute(
      `update resources set external_id = '${meant.id}' where external_id = '${other.externalId}'`
    )
    await other.grant(ana.id, 'shared')
    t.match(await may(WRITE, meant.id), { code: 'resource_not_granted' })
    await meant.grant(ana.id, 'read_only')
    t.match(await may(WRITE, meant.id), { code: 'mode_not_allowed' })
  })

  await t.test('is no for whoever is not active, whatever they have', async (t) => {
    const { org, ana, may, on } = await team()
    const { invitation } = await invite(org.path, `${unique('soon')}@authorize.test`)
    const resource = await place(org.id)
    for (const id of [ana.id, String(invitation.member_id)]) {
      await resource.grant(id, 'shared')
      await resource.own(id)
    }
    t.match(await may(WRITE, resource.id), { allowed: true })
    for (const permission of ['resource.view', 'resource.settings', WRITE]) {
      const soon = on(String(invitation.member_id))
      t.match(await soon(permission, resource.id), { code: 'not_a_member' })
      await set(ana.id, { status: 'suspended' })
      t.match(await may(permission, resource.id), { code: 'member_suspended' })
      await set(ana.id, { status: 'reassignment_pending' })
      t.match(await may(permission, resource.id), { code: 'reassignment_pending' })
      await set(ana.id, { status: 'removed', endedBy: 'removed', removedAt: START })
      t.match(await may(permission, resource.id), { code: 'not_a_member' })
      await set(ana.id, { status: 'active', endedBy: null, removedAt: null })
    }
    t.match(await may(WRITE, resource.id), { allowed: true }, 'the grants were there all along')
  })

  await t.test('ends with the subscription, before anything is said of resources', async (t) => {
    const { org, ana, may } = await team()
    const resource = await place(org.id)
    await resource.grant(ana.id, 'shared')
    await call('POST', `${org.path}/cancel?confirm=true`, { body: {} })
    clock.now = new Date(START.getTime() + 40 * DAY_MS)
    for (const name of [resource.id, 'ws_unknown']) {
      t.match(await may(WRITE, name), { code: 'organization_canceled' })
    }
  })

  await t.test('answers 100 checks, each as it would be alone', async (t) => {
    const { org, ana } = await team()
    const bo = await member(org.path, { role: 'admin' })
    const group = await newGroup(org.path, bo.id)
    const placed = await Promise.all(Array.from({ length: 6 }, () => place(org.id)))
    for (const [index, resource] of placed.entries()) {
      if (index % 2 === 0) await resource.grant(ana.id, index === 2 ? 'read_only' : 'shared')
      if (index % 3 === 0) await resource.grantGroup(group, 'reader')
      if (index === 5) await resource.own(bo.id)
    }
    const names = [...placed.map(({ id }) => id), 'ws_unknown']
    const permissions = ['resource.view', 'resource.settings', WRITE, READ]
    const checks = Array.from({ length: 100 }, (_, index) => ({
      ...(index % 2 === 0 ? { user_id: ana.userId } : { member_id: bo.id }),
      permission: permissions[index % permissions.length],
      ...(index % 10 === 9 ? {} : { resource: names[index % names.length] })
    }))
    const { data } = (await answer(org.path, { checks })) as { data: Body[] }
    for (const [index, check] of checks.entries()) {
      t.same(data[index], await answer(org.path, check), JSON.stringify(check))
    }
    const codes = new Set(data.map(({ allowed, code }) => (allowed ? 'allowed' : code)))
    t.same([...codes].sort(), [
      'allowed',
      'mode_not_allowed',
      'not_found',
      'not_permitted',
      'resource_not_granted'
    ])
  })

  await t.test('takes one statement more, however many checks there are', async (t) => {
    const { org, ana } = await team()
    const resource = await place(org.id)
    const asking = { member_id: ana.id, permission: WRITE }
    const statements = (body: Body) => countStatements(t, () => answer(org.path, body))
    t.equal(await statements(asking), 1, 'none without a resource')
    t.equal(await statements({ ...asking, resource: resource.id }), 2)
    const many = (check: Body) => ({ checks: Array.from({ length: 100 }, () => check) })
    const without = await statements(many(asking))
    t.equal(await statements(many({ ...asking, resource: resource.id })), without + 1)
    const gone = { ...asking, member_id: newId('mem'), resource: resource.id }
    t.equal(await statements(gone), 1, 'nothing is read for whoever has no say')
  })

  await t.test('is asked only of what is done to a resource', async (t) => {
    const { org, ana } = await team()
    const body = { member_id: ana.id, resource: 'ws_1' }
    for (const permission of [
      'team.view',
      'member.remove',
      'resource.view:assigned',
      'resource.settings:own',
      'credits.usage'
    ]) {
      const { status, body: answered } = await call('POST', `${org.path}/authorize`, {
        body: { ...body, permission }
      })
      t.match([status, answered.errors], [400, [{ pointer: '#/resource' }]], permission)
    }
    for (const resource of ['', 'a\u0000', 'x'.repeat(256), 4]) {
      const wrong = await call('POST', `${org.path}/authorize`, {
        body: { member_id: ana.id, permission: WRITE, resource }
      })
      t.equal(wrong.status, 400, JSON.stringify(resource))
    }
  })
})
