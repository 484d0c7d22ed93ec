import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { joiningOf, personAt, withDomain, withRequest } from '../../helpers/joining.js'
import { policyLike } from '../../helpers/policies.js'

const REQUESTS = { domain_claims: { enabled: true, join: 'request' } }

await t.test('join requests', async (t) => {
  const app = await createTestApp(t)
  const { call, invite, clock } = app
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

  await t.test('asking makes a request, and no member', async (t) => {
    const { path, ana, domain, request, at } = await asked()
    t.match(request, {
      id: /^jrq_/,
      status: 'pending',
      domain,
      user_id: ana.id,
      email: ana.email,
      name: ana.name,
      member_id: null,
      decided_by: null,
      created_at: START.toISOString(),
      decided_at: null
    })
    t.equal((await membersOf(path)).length, 1)
    t.same((await call('GET', at)).body, request)
    const [event] = await eventsOf(path, 'join_request.created')
    t.match(event, {
      actor: { type: 'user', id: ana.id },
      subject: { type: 'join_request', id: request.id },
      data: { user_id: ana.id, email: ana.email, domain }
    })
  })

  await t.test('asking again finds the same request', async (t) => {
    const { path, ana, request } = await asked()
    clock.now = new Date(START.getTime() + DAY_MS)
    const again = await join(path, ana)
    t.equal(again.status, 202)
    t.same(again.body, { status: 'requested', member: null, join_request: request })
    t.equal((await eventsOf(path, 'join_request.created')).length, 1)
  })

  await t.test('another account of the same address is told that one is open', async (t) => {
    const { path, ana, domain, request } = await asked()
    const { status, body } = await join(path, { ...personAt(app, domain), email: ana.email })
    t.match([status, body.code, body.join_request_id], [409, 'join_request_pending', request.id])
  })

  await t.test('an invitation needs nobody’s further word', async (t) => {
    const { path, domain } = await open()
    const bo = personAt(app, domain)
    await invite(path, bo.email, { role: 'admin', resources: { choice: 'new' } })
    const { status, body } = await join(path, bo)
    t.match([status, body.status, body.member.role], [201, 'joined', 'admin'])
  })

  await t.test('lists newest first, by status', async (t) => {
    const { path, domain, request, act } = await asked()
    const bo = await join(path, personAt(app, domain))
    const list = async (query = '') =>
      (await call('GET', `${path}/join-requests${query}`)).body.data.map(
        ({ id }: { id: string }) => id
      )
    t.same(await list(), [bo.body.join_request.id, request.id])
    await act('deny')
    t.same(await list('?status=pending'), [bo.body.join_request.id])
    t.same(await list('?status=denied'), [request.id])
    t.same(await list('?status=approved'), [])
    const page = await call('GET', `${path}/join-requests?limit=1`)
    t.equal(page.body.has_more, true)
    const cursor = String(page.body.next_cursor)
    t.same(await list(`?limit=1&cursor=${cursor}`), [request.id])
  })
})
