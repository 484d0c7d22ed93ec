import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { plainMember } from '../../helpers/members.js'

await t.test('POST {o}/members/{member_id}/suspend', async (t) => {
  const { call, organization, invite, member, clock } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const suspend = (path: string, id: string, actor?: string) =>
    call('POST', `${path}/members/${id}/suspend`, actor === undefined ? {} : { actor })
  const read = async (path: string, id: string) => (await call('GET', `${path}/members/${id}`)).body
  const total = async (path: string) =>
    (await call('GET', `${path}/events?include_total=true`)).body.total

  await t.test('OUPI-77 OUPI-78: takes access away at once, and nothing else', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const ana = await member(org.path, { role: 'admin', name: 'Ana', metadata: { a: 'b' } })
    const before = await read(org.path, ana.id)
    const seats = async () => (await call('GET', `${org.path}/summary`)).body.seats
    const used = await seats()
    clock.now = new Date(START.getTime() + 1_000)
    const { status, body } = await suspend(org.path, ana.id, org.as)
    t.equal(status, 200)
    const after = {
      ...before,
      status: 'suspended',
      status_label: 'Suspended',
      updated_at: clock.now.toISOString()
    }
    t.same(body, plainMember(after))
    t.same(await read(org.path, ana.id), after)
    t.same(await seats(), used, 'the seat too')
    const locked = await call('GET', `${org.path}/members`, { actor: ana.as })
    t.match([locked.status, locked.body.code], [403, 'actor_suspended'])
    const { body: events } = await call('GET', `${org.path}/events?limit=1`)
    t.match(events.data[0], { type: 'member.suspended', subject: { id: ana.id } })
    t.same(events.data[0].changes, { status: ['active', 'suspended'] })
    t.same(events.data[0].data, {
      user_id: ana.userId,
      email: ana.email,
      role: 'admin',
      sessions: 'revoke'
    })
  })

  await t.test('answers the same for one that is suspended, and leaves no event', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const first = await suspend(org.path, ana.id)
    const before = await total(org.path)
    clock.now = new Date(START.getTime() + DAY_MS)
    const second = await suspend(org.path, ana.id)
    t.same([second.status, second.body], [200, first.body])
    t.equal(await total(org.path), before)
  })

  await t.test('takes an active member: whoever is invited or gone is not', async (t) => {
    const org = await organization()
    const { invitation: lapsed } = await invite(org.path, 'late@suspend.test')
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const { invitation: open } = await invite(org.path, 'open@suspend.test')
    const gone = await member(org.path)
    await call('DELETE', `${org.path}/members/${gone.id}`)
    const cases = [
      [open.member_id, 'invited'],
      [lapsed.member_id, 'invitation_expired'],
      [gone.id, 'removed']
    ]
    for (const [id, state] of cases) {
      const { status, body } = await suspend(org.path, id)
      t.match([status, body.code, body.member_status], [409, 'member_not_active', state])
      t.equal((await read(org.path, id)).status, state)
    }
  })

  await t.test(
    'is decided by the policy: rules, oneself, last holders, whether at all',
    async (t) => {
      const org = await organization()
      const admin = await member(org.path, { role: 'admin' })
      const plain = await member(org.path)
      const { body: list } = await call('GET', `${org.path}/members?role=owner`)
      const [owner] = list.data
      const cases = [
        [plain.as, admin.id, 403, 'not_permitted'],
        [admin.as, owner.id, 403, 'role_not_manageable'],
        [admin.as, admin.id, 403, 'self_action'],
        [undefined, owner.id, 409, 'last_holder']
      ] as const
      for (const [actor, id, status, code] of cases) {
        const answer = await suspend(org.path, id, actor)
        t.match([answer.status, answer.body.code], [status, code])
      }
      const other = await organization({ policy: 'ampliphi' })
      const ana = await member(other.path)
      const answer = await suspend(other.path, ana.id)
      t.match([answer.status, answer.body.code], [422, 'not_offered'])
      t.equal((await suspend(other.path, plain.id)).status, 404, 'a member of another')
    }
  )

  await t.test('takes no body, or an empty one', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const path = `${org.path}/members/${ana.id}/suspend`
    const { status, body } = await call('POST', path, { body: { reason: 'none' } })
    t.match([status, body.code], [400, 'invalid_request'])
    t.equal((await read(org.path, ana.id)).status, 'active')
    t.equal((await call('POST', path, { body: {} })).status, 200)
  })
})
