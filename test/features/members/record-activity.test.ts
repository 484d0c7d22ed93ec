import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'

await t.test('POST {o}/members/{member_id}/activity', async (t) => {
  const { call, organization, invite, member, clock } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const tell = (path: string, id: string, actor?: string) =>
    call('POST', `${path}/members/${id}/activity`, actor === undefined ? {} : { actor })
  const after = (seconds: number) => new Date(START.getTime() + seconds * 1_000)

  await t.test('AMP-02: notes when somebody was last active, without an event', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { body: before } = await call('GET', `${org.path}/members/${ana.id}`)
    t.equal(before.last_active_at, null)
    const { body: events } = await call('GET', `${org.path}/events?include_total=true`)
    clock.now = after(5)
    const { status, body } = await tell(org.path, ana.id, ana.as)
    t.equal(status, 200)
    t.same(body, { ...before, last_active_at: after(5).toISOString() })
    t.same((await call('GET', `${org.path}/members/${ana.id}`)).body, body)
    const { body: still } = await call('GET', `${org.path}/events?include_total=true`)
    t.equal(still.total, events.total)
  })

  await t.test('writes at most once a minute', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const noted = async (seconds: number) => {
      clock.now = after(seconds)
      return (await tell(org.path, ana.id)).body.last_active_at
    }
    t.equal(await noted(0), START.toISOString())
    t.equal(await noted(59.999), START.toISOString())
    t.equal(await noted(60), after(60).toISOString())
    t.equal(await noted(119), after(60).toISOString())
  })

  await t.test('is told by the member itself or by the host, by nobody else', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { status, body } = await tell(org.path, ana.id, org.as)
    t.match([status, body.code], [403, 'not_permitted'])
    t.equal((await call('GET', `${org.path}/members/${ana.id}`)).body.last_active_at, null)
    t.equal((await tell(org.path, ana.id)).status, 200)
  })

  await t.test('is of active members only, and of this organization', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const { invitation } = await invite(org.path, 'open@activity.test')
    const ana = await member(org.path)
    t.equal((await tell(other.path, ana.id)).status, 404)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    for (const [id, state] of [
      [invitation.member_id, 'invited'],
      [ana.id, 'suspended']
    ]) {
      const { status, body } = await tell(org.path, id)
      t.match([status, body.code, body.member_status], [409, 'member_not_active', state])
    }
    t.equal((await call('GET', `${org.path}/members/${ana.id}`)).body.last_active_at, null)
  })

  await t.test('takes no time from the caller', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const path = `${org.path}/members/${ana.id}/activity`
    t.equal((await call('POST', path, { body: { at: START.toISOString() } })).status, 400)
    t.equal((await call('POST', path, { body: {} })).status, 200)
  })
})
