import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'

await t.test('turning a request for credits down', async (t) => {
  const app = await createTestApp(t)
  const { call, member } = app

  async function asked() {
    const org = await teamInMode(app, 'on_demand', { pool: 100 })
    const [ana, admin] = [await member(org.path), await member(org.path, { role: 'admin' })]
    const { body } = await org.request({ amount: 50 }, ana.as)
    const deny = (fields: object = {}, actor?: string) => org.decide(body.id, 'deny', fields, actor)
    return { org, ana, admin, request: body.id as string, deny }
  }

  await t.test('with a note, and nothing moves', async (t) => {
    const { org, ana, admin, request, deny } = await asked()
    const { status, body } = await deny({ note: 'Next month' }, admin.as)
    t.equal(status, 200)
    t.match(body, {
      status: 'denied',
      note: 'Next month',
      approved_amount: null,
      transfer_id: null,
      decided_by: { type: 'member', id: admin.id }
    })
    t.same((await org.get(`credit-requests/${request}`)).body, body)
    t.same([await org.unused(ana.id), await org.pool()], [0, 100])
    t.match(await org.events('credit_request.denied'), [
      {
        data: { member_id: ana.id, requested: 50, note: 'Next month' },
        changes: { status: ['pending', 'denied'] }
      }
    ])
  })

  await t.test('once', async (t) => {
    const { org, request, deny } = await asked()
    await deny()
    const ended = { status: 409, body: { code: 'credit_request_ended', request_status: 'denied' } }
    t.match(await deny(), ended)
    t.match(await org.decide(request, 'approve'), ended)
    t.equal((await org.events('credit_request.denied')).length, 1)
  })

  await t.test('also of whoever has left, and in a mode without requests', async (t) => {
    const { org, ana, deny } = await asked()
    await call('DELETE', `${org.path}/members/${ana.id}?confirm=true`)
    await org.put('credit-settings', { mode: 'allocated' })
    t.match(await deny(), { status: 200, body: { status: 'denied' } })
  })

  await t.test('by whoever hands out credits', async (t) => {
    const { ana, deny } = await asked()
    t.match(await deny({}, ana.as), { status: 403, body: { code: 'not_permitted' } })
    t.equal((await deny({ note: '' })).status, 400)
    t.equal((await deny({ amount: 5 })).status, 400)
  })
})
