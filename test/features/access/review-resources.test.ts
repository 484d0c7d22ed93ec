import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { after, type Finding, reviewing } from '../../helpers/reviews.js'

const KINDS = [
  {
    key: 'number',
    label: { en: 'Number', fr: 'Numéro' },
    modes: [{ key: 'exclusive', exclusive: true }, { key: 'shared' }]
  },
  { key: 'room', label: { en: 'Room', fr: 'Salle' }, owners: false }
]

await t.test('GET {o}/access-review of what members have', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, clock } = app
  const policy = await policyLike(app, 'standard', {
    resources: { kinds: KINDS },
    invitations: { resource_choices: ['new', 'existing'] }
  })
  t.beforeEach(() => {
    clock.now = START
  })
  const create = async (path: string, kind: string) => {
    const body = { kind, external_id: app.unique(kind) }
    return (await call('POST', `${path}/resources`, { body })).body
  }
  const grant = async (path: string, id: string, memberId: string, mode?: string) => {
    const body = mode === undefined ? {} : { mode }
    const { status } = await call('PUT', `${path}/resources/${id}/grants/${memberId}`, { body })
    t.equal(status, 200)
  }
  const [one] = [(found: readonly Finding[]) => found[0]]

  await t.test('grants that nobody uses, once uses are told at all', async (t) => {
    const org = await organization({ policy })
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const room = await create(org.path, 'room')
    for (const { id } of [ana, bo]) await grant(org.path, room.id, id)
    const { find, send } = reviewing(app, org.path)
    clock.now = after(60)
    t.same(await find('unused_grant'), [])
    clock.now = after(100)
    t.same(await find('unused_grant'), [], 'no use was ever told')
    await call('POST', `${org.path}/members/${bo.id}/activity`, {
      body: { resource: room.external_id }
    })
    const found = await find('unused_grant')
    t.match(found, [
      {
        subject: { type: 'grant', id: room.id, member_id: ana.id, email: ana.email },
        since: START.toISOString(),
        detail: 'Not used for 100 days by whoever has it.'
      }
    ])
    t.equal(found.length, 1)
    for (const mend of one(found)?.mend ?? []) t.equal(await send(mend), 200)
    t.same(await find('unused_grant'), [])
    clock.now = after(190)
    t.match(await find('unused_grant'), [{ subject: { member_id: bo.id } }])
    t.same(await find('unused_grant', '&role=admin'), [])
    t.equal((await find('unused_grant', '&role=member')).length, 1)
    await call('POST', `${org.path}/members/${bo.id}/suspend`)
    t.same(await find('unused_grant'), [], 'who is suspended cannot use it')
  })

  await t.test('what is had by one person, and nobody has it', async (t) => {
    const org = await organization({ policy })
    const { id } = await member(org.path)
    const [free, held] = [await create(org.path, 'number'), await create(org.path, 'number')]
    await create(org.path, 'room')
    await grant(org.path, held.id, id)
    const { find, send, subjects } = reviewing(app, org.path)
    const found = await find('unheld_resource')
    t.same(subjects(found), [free.id], 'rooms are for many')
    t.same(await find('unheld_resource', '&role=member'), [])
    for (const mend of one(found)?.mend ?? []) t.equal(await send(mend), 200)
    t.same(await find('unheld_resource'), [])
  })

  await t.test('what was asked for and is still to be made', async (t) => {
    const ids = []
    const org = await organization({ policy })
    for (let nth = 0; nth < 2; nth += 1) {
      const { id } = await member(org.path, { role: nth === 0 ? 'member' : 'admin' })
      const body = { resources: { choice: 'new', kind: 'room' } }
      t.equal((await call('PATCH', `${org.path}/members/${id}`, { body })).status, 200)
      ids.push(id)
    }
    const { find, send } = reviewing(app, org.path)
    clock.now = after(13)
    t.same(await find('requested_resource'), [])
    clock.now = after(14)
    t.equal((await find('requested_resource')).length, 2)
    t.equal((await find('requested_resource', '&role=admin')).length, 1)
    const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'Waiting' } })
    t.same(await find('requested_resource', `&group_id=${group.id}`), [])
    await call('PUT', `${org.path}/groups/${group.id}/members/${ids[0]}`)
    t.equal((await find('requested_resource', `&group_id=${group.id}`)).length, 1)
    for (const [nth, command] of ['fulfillResource', 'deleteResource'].entries()) {
      const [finding] = await find('requested_resource')
      const mend = finding?.mend[nth]
      t.equal(mend?.command, command)
      if (mend) t.equal(await send(mend, nth === 0 ? { external_id: 'made' } : {}), 200)
    }
    t.same(await find('requested_resource'), [])
  })

  await t.test('what nobody owns, where only owners settle it', async (t) => {
    const settled = reviewing(app, (await organization({ policy })).path)
    t.same(await settled.find('ownerless_resource'), [])
    const { roles } = (await call('GET', `/v1/policies/${policy}`)).body.document
    const alone = await policyLike(app, 'standard', {
      resources: { kinds: KINDS },
      roles: roles.map((role: { permissions: string[] }) => ({
        ...role,
        permissions: role.permissions.filter((one) => one !== 'resource.settings')
      }))
    })
    const org = await organization({ policy: alone })
    const { id } = await member(org.path)
    const [held, free] = [await create(org.path, 'number'), await create(org.path, 'number')]
    await create(org.path, 'room')
    await grant(org.path, held.id, id)
    const { find, send, subjects } = reviewing(app, org.path)
    t.same(subjects(await find('ownerless_resource')).sort(), [held.id, free.id].sort())
    for (const [resource, command] of [
      [held, 'addResourceOwner'],
      [free, 'deleteResource']
    ] as const) {
      const found = await find('ownerless_resource')
      const [mend] = found.find(({ subject }) => subject.id === resource.id)?.mend ?? []
      t.equal(mend?.command, command)
      if (mend) t.equal(await send(mend), 200)
    }
    t.same(await find('ownerless_resource'), [])
  })

  await t.test('page after page, kind after kind, with what there is in all', async (t) => {
    const org = await organization({ policy })
    for (let nth = 0; nth < 3; nth += 1) {
      clock.now = after(nth)
      await member(org.path)
      await call('POST', `${org.path}/groups`, { body: { name: `Group ${nth}` } })
      await create(org.path, 'number')
    }
    clock.now = after(100)
    const { review } = reviewing(app, org.path)
    const whole = await review('?limit=100')
    t.same(
      whole.summary.filter(({ count }: { count: number }) => count > 0),
      [
        { kind: 'dormant_member', count: 4, more: false },
        { kind: 'unheld_resource', count: 3, more: false },
        { kind: 'empty_group', count: 3, more: false }
      ]
    )
    t.equal(whole.data.length, 10)
    t.same([whole.has_more, whole.next_cursor], [false, null])
    for (const limit of [1, 3, 4]) {
      const seen = []
      let cursor = ''
      for (;;) {
        const page = await review(`?limit=${limit}${cursor}`)
        t.same(page.summary, whole.summary)
        seen.push(...page.data)
        if (!page.has_more) break
        t.equal(page.data.length, limit)
        cursor = `&cursor=${page.next_cursor}`
      }
      t.same(seen, whole.data)
    }
    const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'Two' } })
    const { id } = whole.data[1].subject
    await call('PUT', `${org.path}/groups/${group.id}/members/${id}`)
    const ofGroup = await review(`?group_id=${group.id}`)
    t.same(
      ofGroup.data.map(({ subject }: Finding) => subject.id),
      [id],
      'by group'
    )
  })

  await t.test('is for whoever reads the log, of this organization alone', async (t) => {
    const [org, other] = [await organization({ policy }), await organization({ policy })]
    const ana = await member(org.path)
    const path = `${org.path}/access-review`
    const answer = await call('GET', path, { actor: ana.as })
    t.match([answer.status, answer.body.code], [403, 'not_permitted'])
    t.equal((await call('GET', path, { actor: org.as })).status, 200)
    t.equal((await call('GET', path, { actor: other.as })).status, 404)
    const { key } = await app.apiKey({ scopes: ['members:write'] })
    t.equal((await call('GET', path, { key })).status, 403)
    const { body: group } = await call('POST', `${other.path}/groups`, { body: { name: 'Theirs' } })
    t.same((await call('GET', `${path}?group_id=${group.id}`)).body.data, [])
    await call('POST', `${org.path}/cancel`)
    t.equal((await call('GET', path)).status, 200, 'the host goes on')
    t.equal((await call('GET', path, { actor: org.as })).status, 403)
  })

  await t.test('refuses what it does not know, and cursors of others', async (t) => {
    const org = await organization({ policy })
    const forged = [
      'dormant_member|2030-13-45 00:00:00+00|x|y',
      "dormant_member|now()|' or 1=1|",
      'nothing'
    ].map((text) => `cursor=${Buffer.from(text).toString('base64url')}`)
    for (const query of [
      'kind=owners',
      'limit=0',
      'limit=101',
      'group_id=1',
      'role=',
      'q=x',
      ...forged
    ]) {
      t.equal((await call('GET', `${org.path}/access-review?${query}`)).status, 400, query)
    }
    const strange = await call('GET', `${org.path}/access-review?role=%27;--`)
    t.match([strange.status, strange.body.data], [200, []])
  })
})
