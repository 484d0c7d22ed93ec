import t from 'tap'
import { creditsOf } from '../../helpers/credits.js'
import { createProducts, type Person, type Team } from '../products.js'

/** The four ways in which OUPI's teams are organized, one group of each. */
const SEGMENTS = ['project', 'department', 'client', 'location']
/** The day on which everything happens here. */
const DAY = 'from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:00Z'
const ALL = ['team', 'custom_roles', 'groups']

await t.test('OUPI: groups', async (t) => {
  const products = await createProducts(t)
  const team = products.of('oupi')
  const make = (by: string | Person, external_id: string, of: Team = team) =>
    of.call(by, 'POST', '/groups', {
      body: { name: `The ${external_id}`, external_id, metadata: { kind: external_id } }
    })
  const inGroup = async (groupId: string): Promise<string[]> => {
    const { body } = await team.call('admin', 'GET', `/members?group_id=${groupId}`)
    return body.data.map(({ id }: { id: string }) => id)
  }
  const groupsOf = async (id: string): Promise<string[]> => {
    const { body } = await team.call('admin', 'GET', `/groups?member_id=${id}`)
    return body.data.map((group: { external_id: string }) => group.external_id)
  }

  await t.test(
    'OUPI-96: where the plan allows, members are organized by project, department, client, location',
    async (t) => {
      const [ana, bo] = [await team.add('member'), await team.add('member')]
      const ids: string[] = []
      for (const segment of SEGMENTS) {
        const { status, body } = await make('admin', segment)
        t.match([status, body], [201, { external_id: segment, metadata: { kind: segment } }])
        ids.push(body.id)
      }
      const [project = '', department = '', client = '', location = ''] = ids
      const put = (groupId: string, ...people: Person[]) =>
        team.call('admin', 'PUT', `/groups/${groupId}/members`, {
          body: { member_ids: people.map(({ id }) => id) }
        })
      for (const groupId of ids) t.equal((await put(groupId, ana)).body.members_count, 1)
      t.same(await groupsOf(ana.id), SEGMENTS, 'one is in several, of any kind')
      await put(department, ana, bo)
      t.same(await inGroup(department), [ana.id, bo.id])
      t.same(await inGroup(project), [ana.id])
      const { body } = await team.call('admin', 'GET', '/groups?q=LOC')
      t.match(body.data, [{ id: location, members_count: 1 }], 'found by name')
      await put(client)
      t.same(await inGroup(client), [])
      t.same(await groupsOf(ana.id), ['project', 'department', 'location'])
      await team.call('admin', 'DELETE', `/groups/${department}`)
      t.same(await groupsOf(bo.id), [])
      t.match(await team.read(bo), { status: 'active', role: 'member' }, 'a label, not a right')
    }
  )

  await t.test('OUPI-96: a newcomer is organized from the invitation on', async (t) => {
    const { body: group } = await make('admin', 'lyon')
    const { body } = await team.call('admin', 'POST', '/invitations', {
      body: { emails: 'new@oupi.test', groups: ['lyon'], send_email: false }
    })
    const [{ invitation, link }] = body.data
    t.same(await inGroup(group.id), [invitation.member_id])
    const token = link.split('/').at(-1)
    await products.accept(token, { id: 'u_new', email: 'new@oupi.test' })
    t.same(await groupsOf(invitation.member_id), ['lyon'])
    const { body: sent } = await team.call('admin', 'GET', `/invitations?group_id=${group.id}`)
    t.match(sent.data, [{ id: invitation.id, status: 'accepted' }])
  })

  await t.test('OUPI-96: credits are given and compared by group', async (t) => {
    const own = await products.team('oupi', { billing: { entitlements: ALL, seats: 50 } })
    const [ana, bo, cy] = [
      await own.add('member'),
      await own.add('member'),
      await own.add('member')
    ]
    const groups: string[] = []
    for (const [name, people] of [
      ['sales', [ana, bo]],
      ['support', [cy]]
    ] as const) {
      const { body } = await make('owner', name, own)
      groups.push(body.id)
      await own.call('owner', 'PUT', `/groups/${String(body.id)}/members`, {
        body: { member_ids: people.map(({ id }) => id) }
      })
    }
    const [sales = '', support = ''] = groups
    const credits = creditsOf(products.call, own.path)
    await credits.topUp(1_000)
    const given = await own.call('owner', 'POST', '/credit-allocations', {
      body: { strategy: 'equal', total: 600, to: { group_id: sales } }
    })
    t.match([given.status, given.body.data], [200, [{ amount: 300 }, { amount: 300 }]])
    const balance = async ({ id }: Person) =>
      (await credits.get(`credit-accounts/${id}`)).body.unused
    t.same([await balance(ana), await balance(bo), await balance(cy)], [300, 300, 0])
    await credits.spend(10, { member_id: ana.id })
    await credits.spend(20, { member_id: bo.id })
    const usage = async (query: string) =>
      (await own.call('owner', 'GET', `/credit-usage?${query}&${DAY}`)).body
    t.match(await usage('by=group'), {
      data: [{ key: sales, label: 'The sales', credits: 30, requests: 2 }]
    })
    const ofSales = await usage(`by=member&group_id=${sales}`)
    t.match(ofSales.data, [
      { key: bo.id, credits: 20 },
      { key: ana.id, credits: 10 }
    ])
    t.match(await usage(`by=member&group_id=${support}`), { data: [], total: { credits: 0 } })
    const accounts = await own.call('owner', 'GET', `/credit-accounts?group_id=${support}`)
    t.match(accounts.body.data, [{ member_id: cy.id }])
  })

  await t.test('OUPI-96: a plan without groups has none, and says so', async (t) => {
    const own = await products.team('oupi', { billing: { entitlements: ['team'], seats: 50 } })
    const lacks = { status: 402, body: { code: 'not_entitled', entitlement: 'groups' } }
    t.match(await make('owner', 'project', own), lacks)
    const invited = await own.call('admin', 'POST', '/invitations', {
      body: { emails: 'x@oupi.test', groups: ['project'], send_email: false }
    })
    t.match(invited, lacks)
    t.match(await own.authorize('owner', 'group.manage'), { allowed: false, ...lacks.body })
    await products.call('PUT', `${own.path}/billing`, { body: { entitlements: ALL, seats: 50 } })
    t.equal((await make('owner', 'project', own)).status, 201)
    t.match(await own.authorize('owner', 'group.manage'), { allowed: true })
  })

  await t.test('OUPI-96: those who manage the team organize it, others do not', async (t) => {
    for (const role of ['owner', 'admin', 'member', 'readonly']) {
      const { status } = await make(role, `of_${role}`)
      t.equal(status, ['owner', 'admin'].includes(role) ? 201 : 403, role)
    }
  })
})
