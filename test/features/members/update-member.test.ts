import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('PATCH {o}/members/{member_id}', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const patch = (path: string, id: string, body: unknown, actor?: string) =>
    call('PATCH', `${path}/members/${id}`, { body, ...(actor === undefined ? {} : { actor }) })
  const read = async (path: string, id: string) => (await call('GET', `${path}/members/${id}`)).body
  const eventsOf = async (path: string, id: string) => {
    const { body } = await call('GET', `${path}/events?limit=100`)
    return body.data.filter(({ subject }: { subject: { id: string } }) => subject.id === id)
  }

  await t.test('changes what is given and leaves the rest', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { name: 'Ana', metadata: { a: '1' } })
    const { status, body } = await patch(org.path, ana.id, { external_id: 'crm-1' }, org.as)
    t.equal(status, 200)
    t.match(body, { external_id: 'crm-1', name: 'Ana', role: 'member', metadata: { a: '1' } })
    const { body: next } = await patch(org.path, ana.id, { name: null, metadata: { b: '2' } })
    t.match(next, { external_id: 'crm-1', name: null })
    t.same(next.metadata, { b: '2' })
    t.same(await read(org.path, ana.id), next)
  })

  await t.test('tells of role and details by events of their own, with session hint', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await patch(org.path, ana.id, { role: 'admin', name: 'Ana', external_id: 'crm-2' }, org.as)
    const [updated, changed] = await eventsOf(org.path, ana.id)
    t.match(updated, { type: 'member.updated', actor: { name: 'Olga' } })
    t.same(updated.changes, { name: [null, 'Ana'], external_id: [null, 'crm-2'] })
    t.match(changed, { type: 'member.role_changed', actor: { name: 'Olga' } })
    t.same(changed.changes, { role: ['member', 'admin'] })
    t.same(changed.data, { user_id: ana.userId, email: ana.email, sessions: 'refresh_hint' })
  })

  await t.test('leaves no event where nothing changes, in the same words or as null', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { resources: { choice: 'existing', ids: ['w1', 'w2'] } })
    const [row, before] = [await read(org.path, ana.id), await eventsOf(org.path, ana.id)]
    clock.now = new Date(START.getTime() + 1_000)
    const same = {
      role: 'member',
      name: null,
      external_id: null,
      metadata: {},
      resources: { choice: 'existing', ids: ['w1', 'w2'] }
    }
    const { status, body } = await patch(org.path, ana.id, same)
    t.same([status, body], [200, row])
    t.same(await read(org.path, ana.id), row)
    t.same(await eventsOf(org.path, ana.id), before)
  })

  await t.test('takes what it knows, and at least one of it', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    for (const body of [{}, { user_id: 'u_other' }, { status: 'active' }, { role: null }]) {
      t.match(await patch(org.path, ana.id, body), { status: 400 }, JSON.stringify(body))
    }
    t.equal((await patch(org.path, ana.id, { role: 'nobody' })).body.code, 'unknown_role')
  })

  await t.test('asks for the permission of each field, and writes all or nothing', async (t) => {
    const [policy, org] = await withRoles({
      editor: ['team.view', 'member.edit'],
      assigner: ['team.view', 'resource.assign'],
      ruler: ['team.view', 'member.role']
    })
    t.ok(policy)
    const target = await member(org.path)
    await call('POST', `${org.path}/resources`, { body: { external_id: 'w1' } })
    const fields = {
      editor: { name: 'Zoé', external_id: 'e1', metadata: { a: 'b' } },
      assigner: { resources: { choice: 'existing', ids: ['w1'] } },
      ruler: { role: 'editor' }
    }
    const before = await read(org.path, target.id)
    for (const role of Object.keys(fields)) {
      const acting = await member(org.path, { role })
      for (const [owner, body] of Object.entries(fields)) {
        if (owner === role) continue
        const both = { ...fields[role as keyof typeof fields], ...body }
        const refused = await patch(org.path, target.id, both, acting.as)
        t.match([refused.status, refused.body.code], [403, 'not_permitted'], `${role}: ${owner}`)
      }
      t.same(await read(org.path, target.id), before, 'nothing was written')
    }
    for (const [role, body] of Object.entries(fields)) {
      const acting = await member(org.path, { role })
      t.equal((await patch(org.path, target.id, body, acting.as)).status, 200, role)
    }
  })

  /** A policy whose roles hold only these, and may change any role. */
  async function withRoles(roles: Record<string, string[]>) {
    const role = (key: string, permissions: string[]) => ({
      key,
      label: { en: key, fr: key },
      rank: 10,
      permissions
    })
    const all = ['team.view', 'member.invite', 'member.edit', 'member.role', 'resource.assign']
    const policy = await policyLike(app, 'standard', {
      roles: [
        { ...role('owner', all), min: 1 },
        role('member', []),
        ...Object.entries(roles).map(([key, permissions]) => role(key, permissions))
      ],
      authority: {
        change_role: Object.keys(roles).map((actor) => ({ actor, from: ['*'], to: ['*'] }))
      },
      notifications: [],
      access_review: {}
    })
    return [policy, await organization({ policy })] as const
  }

  await t.test(
    'RIO-41: assigns resources to members of any role, whatever one’s rank',
    async (t) => {
      const org = await organization({ policy: 'respondio' })
      const admin = await member(org.path, { role: 'user_admin' })
      const { body: list } = await call('GET', `${org.path}/members?role=org_admin`)
      const resources = { choice: 'existing', ids: ['ws_1', 'ws_2'] }
      const { status, body } = await patch(org.path, list.data[0].id, { resources }, admin.as)
      t.equal(status, 200)
      t.match(body, {
        resources: [
          { external_id: 'ws_1', kind: 'workspace', mode: 'member' },
          { external_id: 'ws_2', kind: 'workspace', mode: 'member' }
        ],
        resources_count: 2
      })
      const refused = await patch(org.path, list.data[0].id, { role: 'member' }, admin.as)
      t.match([refused.status, refused.body.code], [403, 'not_permitted'], 'but not roles')
      const { body: none } = await patch(org.path, list.data[0].id, { resources: null }, admin.as)
      t.same([none.resources, none.resources_count], [[], 0])
      const told = async (type: string) =>
        (await call('GET', `${org.path}/events?type=${type}`)).body.data.map(
          ({ data }: { data: Record<string, string> }) => [data['external_id'], data['member_id']]
        )
      const each = [
        ['ws_1', list.data[0].id],
        ['ws_2', list.data[0].id]
      ]
      t.same((await told('resource.granted')).sort(), each)
      t.same((await told('resource.revoked')).sort(), each)
      const about = await eventsOf(org.path, list.data[0].id)
      t.notOk(about.some(({ type }: { type: string }) => type === 'member.updated'))
    }
  )

  await t.test('takes only resources that could be chosen at an invitation', async (t) => {
    const org = await organization({ policy: 'respondio' })
    const ana = await member(org.path, { role: 'member' })
    const wrong = [{ choice: 'new' }, { choice: 'existing' }, { choice: 'existing', ids: [] }]
    for (const resources of wrong) {
      const { status, body } = await patch(org.path, ana.id, { resources })
      t.match([status, body.code, body.choices], [422, 'resources_not_offered', ['existing']])
    }
  })

  await t.test('changes only the fields that the policy lets be changed', async (t) => {
    const cases = [
      ['surveymonkey', undefined, { name: 'X' }, 'name'],
      ['surveymonkey', undefined, { resources: null }, 'resources'],
      ['respondio', 'member', { role: 'user_admin', name: null }, 'name'],
      ['oupi', 'member', { resources: null }, 'resources']
    ] as const
    for (const [policy, role, body, field] of cases) {
      const org = await organization({ policy })
      const ana = await member(org.path, role === undefined ? {} : { role })
      const answer = await patch(org.path, ana.id, body)
      t.match(
        [answer.status, answer.body.code, answer.body.field],
        [422, 'field_not_editable', field],
        policy
      )
      const own = await patch(org.path, ana.id, { external_id: 'x', metadata: { a: 'b' } })
      t.equal(own.status, 200, 'the host’s own fields are not the policy’s business')
    }
  })

  await t.test(
    'asks to confirm a role change where the policy does, and nothing else',
    async (t) => {
      const org = await organization({ policy: 'openphone' })
      const resources = { choice: 'existing', ids: ['n1'] }
      const ana = await member(org.path, { role: 'member', resources })
      const asked = await patch(org.path, ana.id, { role: 'admin' }, org.as)
      t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
      t.equal((await patch(org.path, ana.id, { resources: null }, org.as)).status, 200)
      const confirmed = await call('PATCH', `${org.path}/members/${ana.id}?confirm=true`, {
        actor: org.as,
        body: { role: 'admin' }
      })
      t.match([confirmed.status, confirmed.body.role], [200, 'admin'])
    }
  )

  await t.test('keeps the least and the most holders of a role, whoever asks', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    const { body: list } = await call('GET', `${org.path}/members`)
    const last = await patch(org.path, list.data[0].id, { role: 'admin' })
    t.match([last.status, last.body.code], [409, 'last_holder'])
    const ana = await member(org.path)
    const second = await patch(org.path, ana.id, { role: 'owner' })
    t.match([second.status, second.body.code], [409, 'single_holder'])
  })

  await t.test('changes the role of a suspended member, who has it once reactivated', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    const { body } = await patch(org.path, ana.id, { role: 'admin' })
    t.match(body, { status: 'suspended', role: 'admin' })
    const { body: after } = await call('POST', `${org.path}/members/${ana.id}/reactivate`)
    t.match(after, { status: 'active', role: 'admin' })
  })

  await t.test('changes nothing of a removed member', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('DELETE', `${org.path}/members/${ana.id}`)
    for (const body of [{ role: 'admin' }, { name: 'X' }, { resources: null }]) {
      const { status, body: problem } = await patch(org.path, ana.id, body)
      t.match(
        [status, problem.code, problem.member_status],
        [409, 'member_not_in_team', 'removed'],
        JSON.stringify(body)
      )
    }
  })

  await t.test('gives a role of the organization’s own, which counts at once', async (t) => {
    const org = await organization()
    const role = {
      key: 'inviter',
      label: { en: 'Inviter', fr: 'Recruteur' },
      permissions: ['team.view', 'team.summary']
    }
    t.equal((await call('POST', `${org.path}/roles`, { body: role })).status, 201)
    const ana = await member(org.path)
    const summary = () => call('GET', `${org.path}/summary`, { actor: ana.as })
    t.equal((await summary()).status, 403)
    const { body } = await patch(org.path, ana.id, { role: 'inviter' }, org.as)
    t.match(body, { role: 'inviter', role_label: 'Inviter' })
    t.equal((await summary()).status, 200)
  })

  await t.test('refuses an external id that another member has', async (t) => {
    const org = await organization()
    await member(org.path, { external_id: 'crm-9' })
    const ana = await member(org.path)
    const { status, body } = await patch(org.path, ana.id, { external_id: 'crm-9', name: 'X' })
    t.match([status, body.code], [409, 'external_id_taken'])
    t.equal((await read(org.path, ana.id)).name, null)
  })

  await t.test('is refused to strangers, and for members of others', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const ana = await member(org.path)
    t.equal((await patch(other.path, ana.id, { name: 'X' })).status, 404)
    t.equal((await patch(org.path, ana.id, { name: 'X' }, other.as)).status, 404)
    const { key } = await app.apiKey({ scopes: ['members:read'] })
    const read = await call('PATCH', `${org.path}/members/${ana.id}`, { key, body: { name: 'X' } })
    t.match([read.status, read.body.code], [403, 'insufficient_scope'])
  })
})
