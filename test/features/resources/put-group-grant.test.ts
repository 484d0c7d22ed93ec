import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp } from '../../helpers/app.js'
import { teamWithResources } from '../../helpers/resources.js'

await t.test('{r}/group-grants/{group_id} (put-group-grant, revoke-group-grant)', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, invite } = app

  await t.test('gives to a group, changes, takes away: each once, one event each', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana] = [await team.create(), await team.member()]
    const group = await team.group(ana.id)
    for (let time = 0; time < 2; time += 1) {
      t.match((await team.share(id, group)).body, {
        resource_id: id,
        member_id: null,
        group_id: group,
        mode: 'shared',
        last_used_at: null
      })
    }
    t.equal((await team.share(id, group, { mode: 'read_only' })).body.mode, 'read_only')
    t.equal((await team.share(id, group)).body.mode, 'read_only', 'left out it stays')
    t.match((await team.get(id)).body, { holders_count: 0 }, 'nobody has it themselves')
    for (let time = 0; time < 2; time += 1) t.equal((await team.unshare(id, group)).status, 200)
    t.match(
      (await team.events('resource.granted')).map(({ data, changes }) => [data, changes.mode]),
      [
        [{ group_id: group, mode: 'shared' }, [null, 'shared']],
        [{ group_id: group, mode: 'read_only' }, ['shared', 'read_only']]
      ]
    )
    t.match(await team.events('resource.revoked'), [
      { data: { group_id: group, mode: 'read_only' }, changes: { mode: ['read_only', null] } }
    ])
    t.equal((await team.events('resource.granted')).length, 2)
    t.equal((await team.events('resource.revoked')).length, 1)
  })

  await t.test('who is in the group has it, as long as they are', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana, bo] = [await team.create(), await team.member(), await team.member()]
    const group = await team.group(ana.id)
    await team.share(id, group)
    await team.grant(id, ana.id, { mode: 'read_only' })
    t.match(await team.list(`/members/${ana.id}/resources`), [
      {
        resource: { id },
        grants: [
          { member_id: ana.id, group_id: null, mode: 'read_only' },
          { member_id: null, group_id: group, mode: 'shared' }
        ]
      }
    ])
    t.equal((await team.get(id, bo.as)).status, 404)
    await call('PUT', `${team.path}/groups/${group}/members/${bo.id}`)
    t.equal((await team.get(id, bo.as)).status, 200)
    t.same(
      (await team.list('/resources', bo.as)).map((one) => one.id),
      [id]
    )
    await call('DELETE', `${team.path}/groups/${group}/members/${bo.id}`)
    t.equal((await team.get(id, bo.as)).status, 404)
    t.equal((await team.get(id, ana.as)).status, 200)
  })

  await t.test('nobody shares what is one’s alone, nor takes alone what is shared', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana] = [await team.create(), await team.member()]
    const group = await team.group(ana.id)
    t.match(await team.share(id, group, { mode: 'exclusive' }), {
      status: 422,
      body: { code: 'mode_exclusive', mode: 'exclusive' }
    })
    t.equal((await team.share(id, group, { mode: 'desk' })).body.code, 'unknown_resource_mode')
    await team.grant(id, ana.id, { mode: 'exclusive' })
    const held = { status: 409, body: { code: 'resource_held', external_id: 'pn_1' } }
    t.match(await team.share(id, group), held)
    await team.revoke(id, ana.id)
    t.equal((await team.share(id, group)).status, 200, 'free again')
    t.match(await team.grant(id, ana.id, { mode: 'exclusive' }), held)
    t.equal((await team.grant(id, ana.id)).status, 200)
  })

  await t.test('a group that is deleted has nothing more: one event for each', async (t) => {
    const team = await teamWithResources(app)
    const [one, two, ana] = [await team.create(), await team.create(), await team.member()]
    const [group, other] = [await team.group(ana.id), await team.group(ana.id)]
    await team.share(one, group)
    await team.share(two, group, { mode: 'read_only' })
    await team.share(one, other)
    t.equal((await call('DELETE', `${team.path}/groups/${group}`)).status, 200)
    const revoked = await team.events('resource.revoked')
    t.same(
      revoked.map(({ subject, data }) => `${subject.id} ${data.group_id} ${data.mode}`).sort(),
      [`${one} ${group} shared`, `${two} ${group} read_only`].sort()
    )
    t.same(
      (await team.list('/resources', ana.as)).map(({ id }) => id),
      [one]
    )
    const types = (await team.list('/events?limit=3')).map(({ type }) => type)
    t.equal(types[0], 'group.deleted', 'and then its own')
  })

  await t.test('what was only waited for goes with the last group that has it', async (t) => {
    const team = await teamWithResources(app)
    const { token } = await invite(team.path, 'ana@acme.test', { resources: { choice: 'new' } })
    const [{ id }] = await team.list('/resources?status=requested')
    const group = await team.group()
    await team.share(id, group)
    await call('POST', '/v1/invitations/decline', { body: { token } })
    t.equal((await team.get(id)).status, 200, 'the group still waits for it')
    await call('DELETE', `${team.path}/groups/${group}`)
    t.equal((await team.get(id)).status, 404)
    t.match(await team.events('resource.deleted'), [{ subject: { id } }])
  })

  await t.test(
    'takes resource.assign, or owning it; other teams’ groups are no groups',
    async (t) => {
      const [team, other] = [await teamWithResources(app), await teamWithResources(app)]
      const [id, ana] = [await team.create(), await team.member()]
      const [group, foreign] = [await team.group(), await other.group()]
      t.equal((await team.share(id, foreign)).status, 404)
      t.equal((await team.unshare(id, foreign)).status, 404)
      t.equal((await team.share(id, group, {}, ana.as)).status, 404)
      await team.own(id, ana.id)
      t.equal((await team.share(id, group, {}, ana.as)).status, 200)
      t.equal((await team.unshare(id, group, ana.as)).status, 200)
      const { as } = await team.member('viewer')
      t.equal((await team.share(id, group, {}, as)).status, 403)
    }
  )

  await t.test('a group has 1,000 at most', async (t) => {
    const team = await teamWithResources(app)
    const [id, group] = [await team.create(), await team.group()]
    await deps.db.execute(sql`
      with made as (
        insert into resources (organization_id, id, kind, external_id, status, created_at, updated_at)
        select ${idToUuid('org', team.id)}, gen_random_uuid(), 'number', 'r_' || n, 'active', now(), now()
        from generate_series(1, 1000) n returning organization_id, id)
      insert into resource_group_grants
        (organization_id, resource_id, group_id, mode, exclusive, created_at)
      select organization_id, id, ${idToUuid('grp', group)}, 'shared', false, now() from made`)
    t.match(await team.share(id, group), {
      status: 409,
      body: { code: 'too_many_group_resources', max: 1_000 }
    })
    t.equal((await call('DELETE', `${team.path}/groups/${group}`)).status, 200)
    const { body } = await call(
      'GET',
      `${team.path}/events?type=resource.revoked&include_total=true`
    )
    t.equal(body.total, 1_000)
  })
})
