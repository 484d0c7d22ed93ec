import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'

await t.test('taking a request for credits back', async (t) => {
  const app = await createTestApp(t)
  const { member } = app

  async function asked() {
    const org = await teamInMode(app, 'on_demand', { pool: 100 })
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const admin = await member(org.path, { role: 'admin' })
    const { body } = await org.request({ amount: 50 }, ana.as)
    const cancel = (actor?: string) => org.decide(body.id, 'cancel', {}, actor)
    return { org, ana, bo, admin, request: body.id as string, cancel }
  }

  await t.test('its own member does', async (t) => {
    const { org, ana, request, cancel } = await asked()
    const { status, body } = await cancel(ana.as)
    t.equal(status, 200)
    t.match(body, { status: 'canceled', decided_by: { type: 'member', id: ana.id } })
    t.same((await org.get(`credit-requests/${request}`)).body, body)
    t.match(await org.events('credit_request.canceled'), [
      { data: { member_id: ana.id, requested: 50 }, changes: { status: ['pending', 'canceled'] } }
    ])
    const ended = { status: 409, body: { request_status: 'canceled' } }
    t.match(await cancel(ana.as), ended)
    t.match(await org.decide(request, 'approve'), ended)
  })

  await t.test('or the host, in whatever mode', async (t) => {
    const { org, cancel } = await asked()
    await org.put('credit-settings', { mode: 'allocated' })
    t.match(await cancel(), { status: 200, body: { decided_by: { type: 'api_key' } } })
  })

  await t.test('nobody else: an administrator denies it, others do not know of it', async (t) => {
    const { bo, admin, cancel, org, request } = await asked()
    t.match(await cancel(admin.as), { status: 403, body: { code: 'not_permitted' } })
    t.match(await cancel(bo.as), { status: 404, body: { code: 'not_found' } })
    t.equal((await org.get(`credit-requests/${request}`)).body.status, 'pending')
  })
})
