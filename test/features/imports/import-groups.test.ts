import t from 'tap'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike, role } from '../../helpers/policies.js'

await t.test('POST {o}/members with groups', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const post = (path: string, people: unknown[], options: CallOptions = {}) =>
    call('POST', `${path}/members`, { ...options, body: { members: people } })
  const newGroup = async (path: string, external_id?: string) => {
    const { body } = await call('POST', `${path}/groups`, { body: { name: 'One', external_id } })
    return body.id as string
  }
  const added = async (path: string) =>
    (await call('GET', `${path}/events?type=group.member_added`)).body.data
  const groupsOf = async (path: string, memberId: string) =>
    (await call('GET', `${path}/groups?member_id=${memberId}`)).body.data.map(
      ({ id }: { id: string }) => id
    )

  await t.test('puts people into groups by id or external id, once each', async (t) => {
    const org = await organization()
    const [design, paris] = [await newGroup(org.path, 'design'), await newGroup(org.path)]
    const { status, body } = await post(org.path, [
      { user_id: 'u_1', email: 'one@groups.test', groups: ['design', paris] },
      { user_id: 'u_2', email: 'two@groups.test', groups: [design, 'design'] },
      { user_id: 'u_3', email: 'three@groups.test' }
    ])
    t.equal(status, 201)
    const ids = body.data.map(({ member }: { member: { id: string } }) => member.id)
    t.same(await groupsOf(org.path, ids[0]), [design, paris])
    t.same(await groupsOf(org.path, ids[1]), [design])
    t.same(await groupsOf(org.path, ids[2]), [])
    const events = await added(org.path)
    t.equal(events.length, 3)
    t.match(events.at(-1), { subject: { type: 'group', id: design }, data: { member_id: ids[0] } })
  })

  await t.test('an id is taken for an id, though another group is called so', async (t) => {
    const org = await organization()
    const first = await newGroup(org.path)
    await newGroup(org.path, first)
    const { body } = await post(org.path, [
      { user_id: 'u_1', email: 'one@named.test', groups: [first] }
    ])
    t.same(await groupsOf(org.path, body.data[0].member.id), [first])
  })

  await t.test('refuses groups that are not this organization’s, naming them', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const foreign = await newGroup(other.path, 'theirs')
    await newGroup(org.path, 'ours')
    const { body } = await post(org.path, [
      { user_id: 'u_1', email: 'one@unknown.test', groups: ['ours', 'theirs', foreign] },
      { user_id: 'u_2', email: 'two@unknown.test', groups: ['ours'] }
    ])
    t.match(body.data, [
      { problem: { code: 'unknown_group', status: 422, groups: ['theirs', foreign] } },
      { status: 'created' }
    ])
    t.equal((await added(org.path)).length, 1)
  })

  await t.test('takes the permission to manage groups too', async (t) => {
    const owner = role('owner', ['member.import', 'team.view'], { min: 1 })
    const policy = await policyLike(app, 'standard', {
      roles: [owner, role('admin'), role('member')]
    })
    const org = await organization({ policy })
    const ours = await newGroup(org.path, 'ours')
    const people = [
      { user_id: 'u_1', email: 'one@rights.test', groups: ['ours'] },
      { user_id: 'u_2', email: 'two@rights.test' }
    ]
    const { body } = await post(org.path, people, { actor: org.as })
    t.match(body.data, [{ problem: { code: 'not_permitted' } }, { status: 'created' }])
    t.equal((await call('GET', `${org.path}/groups/${ours}`)).body.members_count, 0)
    t.match((await post(org.path, people)).body.summary, { created: 1, unchanged: 1 })
  })

  await t.test('of a seat offered before tells only of groups that are new to it', async (t) => {
    const org = await organization()
    const [old, fresh] = [await newGroup(org.path, 'old'), await newGroup(org.path, 'fresh')]
    const { invitation } = await invite(org.path, 'kim@groups.test')
    const { member_id: id } = invitation
    await call('PUT', `${org.path}/groups/${old}/members/${id}`)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const { body } = await post(org.path, [
      { user_id: 'u_kim', email: 'kim@groups.test', groups: ['old', 'fresh'] }
    ])
    t.equal(body.data[0].member.id, id)
    t.same(await groupsOf(org.path, id), [old, fresh])
    t.match(await added(org.path), [{ subject: { id: fresh } }, { subject: { id: old } }])
    t.equal((await added(org.path)).length, 2)
  })
})
