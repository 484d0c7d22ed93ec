import t from 'tap'
import { createProducts, type Person, type Team } from '../products.js'

await t.test('respond.io: workspaces', async (t) => {
  const products = await createProducts(t)
  const { unique } = products
  const team = products.of('respondio')

  const workspaces = async (count: number, from: Team = team) => {
    const ids: string[] = []
    for (let made = 0; made < count; made += 1) {
      const body = { external_id: unique('ws') }
      const answer = await from.call('org_admin', 'POST', '/resources', { body })
      ids.push(answer.body.id as string)
    }
    return ids
  }
  const invite = (fields: object = {}, by = 'org_admin') =>
    team.call(by, 'POST', '/invitations', {
      body: {
        emails: `${unique('new')}@respondio.test`,
        role: 'member',
        send_email: false,
        ...fields
      }
    })
  const choose = (...ids: string[]) => ({ resources: { choice: 'existing', ids } })
  const workspacesOf = async (memberId: string) => {
    const path = `${team.path}/members/${memberId}/resources?limit=100`
    const { body } = await products.call('GET', path)
    return body.data.map((held: { resource: { id: string } }) => held.resource.id)
  }
  const memberIn = ({ body }: Awaited<ReturnType<typeof invite>>) =>
    body.data[0].invitation.member_id as string

  await t.test('RIO-64: one workspace or several are assigned with the invitation', async (t) => {
    const ids = await workspaces(3)
    const one = await invite(choose(ids[0] ?? ''))
    t.equal(one.status, 201)
    t.same(await workspacesOf(memberIn(one)), ids.slice(0, 1))
    const several = await invite(choose(...ids), 'user_admin')
    t.equal(several.status, 201)
    t.same(await workspacesOf(memberIn(several)), ids)
    const told = (await team.events('resource.granted')).filter(
      ({ data }) => data.member_id === memberIn(several)
    )
    t.same(told.map(({ subject }) => subject.id).sort(), [...ids].sort())
  })

  await t.test('RIO-65: the step is skipped: no workspace, and some later', async (t) => {
    const skipped = await invite()
    t.equal(skipped.status, 201)
    const id = memberIn(skipped)
    t.same(await workspacesOf(id), [])
    t.equal((await team.read({ id } as Person)).status, 'invited')
    const [later = ''] = await workspaces(1)
    const path = `/members/${id}`
    const assigned = await team.call('org_admin', 'PATCH', path, { body: choose(later) })
    t.equal(assigned.status, 200)
    t.same(await workspacesOf(id), [later])
  })

  await t.test('RIO-66: ten at this step, and not eleven', async (t) => {
    const ids = await workspaces(11)
    const refused = await invite(choose(...ids))
    t.match(refused, { status: 422, body: { code: 'too_many_resources', max: 10 } })
    const ten = await invite(choose(...ids.slice(0, 10)))
    t.equal(ten.status, 201)
    t.equal((await workspacesOf(memberIn(ten))).length, 10)
  })

  await t.test('RIO-67: from each workspace any number more', async (t) => {
    const ids = await workspaces(14)
    const invited = await invite(choose(...ids.slice(0, 10)))
    const memberId = memberIn(invited)
    for (const id of ids.slice(10)) {
      const path = `/resources/${id}/grants/${memberId}`
      t.equal((await team.call('user_admin', 'PUT', path, { body: {} })).status, 200)
    }
    t.same(await workspacesOf(memberId), ids)
    const person = await team.add('member')
    const page = await team.call('user_admin', 'PATCH', `/members/${person.id}`, {
      body: choose(...ids)
    })
    t.equal(page.status, 200, 'nor does the member’s page know of ten')
    t.equal((await workspacesOf(person.id)).length, 14)
  })

  await t.test(
    'RIO-75: whoever is removed leaves nothing assigned, and deletes nothing',
    async (t) => {
      const ids = await workspaces(2)
      const [person, other] = [await team.add('member'), await team.add('member')]
      for (const { id } of [person, other]) {
        await team.call('org_admin', 'PATCH', `/members/${id}`, { body: choose(...ids) })
      }
      const path = `/members/${person.id}?confirm=true`
      t.equal((await team.call('user_admin', 'DELETE', path)).body.status, 'removed')
      const [removed] = await team.events('member.removed')
      t.match(removed, {
        subject: { id: person.id },
        data: { handover: { mode: 'unassign' }, owned_shared: 'unassign' }
      })
      const revoked = (await team.events('resource.revoked')).filter(
        ({ data }) => data.member_id === person.id
      )
      t.same(revoked.map(({ subject }) => subject.id).sort(), [...ids].sort(), 'one for each')
      t.same(await workspacesOf(person.id), [])
      t.same(await workspacesOf(other.id), ids, 'of others nothing')
      for (const id of ids) {
        const { body } = await products.call('GET', `${team.path}/resources/${id}`)
        t.match(body, { status: 'active', holders_count: 1 })
      }
      const to = `/members/${other.id}?confirm=true&handover_to=${team.creator.id}`
      const refused = await team.call('org_admin', 'DELETE', to)
      t.match(refused.body.code, 'removal_choice_not_offered', 'nobody takes over here')
    }
  )
})
