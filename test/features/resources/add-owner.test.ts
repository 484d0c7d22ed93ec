import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp } from '../../helpers/app.js'
import { teamWithResources } from '../../helpers/resources.js'

await t.test('PUT and DELETE {r}/owners/{member_id} (add-owner, remove-owner)', async (t) => {
  const app = await createTestApp(t)
  const { call, invite, deps } = app

  await t.test('makes an owner once and ends it once, each with one event', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const [ana, bo] = [await team.member(), await team.member()]
    for (let time = 0; time < 2; time += 1) {
      t.match(await team.own(id, ana.id), {
        status: 200,
        body: { resource_id: id, member_id: ana.id }
      })
    }
    await team.own(id, bo.id)
    t.same(
      (await team.list(`/resources/${id}/owners`)).map(({ member_id: owner }) => owner),
      [ana.id, bo.id].sort()
    )
    const { body: page } = await call('GET', `${team.at(id)}/owners?limit=1&include_total=true`)
    t.match([page.data.length, page.has_more, page.total], [1, true, 2])
    const { body: rest } = await call(
      'GET',
      `${team.at(id)}/owners?limit=1&cursor=${page.next_cursor}`
    )
    t.match([rest.data.length, rest.has_more], [1, false])
    for (let time = 0; time < 2; time += 1) t.equal((await team.disown(id, ana.id)).status, 200)
    const about = { subject: { id }, data: { kind: 'number', external_id: 'pn_1' } }
    t.match(await team.events('resource.owner_added'), [
      { ...about, data: { member_id: ana.id } },
      { data: { member_id: bo.id } }
    ])
    t.equal((await team.events('resource.owner_added')).length, 2)
    t.match(await team.events('resource.owner_removed'), [{ data: { member_id: ana.id } }])
    t.equal((await team.events('resource.owner_removed')).length, 1)
  })

  await t.test('the invited may own one; the removed may not; a desk has no owners', async (t) => {
    const team = await teamWithResources(app)
    const [id, desk] = [await team.create(), await team.create({ kind: 'desk' })]
    const { invitation } = await invite(team.path, 'ana@acme.test')
    t.equal((await team.own(id, invitation.member_id)).status, 200)
    const gone = await team.member()
    await team.remove(gone.id)
    t.match(await team.own(id, gone.id), {
      status: 409,
      body: { code: 'resource_holder_removed' }
    })
    t.match(await team.own(desk, invitation.member_id), {
      status: 422,
      body: { code: 'resource_without_owners', kind: 'desk' }
    })
    t.same(await team.list(`/resources/${desk}/owners`), [])
  })

  await t.test('an owner who may passes it on; who only has it may not', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const [ruler, plain, next] = [
      await team.member('ruler'),
      await team.member(),
      await team.member()
    ]
    t.equal((await team.own(id, next.id, ruler.as)).status, 404, 'sees nothing of it')
    await team.grant(id, ruler.id)
    t.equal((await team.own(id, next.id, ruler.as)).status, 403, 'has it, no more')
    await team.own(id, ruler.id)
    t.equal((await team.own(id, next.id, ruler.as)).status, 200)
    await team.own(id, plain.id)
    t.equal((await team.own(id, next.id, plain.as)).status, 403, 'lacks resource.manage:own')
    t.equal((await team.disown(id, ruler.id, ruler.as)).status, 200, 'oneself too')
    t.equal((await team.own(id, ruler.id, ruler.as)).status, 403)
    t.equal((await team.drop(id, ruler.as)).status, 403, 'nor do owners delete it')
  })

  await t.test('leaves with whoever leaves, and goes to whoever takes over', async (t) => {
    const team = await teamWithResources(app)
    const [one, two] = [await team.create(), await team.create()]
    const [ana, bo] = [await team.member(), await team.member()]
    await team.own(one, ana.id)
    await team.own(two, bo.id)
    await team.own(one, bo.id)
    await team.remove(bo.id, ana.id)
    t.same(
      (await team.list(`/resources?owner_id=${ana.id}`)).map(({ id }) => id),
      [one, two].sort()
    )
    t.equal((await team.events('resource.owner_removed')).length, 2)
    t.equal((await team.events('resource.owner_added')).length, 4, 'of the first she was one')
    await team.remove(ana.id)
    t.same(await team.list(`/resources/${one}/owners`), [])
    t.equal((await team.events('resource.owner_removed')).length, 4)
  })

  await t.test('a resource has 100 owners at most', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const ana = await team.member()
    await deps.db.execute(sql`
      with people as (
        insert into members (organization_id, id, user_id, email, email_key, role, status,
          created_at, updated_at, joined_at)
        select ${idToUuid('org', team.id)}, gen_random_uuid(), 'u_' || n, n || '@o.test', n || '@o.test', 'member',
          'active', now(), now(), now() from generate_series(1, 100) n returning organization_id, id)
      insert into resource_owners (organization_id, resource_id, member_id, created_at)
      select organization_id, ${idToUuid('res', id)}, id, now() from people`)
    t.match(await team.own(id, ana.id), {
      status: 409,
      body: { code: 'too_many_owners', max: 100 }
    })
  })
})
