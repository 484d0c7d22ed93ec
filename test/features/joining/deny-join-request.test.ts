import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { joiningOf, personAt, withDomain, withRequest } from '../../helpers/joining.js'
import { policyLike } from '../../helpers/policies.js'

const REQUESTS = { domain_claims: { enabled: true, join: 'request' } }

await t.test('POST {o}/join-requests/{id}/deny', async (t) => {
  const app = await createTestApp(t)
  const { call, clock } = app
  const { join } = joiningOf(app)
  const policy = await policyLike(app, 'openphone', REQUESTS)
  t.beforeEach(() => {
    clock.now = START
  })

  const open = () => withDomain(app, { policy })
  const asked = (fields = {}) => withRequest(app, { policy, ...fields })
  const eventsOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}`)).body.data
  const membersOf = async (path: string) => (await call('GET', `${path}/members`)).body.data

  await t.test('who was denied may ask again after 30 days', async (t) => {
    const { path, ana, domain, act } = await asked()
    await act('deny')
    const [event] = await eventsOf(path, 'join_request.denied')
    t.match(event, { data: { user_id: ana.id }, changes: { status: ['pending', 'denied'] } })
    clock.now = new Date(START.getTime() + 30 * DAY_MS - 1)
    for (const user of [ana, { ...personAt(app, domain), email: ana.email }]) {
      const { status, body } = await join(path, user)
      t.match([status, body.code], [403, 'join_denied'])
      t.equal(body.ask_again_at, new Date(START.getTime() + 30 * DAY_MS).toISOString())
    }
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    t.equal((await join(path, ana)).status, 202)
  })

  await t.test('takes no member, and is told by whom', async (t) => {
    const { path, as, request, act, at } = await asked()
    const { status, body } = await act('deny', { actor: as })
    t.equal(status, 200)
    t.match(body, {
      id: request.id,
      status: 'denied',
      member_id: null,
      decided_by: { type: 'member', name: 'Olga' },
      decided_at: START.toISOString()
    })
    t.same((await call('GET', at)).body, body)
    t.equal((await membersOf(path)).length, 1)
  })

  await t.test('another organization’s request does not exist', async (t) => {
    const [one, other] = [await asked(), await open()]
    const { status, body } = await call(
      'POST',
      `${other.path}/join-requests/${String(one.request.id)}/deny`
    )
    t.match([status, body.code], [404, 'not_found'])
    t.equal((await call('GET', one.at)).body.status, 'pending')
  })
})
