import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { isMember } from '../../../src/features/invitations/queries.js'
import { createTestApp, START } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'
import { inTurn, interleave } from '../../helpers/locks.js'

const NO_SUCH = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

await t.test('asking for credits', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, member, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })

  async function team() {
    const org = await teamInMode(app, 'on_demand', { pool: 1_000 })
    return { ...org, ana: await member(org.path), bo: await member(org.path) }
  }

  await t.test('a member for itself: nothing moves before somebody decides', async (t) => {
    const { id, request, ana, get, unused, pool, events } = await team()
    const asked = { amount: 50, reason: 'The handbook', metadata: { project: 'handbook' } }
    const { status, body } = await request(asked, ana.as)
    t.equal(status, 201)
    t.match(body.id, /^crq_/)
    t.same(body, {
      id: body.id,
      organization_id: id,
      member_id: ana.id,
      ...asked,
      status: 'pending',
      approved_amount: null,
      transfer_id: null,
      note: null,
      decided_by: null,
      created_at: START.toISOString(),
      updated_at: START.toISOString(),
      decided_at: null
    })
    t.same((await get(`credit-requests/${body.id}`)).body, body)
    t.same([await unused(ana.id), await pool()], [0, 1_000])
    t.match(await events('credit_request.created'), [
      {
        subject: { type: 'credit_request', id: body.id },
        actor: { type: 'member', id: ana.id },
        data: { member_id: ana.id, amount: 50, reason: 'The handbook' }
      }
    ])
  })

  await t.test('or the host for it, whom it has to name', async (t) => {
    const { request, ana } = await team()
    t.match(await request({ amount: 5, member_id: ana.id }), {
      status: 201,
      body: { member_id: ana.id, reason: null, metadata: {} }
    })
    t.match(await request({ amount: 5 }), {
      status: 400,
      body: { errors: [{ pointer: '#/member_id' }] }
    })
    t.match(await request({ amount: 5, member_id: NO_SUCH }), {
      status: 422,
      body: { code: 'unknown_member', member_id: NO_SUCH }
    })
  })

  await t.test('a member asks for nobody else, an administrator neither', async (t) => {
    const { path, request, ana, bo, events } = await team()
    const admin = await member(path, { role: 'admin' })
    for (const { as } of [bo, admin]) {
      t.match(await request({ amount: 5, member_id: ana.id }, as), {
        status: 403,
        body: { code: 'not_permitted' }
      })
    }
    t.equal((await request({ amount: 5, member_id: ana.id }, ana.as)).status, 201)
    t.equal((await events('credit_request.created')).length, 1)
  })

  await t.test('only whoever is active', async (t) => {
    const { path, request, ana, bo } = await team()
    const { invitation } = await app.invite(path, `${app.unique('in')}@acme.test`)
    await call('POST', `${path}/members/${ana.id}/suspend`)
    await call('DELETE', `${path}/members/${bo.id}?confirm=true`)
    const stories = [
      [ana.id, 'suspended'],
      [bo.id, 'removed'],
      [invitation.member_id, 'invited']
    ]
    for (const [member_id, member_status] of stories) {
      t.match(await request({ amount: 5, member_id }), {
        status: 409,
        body: { code: 'credits_frozen', member_status }
      })
    }
  })

  await t.test('not whoever was suspended while the request waited', async (t) => {
    const { id, request, ana, events } = await team()
    const refused = await interleave(deps.db, id, {
      request: () => request({ amount: 5, member_id: ana.id }),
      meanwhile: (tx) => tx.update(members).set({ status: 'suspended' }).where(isMember(id, ana.id))
    })
    t.match(refused, { status: 409, body: { code: 'credits_frozen' } })
    t.same(await events('credit_request.created'), [])
  })

  await t.test('twenty that wait at most, even at once; others have their own', async (t) => {
    const { id, request, decide, ana, bo } = await team()
    const ask = () => request({ amount: 1 }, ana.as)
    for (let count = 0; count < 19; count += 1) t.equal((await ask()).status, 201)
    const [last, over] = await inTurn(deps.db, id, [ask, ask])
    t.equal(last?.status, 201)
    t.match(over, { status: 409, body: { code: 'too_many_credit_requests', max: 20 } })
    t.equal((await request({ amount: 1 }, bo.as)).status, 201)
    await decide(last?.body.id, 'deny')
    t.equal((await ask()).status, 201, 'one that is decided no longer waits')
  })

  await t.test('in the mode on_demand alone', async (t) => {
    for (const mode of ['allocated', 'shared_pool', 'monthly_quota']) {
      const { path, request } = await teamInMode(app, mode)
      const { id } = await member(path)
      t.match(await request({ amount: 5, member_id: id }), {
        status: 422,
        body: { code: 'credit_mode_not_offered', mode }
      })
    }
    const { path } = await organization({ policy: 'standard' })
    const body = { amount: 5, member_id: (await member(path)).id }
    const refused = await call('POST', `${path}/credit-requests`, { body })
    t.match(refused, { status: 422, body: { code: 'credits_not_offered' } })
  })

  await t.test('whole amounts, and words that are words', async (t) => {
    const { request, ana } = await team()
    for (const amount of [0, -1, 0.5, 2 ** 53, '5', null]) {
      t.equal((await request({ amount }, ana.as)).status, 400, String(amount))
    }
    t.equal((await request({ amount: Number.MAX_SAFE_INTEGER }, ana.as)).status, 201)
    for (const reason of ['', 'x'.repeat(501), 'a\u0000b', 'a\u001bb']) {
      t.equal((await request({ amount: 1, reason }, ana.as)).status, 400)
    }
    t.equal((await request({ amount: 1, status: 'approved' }, ana.as)).status, 400)
    t.match((await request({ amount: 1, reason: 'For\nme' }, ana.as)).body, { reason: 'For\nme' })
  })
})
