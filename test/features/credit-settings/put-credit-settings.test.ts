import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { teamWithCredits } from '../../helpers/credits.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const MODES = ['allocated', 'shared_pool', 'monthly_quota', 'on_demand']

await t.test('choosing how a team uses its credits', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization, member, apiKey } = app
  t.beforeEach(() => {
    clock.now = START
  })

  async function team(policy = 'oupi') {
    const org = await organization({ policy })
    const path = `${org.path}/credit-settings`
    return {
      ...org,
      read: () => call('GET', path),
      choose: (mode: string, actor?: string) =>
        call('PUT', path, { body: { mode }, ...(actor === undefined ? {} : { actor }) }),
      events: async () =>
        (await call('GET', `${org.path}/events?type=credit_settings.updated`)).body.data
    }
  }

  await t.test('the first that the policy offers, until the team chooses', async (t) => {
    const { id, read, choose, events } = await team()
    const before = await read()
    t.same(before.body, { organization_id: id, mode: 'allocated', modes: MODES, updated_at: null })
    clock.now = new Date(START.getTime() + DAY_MS)
    const chosen = await choose('shared_pool')
    const now = clock.now.toISOString()
    t.equal(chosen.status, 200)
    t.same(chosen.body, { organization_id: id, mode: 'shared_pool', modes: MODES, updated_at: now })
    t.same((await read()).body, chosen.body)
    t.match(await events(), [
      { changes: { mode: ['allocated', 'shared_pool'] }, subject: { type: 'organization', id } }
    ])
  })

  await t.test('the same again changes nothing, and is not told', async (t) => {
    const { choose, read, events } = await team()
    await choose('on_demand')
    const { body } = await read()
    clock.now = new Date(START.getTime() + DAY_MS)
    t.same((await choose('on_demand')).body, body)
    t.equal((await events()).length, 1)
  })

  await t.test('choosing what was first anyway holds it, and is not told', async (t) => {
    const credits = { kind: 'pool', modes: ['allocated', 'shared_pool'] }
    const policy = await policyLike(app, 'oupi', { credits })
    const [chose, never] = [await team(policy), await team(policy)]
    await chose.choose('allocated')
    t.match((await chose.read()).body, { mode: 'allocated', updated_at: START.toISOString() })
    t.same(await chose.events(), [])
    await nextVersion(policy, ['shared_pool', 'allocated'])
    t.equal((await chose.read()).body.mode, 'allocated')
    t.equal((await never.read()).body.mode, 'shared_pool')
  })

  /** Another version of a policy, with other modes. */
  async function nextVersion(key: string, modes: string[]) {
    const { body } = await call('GET', `/v1/policies/${key}`)
    const document = { ...body.document, credits: { ...body.document.credits, modes } }
    const answer = await call('PUT', `/v1/policies/${key}`, { body: { document } })
    t.equal(answer.status, 200)
  }

  await t.test('what the policy no longer offers gives way to its first', async (t) => {
    const credits = { kind: 'pool', modes: ['allocated', 'on_demand'] }
    const policy = await policyLike(app, 'oupi', { credits })
    const { choose, read } = await team(policy)
    await choose('on_demand')
    await nextVersion(policy, ['shared_pool', 'allocated'])
    t.match((await read()).body, { mode: 'shared_pool', modes: ['shared_pool', 'allocated'] })
    t.match(await choose('on_demand'), { status: 422, body: { code: 'credit_mode_not_offered' } })
    await nextVersion(policy, ['allocated', 'on_demand'])
    t.equal((await read()).body.mode, 'on_demand', 'the choice was kept')
  })

  await t.test('refuses what is not offered, and what is no mode', async (t) => {
    const credits = { kind: 'pool', modes: ['allocated'] }
    const { choose, read, events } = await team(await policyLike(app, 'oupi', { credits }))
    t.match(await choose('shared_pool'), {
      status: 422,
      body: { code: 'credit_mode_not_offered', mode: 'shared_pool', modes: ['allocated'] }
    })
    for (const mode of ['', 'pool', 'ALLOCATED', 'allocated ']) {
      t.equal((await choose(mode)).status, 400, mode)
    }
    t.match((await read()).body, { mode: 'allocated', updated_at: null })
    t.same(await events(), [])
  })

  await t.test('where there are no credits, or money, there is no mode', async (t) => {
    const stories = [
      ['standard', 'credits_not_offered'],
      ['openphone', 'money_credits_not_transferable']
    ] as const
    for (const [policy, code] of stories) {
      const { choose, read } = await team(policy)
      t.match(await choose('allocated'), { status: 422, body: { code } })
      t.match(await read(), { status: 422, body: { code } })
    }
  })

  await t.test('who may', async (t) => {
    const { path, as, choose, read } = await team()
    const [admin, plain] = [await member(path, { role: 'admin' }), await member(path)]
    t.equal((await choose('on_demand', admin.as)).status, 200)
    t.equal((await choose('shared_pool', as)).status, 200)
    t.match(await choose('allocated', plain.as), { status: 403, body: { code: 'not_permitted' } })
    const seen = await call('GET', `${path}/credit-settings`, { actor: plain.as })
    t.match(seen, { status: 403, body: { code: 'not_permitted' } })
    const { key } = await apiKey({ scopes: ['credits:read'] })
    t.equal((await call('GET', `${path}/credit-settings`, { key })).status, 200)
    const written = await call('PUT', `${path}/credit-settings`, {
      key,
      body: { mode: 'allocated' }
    })
    t.match(written, { status: 403, body: { code: 'insufficient_scope' } })
    t.equal((await read()).body.mode, 'shared_pool')
  })

  await t.test('two at once: each is told of what it changed', async (t) => {
    const { id, choose, read, events } = await team()
    const turns = ['shared_pool', 'on_demand'].map((mode) => () => choose(mode))
    await inTurn(deps.db, id, turns)
    t.equal((await read()).body.mode, 'on_demand')
    t.match(await events(), [
      { changes: { mode: ['shared_pool', 'on_demand'] } },
      { changes: { mode: ['allocated', 'shared_pool'] } }
    ])
  })

  await t.test('nothing moves by it', async (t) => {
    const org = await teamWithCredits(app, { members: 2, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 40)
    const figures = async () => [
      (await org.get('credits')).body.unallocated,
      (await org.get(`credit-accounts/${ana}`)).body.unused
    ]
    t.same(await figures(), [60, 40])
    for (const mode of MODES.toReversed()) {
      await call('PUT', `${org.path}/credit-settings`, { body: { mode } })
      t.same(await figures(), [60, 40], mode)
    }
  })

  await t.test('a canceled organization changes nothing', async (t) => {
    const { path, choose } = await team()
    await call('POST', `${path}/cancel`)
    t.match(await choose('on_demand'), { status: 403, body: { code: 'organization_canceled' } })
  })
})
