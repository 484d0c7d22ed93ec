import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { conservation, setMode, teamWithCredits } from '../../helpers/credits.js'
import { policyLike } from '../../helpers/policies.js'

const FROZEN = { status: 409, body: { code: 'credits_frozen' } }
const AFTER = new Date(START.getTime() + 7 * DAY_MS)

await t.test('what becomes of a member’s credits', async (t) => {
  const app = await createTestApp(t)
  const { accept, call, clock, deps, invite, unique } = app
  const policy = await policyLike(app, 'oupi', {
    reassignment: { enabled: true, on_timeout: 'restore' },
    invitations: { fields: { credits: 'optional' } },
    seats: { mode: 'none' },
    authority: { may_leave: ['*'] }
  })
  const ids: string[] = []

  /** Ana has 500 of 1,000 credits and has spent 200 of them; Bo has 100. */
  async function begin() {
    clock.now = START
    const org = await teamWithCredits(app, { pool: 1_000, policy })
    ids.push(org.id)
    const [ana, bo] = [await app.member(org.path), await app.member(org.path)]
    await org.allocate(ana.id, 500)
    await org.spend(200, { member_id: ana.id })
    await org.allocate(bo.id, 100)
    const act = (verb: string) => call('POST', `${org.path}/members/${ana.id}/${verb}`)
    const remove = () => call('DELETE', `${org.path}/members/${ana.id}?confirm=true`)
    const leave = () => call('POST', `${org.path}/leave?confirm=true`, { actor: ana.as })
    const account = async (id = ana.id) => (await org.get(`credit-accounts/${id}`)).body
    const sums = async () => (await org.get('credits')).body
    const reclaimed = async () => {
      const { body } = await call('GET', `${org.path}/events?type=credits.reclaimed`)
      return body.data.map(({ data }: { data: object }) => data)
    }
    return { ...org, ana, bo, act, remove, leave, account, sums, reclaimed }
  }

  await t.test('suspended, nobody gets at them; reactivated, they are as they were', async (t) => {
    const { ana, bo, act, account, sums, ...org } = await begin()
    const { body: hold } = await org.hold(50, { member_id: ana.id })
    const before = await account()
    t.equal((await act('suspend')).body.status, 'suspended')
    for (const answer of [
      await org.spend(1, { member_id: ana.id }),
      await org.hold(1, { member_id: ana.id }),
      await org.allocate(ana.id, 1),
      await org.reclaim(ana.id, 1),
      await org.move(ana.id, bo.id, 1),
      await org.move(bo.id, ana.id, 1)
    ]) {
      t.match(answer, { ...FROZEN, body: { member_id: ana.id, member_status: 'suspended' } })
    }
    const figures = ['allocated', 'used', 'unused', 'held', 'requests', 'last_used_at']
    const frozen = await account()
    for (const figure of figures) t.equal(frozen[figure], before[figure], figure)
    t.match(await sums(), { total: 1_000, allocated: 600, unallocated: 400 })
    t.equal((await act('reactivate')).body.status, 'active')
    t.same(await account(), before)
    t.equal((await org.spend(250, { member_id: ana.id })).status, 201)
    t.equal((await org.capture(hold.id)).status, 201)
  })

  await t.test('suspended in a team that shares its pool, nothing is spent either', async (t) => {
    const { id, ana, act, spend } = await begin()
    await setMode(deps.db, id, 'shared_pool')
    t.equal((await spend(1, { member_id: ana.id })).status, 201)
    await act('suspend')
    t.match(await spend(1, { member_id: ana.id }), FROZEN)
  })

  for (const how of ['removed', 'left'] as const) {
    await t.test(`${how}, the unused is the team’s again, and the spent stays spent`, async (t) => {
      const { ana, remove, leave, account, sums, reclaimed, ...org } = await begin()
      const { status } = how === 'removed' ? await remove() : await leave()
      t.equal(status, 200)
      t.match(await account(), { status: 'removed', used: 200, unused: 0, held: 0 })
      t.match(await sums(), {
        total: 1_000,
        unallocated: 700,
        allocated: 100,
        used_by_former: 200,
        spent: 200
      })
      const reason = `member_${how}`
      t.match(await reclaimed(), [{ member_id: ana.id, amount: 300, reason }])
      t.match(await org.spend(1, { member_id: ana.id }), FROZEN)
      t.match(await org.allocate(ana.id, 1), FROZEN)
      const { body } = await org.get(`credit-transfers?member_id=${ana.id}`)
      const kinds = body.data.map(({ kind }: { kind: string }) => kind)
      t.same(kinds, ['reclaim', 'spend', 'allocate'], 'its history is there')
    })
  }

  await t.test('removed with nothing, nothing is told', async (t) => {
    const { ana, remove, reclaimed, reclaim, get } = await begin()
    await reclaim(ana.id, 300)
    const before = (await get('credit-transfers')).body.data.length
    const told = await reclaimed()
    t.equal((await remove()).status, 200)
    t.equal((await get('credit-transfers')).body.data.length, before)
    t.same(await reclaimed(), told)
  })

  await t.test('removed while something is held, what comes of that is the team’s', async (t) => {
    const { ana, remove, account, sums, ...org } = await begin()
    const [one, two] = [
      (await org.hold(100, { member_id: ana.id })).body,
      (await org.hold(50, { member_id: ana.id })).body
    ]
    await remove()
    t.match(await account(), { unused: 0, held: 150 })
    t.match(await sums(), { unallocated: 550, held: 150, used_by_former: 350 })
    t.match(await org.capture(one.id, { amount: 70 }), { status: 201, body: { amount: 70 } })
    t.match(await account(), { used: 270, unused: 0, held: 50 })
    const released = await org.release(two.id)
    t.match(released, { status: 201, body: { to: { account: 'pool', member_id: null } } })
    t.match(await account(), { used: 270, unused: 0, held: 0 })
    t.match(await sums(), { total: 1_000, unallocated: 630, held: 0, used_by_former: 270 })
  })

  await t.test(
    'given to somebody else, they stay on the seat; nobody spends meanwhile',
    async (t) => {
      const { path, ana, account, sums, ...org } = await begin()
      const before = await sums()
      const heir = { id: unique('u'), email: `${unique('heir')}@acme.test` }
      const { body } = await call('POST', `${path}/members/${ana.id}/reassign`, {
        body: { email: heir.email, send_email: false }
      })
      t.match(body, { member: { status: 'reassignment_pending' }, invitation: { credits: null } })
      t.match(await org.spend(1, { member_id: ana.id }), FROZEN)
      t.match(await org.reclaim(ana.id, 1), FROZEN)
      t.match(await account(), { allocated: 500, used: 200, unused: 300 })
      t.same(await sums(), before)
      t.equal((await accept(String(body.link).split('/').at(-1) ?? '', heir)).status, 200)
      t.match(await account(), { status: 'active', email: heir.email, used: 200, unused: 300 })
      t.equal((await org.spend(300, { member_id: ana.id })).status, 201)
    }
  )

  await t.test('and where nobody took it over, they are their holder’s again', async (t) => {
    const { path, ana, account, reclaimed, ...org } = await begin()
    await call('POST', `${path}/members/${ana.id}/reassign`, {
      body: { email: `${unique('heir')}@acme.test`, send_email: false }
    })
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    t.equal((await org.spend(1, { member_id: ana.id })).status, 201, 'before anybody writes it')
    await expireInvitations.run(deps)
    t.match(await account(), { status: 'active', unused: 299 })
    t.same(await reclaimed(), [])
  })

  await t.test('of an offer that ran out, the sweep gives them back, and once', async (t) => {
    const { path, sums, reclaimed } = await begin()
    const { invitation } = await invite(path, `${unique('new')}@acme.test`, { credits: 300 })
    clock.now = AFTER
    await expireInvitations.run(deps)
    const told = [{ member_id: invitation.member_id, amount: 300, reason: 'invitation_expired' }]
    t.match(await reclaimed(), told)
    await expireInvitations.run(deps)
    t.match(await sums(), { unallocated: 400, reserved: 0 })
    const ended = await call('DELETE', `${path}/members/${invitation.member_id}?confirm=true`)
    t.equal(ended.body.code, 'invitation_not_cancelable')
    t.equal((await reclaimed()).length, 1)
  })

  await t.test('of an invited member that is given more before it accepts, too', async (t) => {
    const { path, sums, ...org } = await begin()
    const { invitation } = await invite(path, `${unique('new')}@acme.test`, { credits: 300 })
    t.equal((await org.allocate(invitation.member_id, 100)).status, 201)
    t.match(await sums(), { reserved: 400, unallocated: 0 })
    t.equal((await call('DELETE', `${path}/invitations/${invitation.id}`)).status, 200)
    t.match(await sums(), { reserved: 0, unallocated: 400 })
  })

  await t.test('no credit was lost or made by any of it', async (t) => {
    t.ok(ids.length > 0)
    for (const id of ids) t.same(await conservation(deps.db, id), [])
  })
})
