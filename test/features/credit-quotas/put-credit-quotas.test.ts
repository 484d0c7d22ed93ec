import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { type ModeTeam, teamInMode } from '../../helpers/credit-modes.js'
import { conservation } from '../../helpers/credits.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const NO_SUCH = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const NOTHING = { status: 'nothing', members: 0, amount: 0, missing: 0 }

await t.test('saying what members get to spend each month', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, member, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })

  const team = (fields: Parameters<typeof teamInMode>[2] = {}) =>
    teamInMode(app, 'monthly_quota', { pool: 10_000, ...fields })
  const quotas = ({ put }: ModeTeam, body: unknown, actor?: string) =>
    put('credit-quotas', body, actor)

  await t.test('OUPI-99: each member has a monthly quota, filled up at once', async (t) => {
    const org = await team({ members: 2 })
    const [ana = '', bo = ''] = org.members
    const answer = await quotas(org, { members: [{ member_id: ana, amount: 300 }], everybody: 100 })
    t.equal(answer.status, 200)
    t.same(answer.body, {
      organization_id: org.id,
      everybody: 100,
      roles: [],
      members: [{ member_id: ana, amount: 300 }],
      period: '2030-01',
      next_refill_at: '2030-02-01T00:00:00.000Z',
      refill: { status: 'done', members: 3, amount: 500, missing: 0 }
    })
    t.same([await org.unused(ana), await org.unused(bo), await org.pool()], [300, 100, 9_500])
    t.same((await org.get('credit-quotas')).body, { ...answer.body, refill: NOTHING })
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('its own, else its role’s, else the policy’s, else everybody’s', async (t) => {
    const credits = {
      kind: 'pool',
      modes: ['monthly_quota'],
      role_amounts: [
        { role: 'member', amount: 5 },
        { role: 'admin', amount: 7 }
      ]
    }
    const policy = await policyLike(app, 'oupi', { credits })
    const org = await team({ policy })
    // What is reserved when they are invited is taken back, to see what a month gives.
    const [own, ofRole, ofPolicy, common] = [
      await member(org.path, { role: 'member' }),
      await member(org.path, { role: 'member' }),
      await member(org.path, { role: 'admin' }),
      await member(org.path, { role: 'readonly' })
    ]
    const people = [own, ofRole, ofPolicy, common]
    const unused = () => Promise.all(people.map(({ id }) => org.unused(id)))
    t.same(await unused(), [5, 5, 7, 0])
    for (const { id } of people.slice(0, 3)) await org.reclaim(id, await org.unused(id))
    await quotas(org, {
      everybody: 10,
      roles: [{ role: 'member', amount: 30 }],
      members: [{ member_id: own.id, amount: 20 }]
    })
    t.same(await unused(), [20, 30, 7, 10])
  })

  await t.test('0 is nothing, also where everybody else has something', async (t) => {
    const org = await team({ members: 2 })
    const [ana = '', bo = ''] = org.members
    const { body } = await quotas(org, {
      everybody: 10,
      roles: [{ role: 'owner', amount: 0 }],
      members: [{ member_id: ana, amount: 0 }]
    })
    t.match(body.refill, { status: 'done', members: 1, amount: 10 })
    t.same([await org.unused(ana), await org.unused(bo)], [0, 10])
  })

  await t.test('as a whole: what is left out is unset, and what changed is told', async (t) => {
    const org = await team({ members: 2 })
    const [ana = '', bo = ''] = org.members
    await quotas(org, {
      everybody: 10,
      roles: [
        { role: 'admin', amount: 20 },
        { role: 'member', amount: 30 }
      ],
      members: [{ member_id: ana, amount: 40 }]
    })
    const changed = { roles: [{ role: 'admin', amount: 20 }], members: [] }
    const { body } = await quotas(org, {
      ...changed,
      members: [{ member_id: bo, amount: 50 }]
    })
    t.match(body, { everybody: null, ...changed, members: [{ member_id: bo, amount: 50 }] })
    t.match(await org.events('credit_quotas.updated'), [
      {
        changes: {
          everybody: [10, null],
          roles: [{ member: 30 }, {}],
          members: [{ [ana]: 40 }, { [bo]: 50 }]
        }
      },
      { changes: { everybody: [null, 10] } }
    ])
    await quotas(org, {})
    t.match((await org.get('credit-quotas')).body, { everybody: null, roles: [], members: [] })
  })

  await t.test('the same again is not told, and gives nothing twice', async (t) => {
    const org = await team({ members: 1 })
    const said = { everybody: 10, roles: [{ role: 'member', amount: 20 }], members: [] }
    await quotas(org, said)
    const again = await quotas(org, said)
    t.match(again.body, { ...said, refill: NOTHING })
    t.equal((await org.events('credit_quotas.updated')).length, 1)
    t.equal((await org.events('credits.quota_refilled')).length, 1)
    t.equal(await org.pool(), 10_000 - 30)
  })

  await t.test('whoever was filled up this month waits for the next', async (t) => {
    const org = await team({ members: 1 })
    const [ana = ''] = org.members
    await quotas(org, { everybody: 10 })
    t.match((await quotas(org, { everybody: 50 })).body.refill, NOTHING)
    t.equal(await org.unused(ana), 10)
  })

  await t.test('a pool that is short keeps the quotas and gives nobody anything', async (t) => {
    const org = await teamInMode(app, 'monthly_quota', { members: 2, pool: 25 })
    const answer = await quotas(org, { everybody: 10 })
    t.match(
      [answer.status, answer.body.refill],
      [200, { status: 'short', members: 3, amount: 0, missing: 5 }]
    )
    t.match((await org.get('credit-quotas')).body, {
      everybody: 10,
      refill: { status: 'short', members: 3, amount: 0, missing: 5 }
    })
    t.equal(await org.pool(), 25)
    const [told] = await org.events('credits.quota_short')
    t.same(told?.data, { period: '2030-01', needed: 30, available: 25 })
    await quotas(org, { everybody: 11 })
    t.equal((await org.events('credits.quota_short')).length, 1, 'once a month')
    await org.topUp(100)
    t.match((await org.get('credit-quotas')).body.refill, {
      status: 'due',
      members: 3,
      amount: 0,
      missing: 0
    })
    t.match((await quotas(org, { everybody: 11 })).body.refill, { status: 'done', amount: 33 })
  })

  await t.test('more than any pool can hold is short, and told in whole numbers', async (t) => {
    const org = await team({ members: 2 })
    const { body } = await quotas(org, { everybody: Number.MAX_SAFE_INTEGER })
    t.match(body.refill, { status: 'short', missing: Number.MAX_SAFE_INTEGER })
    t.equal((await org.get('credit-quotas')).body.refill.status, 'short')
    t.equal(await org.pool(), 10_000)
  })

  await t.test('when the next month begins, by the clocks of the team', async (t) => {
    const stories = [
      ['Pacific/Auckland', '2030-01', '2030-01-31T11:00:00.000Z'],
      ['America/Los_Angeles', '2029-12', '2030-01-01T08:00:00.000Z'],
      ['Asia/Kathmandu', '2030-01', '2030-01-31T18:15:00.000Z'],
      ['UTC', '2030-01', '2030-02-01T00:00:00.000Z']
    ] as const
    for (const [time_zone, period, next_refill_at] of stories) {
      const org = await team({ time_zone })
      t.match((await quotas(org, {})).body, { period, next_refill_at }, time_zone)
      clock.now = new Date(Date.parse(next_refill_at) - 1)
      t.equal((await org.get('credit-quotas')).body.period, period)
      clock.now = new Date(next_refill_at)
      t.not((await org.get('credit-quotas')).body.period, period)
      clock.now = START
    }
  })

  await t.test('unknown roles and members, and names that come twice', async (t) => {
    const org = await team({ members: 1 })
    const [ana = ''] = org.members
    const gone = await member(org.path)
    await call('DELETE', `${org.path}/members/${gone.id}?confirm=true`)
    const other = await team({ members: 1 })
    const of = (...ids: string[]) => ({
      members: ids.map((member_id) => ({ member_id, amount: 1 }))
    })
    const stories: [object, string][] = [
      [{ roles: [{ role: 'king', amount: 1 }] }, 'unknown_role'],
      [{ roles: [{ role: 'custom', amount: 1 }] }, 'unknown_role'],
      [of(ana, NO_SUCH), 'unknown_member'],
      [of(gone.id), 'unknown_member'],
      [of(other.members[0] ?? ''), 'unknown_member'],
      [of(ana, ana), 'quota_named_twice'],
      [
        {
          roles: [
            { role: 'admin', amount: 1 },
            { role: 'admin', amount: 2 }
          ]
        },
        'quota_named_twice'
      ]
    ]
    for (const [body, code] of stories) {
      t.match(await quotas(org, { everybody: 10, ...body }), { status: 422, body: { code } }, code)
    }
    t.same(await org.events('credit_quotas.updated'), [])
    t.equal(await org.unused(ana), 0)
  })

  await t.test('amounts are whole, and never less than nothing', async (t) => {
    const org = await team({ members: 1 })
    const [ana = ''] = org.members
    for (const amount of [-1, 0.5, 2 ** 53, '10', true]) {
      for (const body of [
        { everybody: amount },
        { roles: [{ role: 'member', amount }] },
        { members: [{ member_id: ana, amount }] }
      ]) {
        t.equal((await quotas(org, body)).status, 400, JSON.stringify(body))
      }
    }
    const many = Array.from({ length: 1_001 }, () => ({ member_id: NO_SUCH, amount: 1 }))
    t.equal((await quotas(org, { members: many })).status, 400)
    t.equal((await quotas(org, { everyone: 1 })).status, 400)
  })

  await t.test('a quota of whoever has left, or of a role that is no more, is none', async (t) => {
    const org = await team()
    const gone = await member(org.path)
    await call('PUT', `${org.path}/billing`, { body: { entitlements: ['team', 'custom_roles'] } })
    const label = { en: 'Translator' }
    await call('POST', `${org.path}/roles?confirm=true`, {
      body: { key: 'translator', label, permissions: [] }
    })
    const said = {
      roles: [{ role: 'translator', amount: 5 }],
      members: [{ member_id: gone.id, amount: 5 }]
    }
    t.match((await quotas(org, said)).body, said)
    await call('DELETE', `${org.path}/members/${gone.id}?confirm=true`)
    await call('DELETE', `${org.path}/roles/translator?confirm=true`)
    const { body } = await org.get('credit-quotas')
    t.match([body.roles, body.members], [[], []])
    t.equal((await quotas(org, { roles: body.roles, members: body.members })).status, 200)
  })

  await t.test('in the mode of quotas alone', async (t) => {
    for (const mode of ['allocated', 'shared_pool', 'on_demand']) {
      const org = await teamInMode(app, mode)
      const refused = { status: 422, body: { code: 'credit_mode_not_offered', mode } }
      t.match(await quotas(org, { everybody: 1 }), refused, mode)
      t.match(await org.get('credit-quotas'), refused, mode)
    }
    const { path } = await organization({ policy: 'openphone' })
    const { status, body } = await call('PUT', `${path}/credit-quotas`, { body: { everybody: 1 } })
    t.match([status, body.code], [422, 'money_credits_not_transferable'])
  })

  await t.test('who may', async (t) => {
    const org = await team()
    const [admin, plain] = [await member(org.path, { role: 'admin' }), await member(org.path)]
    t.equal((await quotas(org, { everybody: 1 }, admin.as)).status, 200)
    for (const answer of [
      await quotas(org, { everybody: 2 }, plain.as),
      await call('GET', `${org.path}/credit-quotas`, { actor: plain.as })
    ]) {
      t.match([answer.status, answer.body.code], [403, 'not_permitted'])
    }
    const [refilled] = await org.events('credits.quota_refilled')
    t.match(refilled, { actor: { type: 'member', id: admin.id } })
  })

  await t.test('twice at once: filled up once', async (t) => {
    const org = await team({ members: 2 })
    const put = () => quotas(org, { everybody: 10 })
    const answers = await inTurn(deps.db, org.id, [put, put])
    t.same(
      answers.map(({ body }) => body.refill.status),
      ['done', 'nothing']
    )
    t.equal(await org.pool(), 10_000 - 30)
    t.equal((await org.events('credits.quota_refilled')).length, 1)
  })
})
