import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Person, type Team } from '../products.js'

await t.test('OUPI: the team page', async (t) => {
  const products = await createProducts(t)
  const { clock, unique } = products
  t.beforeEach(() => {
    clock.now = START
  })

  const members = async (team: Team, query = '') =>
    (await team.call('owner', 'GET', `/members${query}`)).body.data as Readonly<
      Record<string, unknown>
    >[]
  const find = async (team: Team, email: string) =>
    (await members(team)).find((member) => member['email'] === email)
  const invite = async (team: Team) => {
    const email = `${unique('new')}@oupi.test`
    const { status, body } = await team.call('owner', 'POST', '/invitations', {
      body: { emails: email, role: 'member' }
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return email
  }
  const give = async (team: Team, { id }: Person, amount: number) => {
    for (const body of [
      { kind: 'top_up', amount },
      { kind: 'allocate', amount, member_id: id }
    ]) {
      const { status } = await products.call('POST', `${team.path}/credit-transfers`, { body })
      if (status !== 201) throw new Error(`${body.kind}: ${status}`)
    }
  }
  const spend = async (team: Team, { id }: Person, amount: number) => {
    const { status } = await products.call('POST', `${team.path}/credit-transfers`, {
      body: { kind: 'spend', amount, member_id: id }
    })
    if (status !== 201) throw new Error(`spend: ${status}`)
  }

  await t.test('OUPI-48: one list has all that a team is managed by', async (t) => {
    const team = await products.team('oupi')
    const person = await team.add('member')
    const email = await invite(team)
    const { body: group } = await team.call('owner', 'POST', '/groups', { body: { name: 'Paris' } })
    await team.call('owner', 'PUT', `/groups/${String(group.id)}/members/${person.id}`)
    await give(team, person, 100)
    t.match(await find(team, person.email), {
      role: 'member',
      status: 'active',
      groups: [{ id: group.id, name: 'Paris' }],
      credits: { balance: 100, used: 0 }
    })
    t.match(await find(team, email), { status: 'invited' })
    const path = `/members/${person.id}`
    for (const [method, at, body] of [
      ['PATCH', `${path}?confirm=true`, { role: 'readonly' }],
      ['POST', `${path}/suspend?confirm=true`, undefined],
      ['POST', `${path}/reactivate`, undefined],
      ['DELETE', `${path}?confirm=true`, undefined]
    ] as const) {
      const options = body === undefined ? {} : { body }
      const { status } = await team.call('owner', method, at, options)
      t.equal(status, 200, `${method} ${at}`)
    }
    t.notOk(await find(team, person.email))
    const plain = await team.call('member', 'GET', '/members')
    t.match([plain.status, plain.body.code], [403, 'not_permitted'])
  })

  await t.test(
    'OUPI-49: of each name, address, role, status, credits, last activity, and since when',
    async (t) => {
      const team = await products.team('oupi')
      const person = await team.add('member')
      await give(team, person, 200)
      await spend(team, person, 50)
      const pending = await invite(team)
      clock.now = new Date(START.getTime() + DAY_MS)
      await team.call(person, 'POST', `/members/${person.id}/activity`, { body: {} })
      t.match(await find(team, person.email), {
        name: `Name of ${person.userId}`,
        email: person.email,
        role: 'member',
        status: 'active',
        credits: { balance: 150, held: 0, used: 50, percent_used: 25 },
        last_active_at: clock.now.toISOString(),
        joined_at: START.toISOString()
      })
      await team.call('owner', 'POST', `/members/${person.id}/suspend?confirm=true`)
      t.match(await find(team, person.email), { status: 'suspended' })
      t.match(await find(team, pending), { status: 'invited', joined_at: null })
      clock.now = new Date(START.getTime() + 400 * DAY_MS)
      t.match(await find(team, pending), { status: 'invitation_expired', pending_label: null })
    }
  )

  await t.test('OUPI-135: what each has used, how often, and when last', async (t) => {
    const team = await products.team('oupi')
    const [busy, idle] = [await team.add('member'), await team.add('member')]
    await give(team, busy, 100)
    for (const amount of [10, 20, 30]) await spend(team, busy, amount)
    await team.call(busy, 'POST', `/members/${busy.id}/activity`, { body: {} })
    t.match(await find(team, busy.email), {
      credits: { used: 60, percent_used: 60, balance: 40 },
      requests: 3,
      last_active_at: START.toISOString()
    })
    t.match(await find(team, idle.email), {
      credits: { used: 0, percent_used: null, balance: 0 },
      requests: 0,
      last_active_at: null
    })
    const one = await team.call('owner', 'GET', `/members/${busy.id}`)
    t.same(one.body, await find(team, busy.email), 'one by itself, as in the list')
    const elsewhere = await products.of('respondio').call('org_admin', 'GET', '/members')
    t.match(elsewhere.body.data[0], { credits: null, requests: 0 })
  })
})
