import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'

const after = (seconds: number) => new Date(START.getTime() + seconds * 1_000)

await t.test('POST {o}/members/{member_id}/activity', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const tell = (path: string, id: string, body?: unknown, actor?: string) =>
    call('POST', `${path}/members/${id}/activity`, {
      ...(body === undefined ? {} : { body }),
      ...(actor === undefined ? {} : { actor })
    })
  const noted = async (path: string, id: string) => {
    const { last_active_at, last_sign_in_at } = (await call('GET', `${path}/members/${id}`)).body
    return [last_active_at, last_sign_in_at]
  }

  await t.test('AMP-02: notes when somebody was last active, without an event', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    t.same(await noted(org.path, ana.id), [null, null])
    const { body: events } = await call('GET', `${org.path}/events?include_total=true`)
    clock.now = after(5)
    const { status, body } = await tell(org.path, ana.id, undefined, ana.as)
    t.equal(status, 200)
    t.match(body, { id: ana.id, last_active_at: after(5).toISOString(), last_sign_in_at: null })
    t.same(await noted(org.path, ana.id), [after(5).toISOString(), null])
    const { body: still } = await call('GET', `${org.path}/events?include_total=true`)
    t.equal(still.total, events.total)
  })

  await t.test('writes at most once a minute', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const last = async (seconds: number) => {
      clock.now = after(seconds)
      return (await tell(org.path, ana.id)).body.last_active_at
    }
    t.equal(await last(0), START.toISOString())
    t.equal(await last(59.999), START.toISOString())
    t.equal(await last(60), after(60).toISOString())
    t.equal(await last(119), after(60).toISOString())
  })

  await t.test('a sign-in is an activity, throttled by itself', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = after(300)
    await tell(org.path, ana.id, { at: after(100).toISOString() })
    await tell(org.path, ana.id, { type: 'sign_in', at: after(130).toISOString() })
    t.same(
      await noted(org.path, ana.id),
      [after(100), after(130)].map((at) => at.toISOString()),
      'hardly newer as an activity'
    )
    await tell(org.path, ana.id, { type: 'sign_in', at: after(189).toISOString() })
    t.same(
      await noted(org.path, ana.id),
      [after(189), after(130)].map((at) => at.toISOString())
    )
    await tell(org.path, ana.id, { type: 'sign_in' })
    const now = after(300).toISOString()
    t.same(await noted(org.path, ana.id), [now, now])
  })

  await t.test('what is older never takes the place of what is newer', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = after(1_000)
    await tell(org.path, ana.id, { type: 'sign_in', at: after(900).toISOString() })
    const late = await tell(org.path, ana.id, { type: 'sign_in', at: after(10).toISOString() })
    t.equal(late.status, 200)
    const at = after(900).toISOString()
    t.match(late.body, { last_active_at: at, last_sign_in_at: at })
  })

  await t.test('what was before the joining says nothing of the member', async (t) => {
    clock.now = after(600)
    const org = await organization()
    const ana = await member(org.path)
    const { status } = await tell(org.path, ana.id, { at: after(599).toISOString() })
    t.equal(status, 200)
    t.same(await noted(org.path, ana.id), [null, null])
  })

  await t.test('the future is refused, but for clocks that differ', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { status, body } = await tell(org.path, ana.id, { at: after(60.001).toISOString() })
    t.match([status, body.code, body.now], [422, 'activity_in_future', START.toISOString()])
    t.equal((await tell(org.path, ana.id, { at: after(60).toISOString() })).status, 200)
    t.same(await noted(org.path, ana.id), [START.toISOString(), null], 'taken as now')
  })

  await t.test('is told by the member itself or by the host, by nobody else', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { status, body } = await tell(org.path, ana.id, undefined, org.as)
    t.match([status, body.code], [403, 'not_permitted'])
    const stranger = await tell(org.path, `mem_${'0'.repeat(26)}`, undefined, org.as)
    t.equal(stranger.body.code, 'not_permitted', 'whoever asks learns nothing of who is there')
    t.same(await noted(org.path, ana.id), [null, null])
    t.equal((await tell(org.path, ana.id)).status, 200)
  })

  await t.test('is of active members only, and of this organization', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const { invitation } = await invite(org.path, 'open@activity.test')
    const [ana, bo] = [await member(org.path), await member(org.path)]
    t.equal((await tell(other.path, ana.id)).status, 404)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    await call('DELETE', `${org.path}/members/${bo.id}`)
    for (const [id, state] of [
      [invitation.member_id, 'invited'],
      [ana.id, 'suspended'],
      [bo.id, 'removed']
    ]) {
      const { status, body } = await tell(org.path, id)
      t.match([status, body.code, body.member_status], [409, 'member_not_active', state])
    }
    t.same(await noted(org.path, ana.id), [null, null])
  })

  await t.test('notes the use of what the member has itself', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('PATCH', `${org.path}/members/${ana.id}`, {
      body: { resources: { choice: 'existing', ids: ['ws_1'] } }
    })
    clock.now = after(60)
    const { status } = await tell(org.path, ana.id, { resource: 'ws_1' })
    t.equal(status, 200)
    const { rows } = await app.deps.db.execute<{ at: Date }>(
      'select last_used_at as at from resource_grants'
    )
    t.same(
      rows.map(({ at }) => new Date(at)),
      [after(60)]
    )
    const unknown = await tell(org.path, ana.id, { resource: 'ws_2' })
    t.match([unknown.status, unknown.body.code], [422, 'unknown_resource'])
  })

  await t.test('takes nothing else', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const bad = [
      { type: 'login' },
      { at: '2030-01-01' },
      { at: '2016-12-31T23:59:60Z' },
      { at: null },
      { resource: '' },
      { user_id: ana.userId },
      [],
      'now'
    ]
    for (const body of bad) {
      t.equal((await tell(org.path, ana.id, body)).status, 400, JSON.stringify(body))
    }
    t.equal((await tell(org.path, ana.id, {})).status, 200)
    t.same(await noted(org.path, ana.id), [START.toISOString(), null])
  })

  await t.test('of a canceled organization the host still tells', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('POST', `${org.path}/cancel`)
    const { status, body } = await tell(org.path, ana.id, undefined, ana.as)
    t.match([status, body.code], [403, 'organization_canceled'])
    t.equal((await tell(org.path, ana.id)).body.last_active_at, START.toISOString())
  })
})
