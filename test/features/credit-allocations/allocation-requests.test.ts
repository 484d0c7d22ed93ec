import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { type Body, setMode, teamWithCredits } from '../../helpers/credits.js'
import { dumpRows } from '../../helpers/dump.js'
import { role } from '../../helpers/policies.js'

const MOST = Number.MAX_SAFE_INTEGER
const GROUP = 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z'

await t.test('POST {o}/credit-allocations: what it does not take', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const org = await teamWithCredits(app, { members: 2, pool: 1_000 })
  const [one = '', two = ''] = org.members
  const give = (body: unknown, actor?: string) =>
    call('POST', `${org.path}/credit-allocations`, {
      body,
      ...(actor === undefined ? {} : { actor })
    })

  await t.test('names the place where a request is wrong', async (t) => {
    const before = await dumpRows(deps.db)
    const amount = { member_id: one, amount: 1 }
    const weight = { member_id: two, weight: 1 }
    const wrong: [body: Body, pointer: string, detail?: string][] = [
      [{}, '#'],
      [{ strategy: 'random' }, '#/strategy'],
      [{ strategy: 'equal', amounts: [amount] }, '#/amounts', 'does not go with equal'],
      [{ strategy: 'equal', weights: [weight] }, '#/weights', 'does not go with equal'],
      [{ strategy: 'equal', roles: [{ role: 'a', amount: 1 }] }, '#/roles'],
      [{ strategy: 'equal', groups: [{ group_id: GROUP, total: 1 }] }, '#/groups'],
      [{ strategy: 'amounts', amounts: [amount], total: 5 }, '#/total'],
      [{ strategy: 'roles', to: { role: 'member' } }, '#/to', 'does not go with roles'],
      [{ strategy: 'amounts' }, '#/amounts', 'must be given with amounts'],
      [{ strategy: 'weights', total: 5 }, '#/weights', 'must be given with weights'],
      [{ strategy: 'groups' }, '#/groups', 'must be given with groups'],
      [{ strategy: 'equal', to: {} }, '#/to'],
      [{ strategy: 'equal', to: { member_ids: [] } }, '#/to/member_ids'],
      [{ strategy: 'equal', to: { member_ids: [one], role: 'member' } }, '#/to/member_ids'],
      [{ strategy: 'equal', to: { member_ids: ['mem_1'] } }, '#/to/member_ids/0'],
      [
        { strategy: 'equal', to: { member_ids: [one, two, one] } },
        '#/to/member_ids/2',
        'must not be given twice'
      ],
      [{ strategy: 'amounts', amounts: [amount, amount] }, '#/amounts/1/member_id'],
      [{ strategy: 'weights', weights: [weight, weight] }, '#/weights/1/member_id'],
      [
        {
          strategy: 'roles',
          roles: [
            { role: 'admin', amount: 1 },
            { role: 'admin', amount: 2 }
          ]
        },
        '#/roles/1/role'
      ],
      [
        {
          strategy: 'groups',
          groups: [
            { group_id: GROUP, total: 1 },
            { group_id: GROUP, total: 2 }
          ]
        },
        '#/groups/1/group_id'
      ],
      [{ strategy: 'equal', on_shortage: 'whatever' }, '#/on_shortage'],
      [{ strategy: 'equal', surprise: 1 }, '#/surprise'],
      [{ strategy: 'amounts', amounts: [{ ...amount, reason: 'x' }] }, '#/amounts/0/reason']
    ]
    for (const [body, pointer, detail] of wrong) {
      const answer = await give(body)
      const [fault] = answer.body.errors ?? []
      t.same([answer.status, answer.body.code, fault?.pointer], [400, 'invalid_request', pointer])
      if (detail !== undefined) t.equal(fault.detail, detail)
    }
    t.same(await dumpRows(deps.db), before)
  })

  await t.test(
    'takes whole amounts of at least one that numbers hold, and no others',
    async (t) => {
      const before = await dumpRows(deps.db)
      for (const amount of [0, -1, 1.5, MOST + 1, 1e300, '5', null, true, [5]]) {
        const bodies = [
          { strategy: 'equal', total: amount },
          { strategy: 'amounts', amounts: [{ member_id: one, amount }] },
          { strategy: 'weights', weights: [{ member_id: one, weight: amount }] },
          { strategy: 'roles', roles: [{ role: 'member', amount }] },
          { strategy: 'groups', groups: [{ group_id: GROUP, total: amount }] }
        ]
        for (const body of bodies) {
          const { status, body: problem } = await give(body)
          t.same([status, problem.code], [400, 'invalid_request'], JSON.stringify(body))
        }
      }
      t.same(await dumpRows(deps.db), before)
    }
  )

  await t.test('refuses a sum that no number holds', async (t) => {
    const amounts = [MOST, 1].map((amount, index) => ({ member_id: org.members[index], amount }))
    for (const body of [
      { strategy: 'amounts', amounts },
      { strategy: 'amounts', amounts, on_shortage: 'partial' },
      { strategy: 'roles', roles: [{ role: 'member', amount: MOST }] }
    ]) {
      const { status, body: problem } = await give(body)
      t.same([status, problem.code, problem.max], [422, 'credit_amount_too_large', MOST])
    }
    const { body } = await give({ strategy: 'equal', total: MOST })
    t.match(body, { code: 'insufficient_credits', available: 1_000 })
  })

  await t.test('refuses a distribution that means nobody', async (t) => {
    const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'Empty' } })
    const { body: other } = await call('POST', `${org.path}/groups`, { body: { name: 'Full' } })
    await call('PUT', `${org.path}/groups/${String(other.id)}/members/${one}`)
    const groups = [other.id, GROUP, group.id].map((group_id) => ({ group_id, total: 5 }))
    const told = await give({ strategy: 'groups', groups, on_shortage: 'partial' })
    t.match(told, { status: 422, body: { code: 'no_recipients', groups: [GROUP, group.id] } })
    for (const body of [
      { strategy: 'equal', to: { role: 'readonly' } },
      { strategy: 'equal', to: { group_id: GROUP } },
      { strategy: 'roles', roles: [{ role: 'readonly', amount: 5 }] },
      { strategy: 'roles' }
    ]) {
      t.match(await give(body), { status: 422, body: { code: 'no_recipients' } })
    }
    for (const body of [
      { strategy: 'equal', to: { role: 'pirate' } },
      { strategy: 'roles', roles: [{ role: 'pirate', amount: 5 }] }
    ]) {
      t.match(await give(body), { status: 422, body: { code: 'unknown_role' } })
    }
    t.match((await org.get('credits')).body, { unallocated: 1_000 })
  })

  await t.test('is for whoever may allocate', async (t) => {
    const ana = await app.member(org.path)
    const cleo = await app.member(org.path, { role: 'admin' })
    const body = { strategy: 'amounts', amounts: [{ member_id: ana.id, amount: 5 }] }
    const refused = await give(body, ana.as)
    t.match(refused, { status: 403, body: { code: 'not_permitted' } })
    const { key } = await app.apiKey({ scopes: ['credits:read'] })
    const path = `${org.path}/credit-allocations`
    const scope = await call('POST', path, { body, key })
    t.match(scope, { status: 403, body: { code: 'insufficient_scope' } })
    const { status, body: done } = await give(body, cleo.as)
    t.same([status, done.unallocated], [200, 995])
    const { body: transfer } = await org.get(`credit-transfers/${String(done.data[0].transfer_id)}`)
    t.same(transfer.actor, { type: 'member', id: cleo.id })
  })

  await t.test('is not done in an organization that is canceled', async (t) => {
    const team = await teamWithCredits(app, { members: 1, pool: 10 })
    await call('POST', `${team.path}/cancel`)
    const before = await dumpRows(deps.db)
    const { status, body } = await call('POST', `${team.path}/credit-allocations`, {
      body: { strategy: 'equal' }
    })
    t.same([status, body.code], [403, 'organization_canceled'])
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('is for teams that hand their credits out', async (t) => {
    const shared = await teamWithCredits(app, { members: 1, pool: 100 })
    await setMode(deps.db, shared.id, 'shared_pool')
    const body = { strategy: 'equal' }
    t.match((await call('POST', `${shared.path}/credit-allocations`, { body })).body, {
      status: 422,
      code: 'credit_mode_not_offered',
      mode: 'shared_pool'
    })
    for (const [policy, code] of [
      ['openphone', 'money_credits_not_transferable'],
      ['standard', 'credits_not_offered']
    ]) {
      const { path } = await app.organization({ policy })
      const refused = await call('POST', `${path}/credit-allocations`, { body })
      t.same([refused.status, refused.body.code], [422, code])
    }
  })

  await t.test('knows a role of the organization’s own', async (t) => {
    const { key, label, permissions } = role('auditor', ['team.view'])
    await call('PUT', `${org.path}/billing`, {
      body: { entitlements: ['team', 'custom_roles'], seats: 50 }
    })
    const made = await call('POST', `${org.path}/roles`, { body: { key, label, permissions } })
    t.equal(made.status, 201)
    const ana = await app.member(org.path, { role: 'auditor' })
    const { body } = await give({ strategy: 'roles', roles: [{ role: 'auditor', amount: 5 }] })
    t.match(body.data, [{ member_id: ana.id, amount: 5 }])
  })
})
