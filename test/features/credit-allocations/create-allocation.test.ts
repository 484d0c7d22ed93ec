import t from 'tap'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { type Body, conservation, teamWithCredits } from '../../helpers/credits.js'
import { dumpRows } from '../../helpers/dump.js'
import { policyLike } from '../../helpers/policies.js'

const NOBODY = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

await t.test('POST {o}/credit-allocations', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** The creator among the members, who come in the order of their ids. */
  async function team(count: number, pool: number, fields: { policy?: string } = {}) {
    const org = await teamWithCredits(app, { members: count - 1, pool, ...fields })
    const { body: list } = await call('GET', `${org.path}/members?limit=100`)
    const members = (list.data as { id: string }[]).map(({ id }) => id).sort()
    const give = (body: Body, options: CallOptions & { query?: string } = {}) =>
      call('POST', `${org.path}/credit-allocations${options.query ?? ''}`, { ...options, body })
    const has = async (id: string) => (await org.get(`credit-accounts/${id}`)).body.unused as number
    const balances = () => Promise.all(members.map(has))
    const unallocated = async () => (await org.get('credits')).body.unallocated as number
    const events = async (type: string) =>
      (await call('GET', `${org.path}/events?type=${type}`)).body.data
    const group = async (...people: (string | undefined)[]) => {
      const { body } = await call('POST', `${org.path}/groups`, { body: { name: unique('group') } })
      for (const id of people) {
        await call('PUT', `${org.path}/groups/${String(body.id)}/members/${String(id)}`)
      }
      return String(body.id)
    }
    return { ...org, members, give, has, balances, unallocated, events, group }
  }
  const told = (data: { status: string; problem?: { code: string } }[]) =>
    data.map(({ status, problem }) => problem?.code ?? status)

  await t.test('gives all there is to everybody in equal shares, whole ones', async (t) => {
    const org = await team(3, 100)
    const { status, body } = await org.give({
      strategy: 'equal',
      reference: 'november',
      reason: 'Monthly',
      metadata: { by: 'plan' }
    })
    t.equal(status, 200)
    t.match(body, { strategy: 'equal', dry_run: false, total: 99, remainder: 1, unallocated: 1 })
    t.same(
      body.data.map((share: Body) => [share['member_id'], share['status'], share['amount']]),
      org.members.map((id) => [id, 'created', 33])
    )
    t.same([await org.balances(), await org.unallocated()], [[33, 33, 33], 1])
    const [{ transfer_id: id, member_id }] = body.data
    t.match((await org.get(`credit-transfers/${String(id)}`)).body, {
      kind: 'allocate',
      amount: 33,
      member_id,
      from: { account: 'pool', member_id: null },
      to: { account: 'member', member_id },
      reference: 'november',
      reason: 'Monthly',
      metadata: { by: 'plan' }
    })
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('leaves one event for all of it, and tells that the pool runs low', async (t) => {
    const org = await team(3, 100)
    await org.give({ strategy: 'equal', total: 99, reference: 'november' })
    const distributed = await org.events('credits.distributed')
    t.equal(distributed.length, 1)
    t.match(distributed[0], {
      subject: { type: 'organization', id: org.id },
      data: { strategy: 'equal', total: 99, members: 3, reference: 'november' }
    })
    t.same(await org.events('credits.allocated'), [])
    const low = await org.events('credits.low')
    t.equal(low.length, 1)
    t.match(low[0].data, { balance: 1, percent: 20 })
  })

  await t.test(
    'gives to holders of a role, to a group, to both, or to whom it names',
    async (t) => {
      const org = await team(4, 100)
      const [, one = '', two = '', three = ''] = org.members
      await call('PATCH', `${org.path}/members/${one}`, { body: { role: 'admin' } })
      const groupId = await org.group(one, two)
      const to = async (to: Body, dryRun = '?dry_run=true') => {
        const { body } = await org.give({ strategy: 'equal', total: 12, to }, { query: dryRun })
        return body.data.map((share: Body) => [share['member_id'], share['amount']])
      }
      const ofRole = new Map<string, number>(await to({ role: 'member' }))
      t.same([ofRole.has(one), ofRole.get(two)], [false, 6])
      t.same(
        await to({ group_id: groupId }),
        [one, two].map((id) => [id, 6])
      )
      t.same(await to({ group_id: groupId, role: 'admin' }), [[one, 12]])
      t.same(
        await to({ member_ids: [three, one, two] }, ''),
        [three, one, two].map((id) => [id, 4])
      )
      t.equal(await org.has(three), 4)
    }
  )

  await t.test('divides by weights, and what does not divide stays', async (t) => {
    const org = await team(3, 1_000)
    const weights = org.members.map((member_id, index) => ({ member_id, weight: index + 1 }))
    const { body } = await org.give({ strategy: 'weights', total: 100, weights })
    t.match(body, { total: 99, remainder: 1, unallocated: 901 })
    t.same(await org.balances(), [16, 33, 50])
    await org.give({ strategy: 'weights', weights: weights.slice(0, 1) })
    t.same([await org.balances(), await org.unallocated()], [[917, 33, 50], 0])
  })

  await t.test(
    'gives each holder what its role is worth: of the request, or of the policy',
    async (t) => {
      const policy = await policyLike(app, 'oupi', {
        credits: {
          kind: 'pool',
          role_amounts: [
            { role: 'admin', amount: 50 },
            { role: 'readonly', amount: 7 }
          ]
        }
      })
      const org = await team(4, 1_000, { policy })
      const [, one = '', two = '', three = ''] = org.members
      for (const id of [one, two]) {
        await call('PATCH', `${org.path}/members/${id}`, { body: { role: 'admin' } })
      }
      const own = await org.give({ strategy: 'roles' })
      t.match(own.body, { total: 100, remainder: 0, unallocated: 900 })
      t.same(
        own.body.data.map((share: Body) => share['member_id']),
        [one, two]
      )
      const roles = [
        { role: 'member', amount: 5 },
        { role: 'admin', amount: 10 }
      ]
      const { body } = await org.give({ strategy: 'roles', roles })
      t.equal(body.total, 20 + 5 * (org.members.length - 3))
      t.same([await org.has(one), await org.has(three)], [60, 5])
    }
  )

  await t.test('gives a member of two groups the shares of both', async (t) => {
    const org = await team(4, 1_000)
    const [one = '', two = '', three = ''] = org.members
    const [first, second] = [await org.group(one, two), await org.group(two, three)]
    const { body } = await org.give({
      strategy: 'groups',
      groups: [
        { group_id: second, total: 101 },
        { group_id: first, total: 40 }
      ]
    })
    t.match(body, { total: 140, remainder: 1 })
    t.same(
      body.data.map((share: Body) => [share['group_id'], share['member_id'], share['amount']]),
      [
        [second, two, 50],
        [second, three, 50],
        [first, one, 20],
        [first, two, 20]
      ]
    )
    t.same(await org.balances(), [20, 70, 50, 0])
    t.match((await org.events('credits.distributed'))[0].data, { total: 140, members: 3 })
  })

  await t.test(
    'reserves what the invited get, and refuses each of those who can get none',
    async (t) => {
      const org = await team(3, 1_000)
      const [owner = '', one = '', two = ''] = org.members
      const { invitation } = await app.invite(org.path, `${unique('ana')}@acme.test`)
      const invited = String(invitation.member_id)
      await call('POST', `${org.path}/members/${one}/suspend`)
      await call('DELETE', `${org.path}/members/${two}?confirm=true`)
      const named = [owner, invited, one, two, NOBODY]
      const { status, body } = await org.give({
        strategy: 'amounts',
        amounts: named.map((member_id) => ({ member_id, amount: 100 }))
      })
      t.equal(status, 200)
      t.same(told(body.data), [
        'created',
        'created',
        'credits_frozen',
        'credits_frozen',
        'unknown_member'
      ])
      t.match(body.data[2].problem, { member_id: one, member_status: 'suspended' })
      t.match(body.data[3].problem, { member_status: 'removed' })
      t.match(body.data[4].problem, { member_id: NOBODY, status: 422 })
      t.match(body, { total: 200, remainder: 300, unallocated: 800 })
      t.match((await org.get('credits')).body, { reserved: 100, unallocated: 800 })
      const all = await org.give({ strategy: 'equal' }, { query: '?dry_run=true' })
      t.same(all.body.data, [{ member_id: owner, status: 'created', amount: 800 }])
    }
  )

  await t.test(
    'takes a lapsed offer for what it is, and what lay on it for the pool’s',
    async (t) => {
      const org = await team(2, 1_000)
      const { invitation } = await app.invite(org.path, `${unique('ana')}@acme.test`)
      const invited = String(invitation.member_id)
      const amounts = [{ member_id: invited, amount: 1_000 }]
      t.match((await org.give({ strategy: 'amounts', amounts })).body, { unallocated: 0 })
      clock.now = new Date(START.getTime() + 8 * DAY_MS)
      const { body } = await org.give({ strategy: 'equal' })
      t.match(body, { total: 1_000, unallocated: 0 })
      t.same(await org.balances(), [500, 500])
      const late = await org.give({ strategy: 'amounts', amounts })
      t.match(late.body.data[0].problem, { member_status: 'invitation_expired' })
    }
  )

  await t.test('is done as a whole or not at all when the pool is short', async (t) => {
    const org = await team(3, 100)
    const amounts = [60, 50, 40].map((amount, index) => ({ member_id: org.members[index], amount }))
    const before = await dumpRows(deps.db)
    for (const query of ['', '?dry_run=true']) {
      const refused = await org.give({ strategy: 'amounts', amounts }, { query })
      t.equal(refused.status, 422)
      t.match(refused.body, { code: 'insufficient_credits', available: 100, needed: 150 })
      const few = await org.give({ strategy: 'equal', total: 2 }, { query })
      t.match(few.body, { status: 422, code: 'share_below_one_credit', total: 2, shares: 3 })
      const more = await org.give({ strategy: 'equal', total: 102 }, { query })
      t.match(more.body, { code: 'insufficient_credits', available: 100, needed: 102 })
    }
    t.same(await dumpRows(deps.db), before, 'nothing has happened')
  })

  await t.test('or, where that is wanted, as far as it goes', async (t) => {
    const org = await team(3, 100)
    const amounts = [60, 50, 40].map((amount, index) => ({ member_id: org.members[index], amount }))
    const partial = { strategy: 'amounts', amounts, on_shortage: 'partial' }
    const { status, body } = await org.give(partial)
    t.equal(status, 200)
    t.same(told(body.data), ['created', 'insufficient_credits', 'created'])
    t.match(body.data[1].problem, { available: 40, needed: 50 })
    t.match(body, { total: 100, remainder: 50, unallocated: 0 })
    t.same(await org.balances(), [60, 0, 40])
    const none = await org.give({ strategy: 'equal', on_shortage: 'partial' })
    t.same(told(none.body.data), ['unchanged', 'unchanged', 'unchanged'])
    t.match(none.body, { total: 0, remainder: 0, unallocated: 0 })
    t.equal((await org.events('credits.distributed')).length, 1, 'nothing leaves no event')
  })

  await t.test('says in a dry run what would be, and changes nothing', async (t) => {
    const org = await team(3, 100)
    const before = await dumpRows(deps.db)
    const body = { strategy: 'equal', total: 50 }
    const headers = { 'idempotency-key': unique('k') }
    const dry = await org.give(body, { query: '?dry_run=true', headers })
    t.same(await dumpRows(deps.db), before)
    t.match(dry.body, { dry_run: true, total: 48, remainder: 2, unallocated: 52 })
    const done = await org.give(body, { headers })
    t.notOk(done.headers.has('idempotent-replayed'))
    const shares = done.body.data.map(({ transfer_id: id, ...share }: Body) => {
      t.match(id, /^trf_/)
      return share
    })
    t.same({ ...done.body, data: shares }, { ...dry.body, dry_run: false })
  })

  await t.test('is done once under one key', async (t) => {
    const org = await team(2, 100)
    const give = () =>
      org.give({ strategy: 'equal', total: 20 }, { headers: { 'idempotency-key': 'once' } })
    const first = await give()
    const again = await give()
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    t.same(again.body, first.body)
    t.same(await org.balances(), [10, 10])
  })
})
