import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamWithResources } from '../../helpers/resources.js'

await t.test('GET {o}/resources', async (t) => {
  const app = await createTestApp(t)
  const { call, invite } = app

  const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

  await t.test('in pages, in the order in which they were registered', async (t) => {
    const team = await teamWithResources(app)
    const made = [await team.create(), await team.create(), await team.create()]
    const { body: page } = await call('GET', `${team.path}/resources?limit=2&include_total=true`)
    t.same([ids(page.data), page.has_more, page.total], [made.slice(0, 2), true, 3])
    const { body: rest } = await call(
      'GET',
      `${team.path}/resources?limit=2&cursor=${page.next_cursor}`
    )
    t.same([ids(rest.data), rest.has_more, rest.next_cursor], [made.slice(2), false, null])
    t.equal((await call('GET', `${team.path}/resources?cursor=x`)).status, 400)
    t.equal((await call('GET', `${team.path}/resources?color=red`)).status, 400)
  })

  await t.test(
    'by kind, status, the host’s id, name, owner, holder, group, or nobody',
    async (t) => {
      const team = await teamWithResources(app)
      const [support, sales, desk] = [
        await team.create({ name: 'Support 100%' }),
        await team.create({ name: 'Sales' }),
        await team.create({ kind: 'desk', external_id: 'd_1' })
      ]
      const [ana, bo] = [await team.member(), await team.member()]
      await invite(team.path, 'new@acme.test', { resources: { choice: 'new' } })
      const group = await team.group(bo.id)
      await team.grant(support, ana.id)
      await team.share(sales, group)
      await team.own(desk, ana.id)
      await team.own(sales, ana.id)
      const find = async (query: string) => ids(await team.list(`/resources?${query}`))
      t.same(await find('kind=desk'), [desk])
      t.equal((await find('status=requested')).length, 1)
      t.same(await find('status=active'), [support, sales, desk])
      t.same(await find('external_id=d_1'), [desk])
      t.same(await find('q=100%25'), [support])
      t.same(await find('q=%25'), [support], 'a sign of a pattern is only itself')
      t.same(await find('q=SALE'), [sales])
      t.same(await find(`owner_id=${ana.id}`), [sales])
      t.same(await find(`member_id=${ana.id}`), [support])
      t.same(await find(`member_id=${bo.id}`), [sales], 'by a group too')
      t.same(await find(`group_id=${group}`), [sales])
      t.same(await find('unassigned=true'), [desk], 'owning is not having')
      t.same(await find('unassigned=true&kind=number'), [])
    }
  )

  await t.test('with view:assigned alone: what one has, by a group too, or owns', async (t) => {
    const team = await teamWithResources(app)
    const [had, shared, owned, hidden] = [
      await team.create(),
      await team.create(),
      await team.create(),
      await team.create()
    ]
    const [ana, bo] = [await team.member(), await team.member()]
    const [group, foreign] = [await team.group(ana.id), await team.group(bo.id)]
    await team.grant(had, ana.id)
    await team.grant(had, bo.id)
    await team.share(had, foreign)
    await team.share(shared, group)
    await team.own(owned, ana.id)
    await team.grant(owned, bo.id)
    await team.grant(hidden, bo.id)
    const see = async (path: string) => ids(await team.list(path, ana.as))
    t.same(await see('/resources'), [had, shared, owned])
    const { body } = await call('GET', `${team.path}/resources?include_total=true&limit=1`, {
      actor: ana.as
    })
    t.equal(body.total, 3)
    t.same(await see(`/resources?member_id=${ana.id}`), [had, shared])
    t.same(await see(`/resources?member_id=${bo.id}`), [], 'what others have they are not told')
    t.same(await see(`/resources?group_id=${group}`), [shared])
    t.same(await see(`/resources?group_id=${foreign}`), [])
    t.same(await see(`/resources?owner_id=${ana.id}`), [owned])
    for (const id of [had, shared, owned]) t.equal((await team.get(id, ana.as)).status, 200)
    for (const path of ['', '/grants', '/owners']) {
      const answer = await call('GET', `${team.at(hidden)}${path}`, { actor: ana.as })
      t.equal(answer.status, 404, path)
    }
    const holders = async (id: string) =>
      (await team.list(`/resources/${id}/grants`, ana.as)).map(
        (one) => one.member_id ?? one.group_id
      )
    t.same(await holders(had), [ana.id], 'of others nothing')
    t.same(await holders(shared), [group])
    t.same(await holders(owned), [bo.id], 'but of what is one’s own')
    t.equal(
      (await call('GET', `${team.path}/members/${bo.id}/resources`, { actor: ana.as })).status,
      404
    )
    const own = await team.list(`/members/${ana.id}/resources`, ana.as)
    t.match(
      own.map((one) => [one.resource.id, one.owned, one.grants.length]),
      [
        [had, false, 1],
        [shared, false, 1],
        [owned, true, 0]
      ]
    )
  })

  await t.test('with resource.view everything; with neither nothing', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana] = [await team.create(), await team.member()]
    await team.grant(id, ana.id)
    const [viewer, nobody] = [await team.member('viewer'), await team.member('nobody')]
    t.same(ids(await team.list('/resources', viewer.as)), [id])
    t.match(await team.list(`/resources/${id}/grants`, viewer.as), [{ member_id: ana.id }])
    t.match(await team.list(`/members/${ana.id}/resources`, viewer.as), [{ resource: { id } }])
    await team.grant(id, nobody.id)
    for (const path of ['/resources', `/resources/${id}`, `/members/${nobody.id}/resources`]) {
      t.equal((await call('GET', `${team.path}${path}`, { actor: nobody.as })).status, 403, path)
    }
  })

  await t.test('who has one: groups, then members, in pages', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const people = [await team.member(), await team.member(), await team.member()]
    const groups = [await team.group(), await team.group()]
    for (const one of people) await team.grant(id, one.id)
    for (const one of groups) await team.share(id, one)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await call(
        'GET',
        `${team.at(id)}/grants?limit=1&include_total=true${cursor}`
      )
      t.equal(body.total, 5)
      seen.push(
        ...body.data.map(
          (one: { member_id: string | null; group_id: string | null }) =>
            one.member_id ?? one.group_id
        )
      )
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
    } while (cursor !== '')
    t.same(seen, [...groups.sort(), ...people.map((one) => one.id).sort()])
  })

  await t.test('no key without the scope, and nothing of another team', async (t) => {
    const [team, other] = [await teamWithResources(app), await teamWithResources(app)]
    const id = await team.create()
    const { key } = await app.apiKey({ scopes: ['members:read', 'resources:read'] })
    t.equal((await call('GET', team.at(id), { key })).status, 200)
    t.equal((await call('DELETE', team.at(id), { key })).status, 403)
    for (const path of [`/resources/${id}`, `/resources/${id}/grants`, `/resources/${id}/owners`]) {
      t.equal((await call('GET', `${other.path}${path}`)).status, 404, path)
    }
    const { id: stranger } = await other.member()
    t.equal((await call('GET', `${team.path}/members/${stranger}/resources`)).status, 404)
    t.same(await team.list(`/resources?member_id=${stranger}`), [])
  })
})
