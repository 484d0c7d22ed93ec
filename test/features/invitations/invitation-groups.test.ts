import t from 'tap'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike, role } from '../../helpers/policies.js'

await t.test('POST {o}/invitations with groups', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, accept, invite, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const post = (path: string, body: object, options: CallOptions = {}) =>
    call('POST', `${path}/invitations`, { ...options, body: { send_email: false, ...body } })
  const newGroup = async (path: string, external_id?: string) => {
    const { body } = await call('POST', `${path}/groups`, { body: { name: 'One', external_id } })
    return body.id as string
  }
  const added = async (path: string) =>
    (await call('GET', `${path}/events?type=group.member_added`)).body.data
  const groupsOf = async (path: string, memberId: string): Promise<string[]> =>
    (await call('GET', `${path}/groups?member_id=${memberId}`)).body.data.map(
      ({ id }: { id: string }) => id
    )
  const memberIds = (body: { data: { invitation: { member_id: string } }[] }) =>
    body.data.map(({ invitation }) => invitation.member_id)

  await t.test('puts the seats into groups by id or external id, once each', async (t) => {
    const org = await organization()
    const [design, paris] = [await newGroup(org.path, 'design'), await newGroup(org.path)]
    const { status, body } = await post(org.path, {
      groups: ['design'],
      invitations: [
        { email: 'one@groups.test', groups: [paris, design, 'design'] },
        { email: 'two@groups.test', groups: [] },
        { email: 'three@groups.test' }
      ]
    })
    t.equal(status, 201)
    const [one = '', two = '', three = ''] = memberIds(body)
    t.same(await groupsOf(org.path, one), [design, paris], 'what is said of one is for one')
    t.same(await groupsOf(org.path, two), [])
    t.same(await groupsOf(org.path, three), [design], 'what is said of all is for all')
    const events = await added(org.path)
    t.equal(events.length, 3)
    t.match(events.at(-1), { subject: { type: 'group', id: paris }, data: { member_id: one } })
    t.match(await call('GET', `${org.path}/members?group_id=${design}`), {
      body: { data: [{ id: one, status: 'invited' }, { id: three }] }
    })
  })

  await t.test('in them before and after accepting, and in none once canceled', async (t) => {
    const org = await organization()
    const design = await newGroup(org.path, 'design')
    const { body } = await post(org.path, {
      emails: 'joins@groups.test, leaves@groups.test',
      groups: ['design']
    })
    const [joins = '', leaves = ''] = memberIds(body)
    const token = body.data[0].link.split('/').at(-1)
    await accept(token, { id: 'u_joins', email: 'joins@groups.test' })
    await call('DELETE', `${org.path}/invitations/${String(body.data[1].invitation.id)}`)
    t.same(await groupsOf(org.path, joins), [design])
    t.same(await groupsOf(org.path, leaves), [])
    t.equal((await added(org.path)).length, 2)
  })

  await t.test('refuses groups that are not this organization’s, each by itself', async (t) => {
    const org = await organization()
    const other = await organization()
    await newGroup(org.path, 'ours')
    const foreign = await newGroup(other.path, 'theirs')
    const { status, body } = await post(org.path, {
      invitations: [
        { email: 'one@unknown.test', groups: ['ours', 'theirs', foreign] },
        { email: 'two@unknown.test', groups: ['ours'] }
      ]
    })
    t.equal(status, 201)
    t.match(body.data, [
      { problem: { code: 'unknown_group', status: 422, groups: ['theirs', foreign] } },
      { status: 'created' }
    ])
    const alone = await post(org.path, { emails: 'one@unknown.test', groups: ['theirs'] })
    t.match([alone.status, alone.body.code], [422, 'unknown_group'])
    t.equal((await added(org.path)).length, 1)
    t.same(await added(other.path), [])
  })

  await t.test('takes the permission to manage groups too', async (t) => {
    const rights = ['member.invite', 'team.view']
    const policy = await policyLike(app, 'standard', {
      roles: [role('owner', rights, { min: 1 }), role('admin'), role('member')],
      authority: { invite: [{ actor: 'owner', roles: ['*'] }] }
    })
    const org = await organization({ policy })
    await newGroup(org.path, 'ours')
    const body = { emails: 'one@rights.test', groups: ['ours'] }
    const refused = await post(org.path, body, { actor: org.as })
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    const unknown = await post(org.path, { ...body, groups: ['x'] }, { actor: org.as })
    t.equal(unknown.body.code, 'not_permitted', 'what there is, is not told')
    t.equal((await post(org.path, body)).status, 201, 'the host may')
    const without = await post(org.path, { emails: 'two@rights.test' }, { actor: org.as })
    t.equal(without.status, 201)
  })

  await t.test('takes a plan that has groups, where the policy says so', async (t) => {
    const policy = await policyLike(app, 'standard', { groups: { allowed: 'entitled' } })
    const org = await organization({ policy })
    const body = { emails: 'one@plan.test', groups: ['ours'] }
    const lacks = { status: 402, body: { code: 'not_entitled', entitlement: 'groups' } }
    t.match(await post(org.path, body), lacks)
    const person = { user_id: 'u_1', email: 'one@plan.test', groups: ['ours'] }
    t.match(await call('POST', `${org.path}/members`, { body: { members: [person] } }), {
      body: { data: [{ problem: { code: 'not_entitled' } }] }
    })
    const billing = { plan: 'big', entitlements: ['groups'] }
    await call('PUT', `${org.path}/billing`, { body: billing })
    await newGroup(org.path, 'ours')
    t.equal((await post(org.path, body)).status, 201)
  })

  await t.test('of a seat offered before tells only of groups that are new to it', async (t) => {
    const org = await organization()
    const [old, fresh] = [await newGroup(org.path, 'old'), await newGroup(org.path, 'fresh')]
    const email = 'kim@groups.test'
    const { invitation } = await invite(org.path, email, { groups: ['old'] })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const { body } = await post(org.path, { emails: email, groups: ['fresh', 'old'] })
    const [id = ''] = memberIds(body)
    t.equal(id, invitation.member_id)
    t.same(await groupsOf(org.path, id), [old, fresh])
    t.match(await added(org.path), [{ subject: { id: fresh } }, { subject: { id: old } }])
    t.equal((await added(org.path)).length, 2)
  })

  await t.test('takes ten groups of one person at most, and no nonsense', async (t) => {
    const org = await organization()
    const names = Array.from({ length: 11 }, (_, index) => `g${index}`)
    for (const groups of [names, 'design', [''], ['g1', 'g1'], [4]]) {
      const all = await post(org.path, { emails: 'one@bounds.test', groups })
      t.equal(all.status, 400, JSON.stringify(groups))
      const one = await post(org.path, { invitations: [{ email: 'one@bounds.test', groups }] })
      t.equal(one.status, 400)
    }
    for (const name of names.slice(0, 10)) await newGroup(org.path, name)
    const taken = await post(org.path, { emails: 'one@bounds.test', groups: names.slice(0, 10) })
    t.equal(taken.status, 201)
    t.equal((await added(org.path)).length, 10)
  })

  await t.test('repeated with its key, invites once', async (t) => {
    const org = await organization()
    await newGroup(org.path, 'design')
    const headers = { 'idempotency-key': 'groups-once' }
    const body = { emails: 'once@groups.test', groups: ['design'] }
    const first = await post(org.path, body, { headers })
    const second = await post(org.path, body, { headers })
    t.same(second.body, first.body)
    t.equal((await added(org.path)).length, 1)
  })
})
