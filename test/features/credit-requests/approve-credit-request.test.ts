import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { isMember } from '../../../src/features/invitations/queries.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'
import { conservation } from '../../helpers/credits.js'
import { inTurn, interleave } from '../../helpers/locks.js'

await t.test('giving what is asked for', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, member } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team in which somebody has asked for 50. */
  async function asked(pool = 1_000) {
    const org = await teamInMode(app, 'on_demand', { pool })
    const [ana, admin] = [await member(org.path), await member(org.path, { role: 'admin' })]
    const { body } = await org.request({ amount: 50, reason: 'The handbook' }, ana.as)
    const id = body.id as string
    const approve = (fields: object = {}, actor?: string) =>
      org.decide(id, 'approve', fields, actor)
    const read = async () => (await org.get(`credit-requests/${id}`)).body
    return { org, ana, admin, request: id, approve, read }
  }

  await t.test('what was asked, at once, from the pool', async (t) => {
    const { org, ana, admin, request, approve, read } = await asked()
    clock.now = new Date(START.getTime() + DAY_MS)
    const { status, body } = await approve({ note: 'Go on' }, admin.as)
    const now = clock.now.toISOString()
    t.equal(status, 200)
    t.match(body, {
      status: 'approved',
      amount: 50,
      approved_amount: 50,
      note: 'Go on',
      decided_by: { type: 'member', id: admin.id },
      updated_at: now,
      decided_at: now
    })
    t.same(await read(), body)
    t.same([await org.unused(ana.id), await org.pool()], [50, 950])
    t.match((await org.get(`credit-transfers/${body.transfer_id}`)).body, {
      kind: 'allocate',
      amount: 50,
      member_id: ana.id,
      reason: 'credit_request',
      reference: request
    })
    t.match(await org.events('credit_request.approved'), [
      {
        subject: { type: 'credit_request', id: request },
        data: {
          member_id: ana.id,
          requested: 50,
          amount: 50,
          transfer_id: body.transfer_id,
          note: 'Go on'
        },
        changes: { status: ['pending', 'approved'] }
      }
    ])
    t.match(await org.events('credits.allocated'), [{ data: { transfer_id: body.transfer_id } }])
  })

  await t.test('or less, or more', async (t) => {
    for (const amount of [1, 49, 51, 1_000]) {
      const { org, ana, approve } = await asked()
      t.match((await approve({ amount })).body, { amount: 50, approved_amount: amount })
      t.equal(await org.unused(ana.id), amount)
    }
    const { approve } = await asked()
    for (const amount of [0, -1, 0.5, 2 ** 53]) t.equal((await approve({ amount })).status, 400)
  })

  await t.test('a pool that is short leaves it pending', async (t) => {
    const { org, ana, approve, read } = await asked(49)
    t.match(await approve(), {
      status: 422,
      body: { code: 'insufficient_credits', available: 49, needed: 50 }
    })
    t.match(await read(), { status: 'pending', decided_by: null })
    t.same([await org.unused(ana.id), await org.pool()], [0, 49])
    t.same(await org.events('credit_request.approved'), [])
    await org.topUp(1)
    t.equal((await approve()).status, 200)
    t.same([await org.unused(ana.id), await org.pool()], [50, 0])
  })

  await t.test('what has come back by time alone is there to give', async (t) => {
    const { org, ana, approve } = await asked(50)
    const expires_at = new Date(START.getTime() + DAY_MS).toISOString()
    t.equal((await org.hold(50, { expires_at })).status, 201)
    t.equal((await approve()).status, 422)
    clock.now = new Date(expires_at)
    t.equal((await approve()).status, 200)
    t.equal(await org.unused(ana.id), 50)
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('once: whoever decides after is told', async (t) => {
    const { org, ana, admin, request, approve } = await asked()
    await approve()
    const ended = {
      status: 409,
      body: { code: 'credit_request_ended', request_status: 'approved' }
    }
    t.match(await approve(), ended)
    t.match(await approve({}, admin.as), ended)
    t.match(await org.decide(request, 'deny'), ended)
    t.match(await org.decide(request, 'cancel', {}, ana.as), ended)
    t.equal(await org.unused(ana.id), 50)
  })

  await t.test('under an Idempotency-Key the first answer stays', async (t) => {
    const { org, ana, request } = await asked()
    const path = `${org.path}/credit-requests/${request}/approve`
    const headers = { 'idempotency-key': 'once' }
    const one = await call('POST', path, { body: {}, headers })
    const two = await call('POST', path, { body: {}, headers })
    t.same([two.status, two.body], [one.status, one.body])
    t.equal(two.headers.get('idempotent-replayed'), 'true')
    t.equal(await org.unused(ana.id), 50)
  })

  await t.test('approved and denied at once: one of them wins', async (t) => {
    for (const verbs of [
      ['approve', 'deny'],
      ['deny', 'approve'],
      ['approve', 'approve'],
      ['cancel', 'approve'],
      ['approve', 'cancel']
    ]) {
      const { org, ana, request, read } = await asked()
      const turns = verbs.map((verb) => () => org.decide(request, verb))
      const answers = await inTurn(deps.db, org.id, turns)
      t.match(answers, [{ status: 200 }, { status: 409, body: { code: 'credit_request_ended' } }])
      const given = verbs[0] === 'approve' ? 50 : 0
      t.equal((await read()).status, answers[0]?.body.status)
      t.equal(await org.unused(ana.id), given, verbs.join())
      const decided = ['approved', 'denied', 'canceled'].map((what) => `credit_request.${what}`)
      const told = await Promise.all(decided.map(org.events))
      t.equal(told.flat().length, 1)
    }
  })

  await t.test('two for the last credits at once: the second stays pending', async (t) => {
    const { org, ana, request, approve } = await asked(60)
    const { body: other } = await org.request({ amount: 50, member_id: ana.id })
    const answers = await inTurn(deps.db, org.id, [
      () => approve(),
      () => org.decide(other.id, 'approve')
    ])
    t.match(answers, [{ status: 200 }, { status: 422, body: { code: 'insufficient_credits' } }])
    t.equal((await org.get(`credit-requests/${other.id}`)).body.status, 'pending')
    t.equal((await org.get(`credit-requests/${request}`)).body.status, 'approved')
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('who has left, or is suspended, is given nothing', async (t) => {
    const { org, ana, approve, read } = await asked()
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    const frozen = (member_status: string) => ({
      status: 409,
      body: { code: 'credits_frozen', member_status }
    })
    t.match(await approve(), frozen('suspended'))
    await call('DELETE', `${org.path}/members/${ana.id}?confirm=true`)
    t.match(await approve(), frozen('removed'))
    t.equal((await read()).status, 'pending')
    t.equal(await org.pool(), 1_000)
    const race = await asked()
    const late = await interleave(deps.db, race.org.id, {
      request: () => race.approve(),
      meanwhile: (tx) =>
        tx.update(members).set({ status: 'suspended' }).where(isMember(race.org.id, race.ana.id))
    })
    t.match(late, frozen('suspended'))
  })

  await t.test('in the mode on_demand alone', async (t) => {
    const { org, approve, read } = await asked()
    await org.put('credit-settings', { mode: 'allocated' })
    t.match(await approve(), { status: 422, body: { code: 'credit_mode_not_offered' } })
    t.equal((await read()).status, 'pending')
    await org.put('credit-settings', { mode: 'on_demand' })
    t.equal((await approve()).status, 200)
  })

  await t.test('who may: whoever hands out credits, also to themselves', async (t) => {
    const { org, ana, admin, approve } = await asked()
    t.match(await approve({}, ana.as), { status: 403, body: { code: 'not_permitted' } })
    t.equal((await approve({}, admin.as)).status, 200)
    const { body: own } = await org.request({ amount: 5 }, admin.as)
    t.equal((await org.decide(own.id, 'approve', {}, admin.as)).status, 200)
    t.equal(await org.unused(admin.id), 5)
  })
})
