import t from 'tap'
import { createProducts, type Person, type Team } from '../products.js'

const ROLES = ['owner', 'admin', 'member']

await t.test('OpenPhone: numbers', async (t) => {
  const products = await createProducts(t)
  const { unique, accept } = products
  const team = products.of('openphone')

  const number = async (fields: object = {}, from: Team = team) => {
    const body = { external_id: unique('num'), name: 'Support', ...fields }
    const answer = await from.call('admin', 'POST', '/resources', { body })
    return answer.body.id as string
  }
  const own = (id: string, person: Person) =>
    products.call('PUT', `${team.path}/resources/${id}/owners/${person.id}`)
  const give = (by: string | Person, id: string, person: { readonly id: string }, mode?: string) =>
    team.call(by, 'PUT', `/resources/${id}/grants/${person.id}`, {
      body: mode === undefined ? {} : { mode }
    })
  const take = (by: string | Person, id: string, person: Person) =>
    team.call(by, 'DELETE', `/resources/${id}/grants/${person.id}`)
  const holders = async (id: string) => {
    const { body } = await products.call('GET', `${team.path}/resources/${id}/grants`)
    return body.data.map((one: { member_id: string; mode: string }) => [one.member_id, one.mode])
  }
  const invite = async (resources: object) => {
    const email = `${unique('new')}@openphone.test`
    const answer = await team.call('admin', 'POST', '/invitations', {
      body: { emails: email, role: 'member', resources, send_email: false }
    })
    const [item] = answer.body.data ?? []
    return {
      answer,
      memberId: item?.invitation?.member_id as string,
      join: () => accept(String(item?.link).split('/').at(-1) ?? '', { id: unique('u'), email })
    }
  }
  const remove = (person: Person, query = '') =>
    team.call('owner', 'DELETE', `/members/${person.id}?confirm=true${query}`)
  const eventsOf = async (type: string, id: string) =>
    (await team.events(type)).filter(({ subject }) => subject.id === id)

  await t.test('OP-34: a number has owners of its own, whatever their role', async (t) => {
    const id = await number()
    const people = await Promise.all(ROLES.map((role) => team.add(role)))
    for (const person of people) t.equal((await own(id, person)).status, 200)
    const { body } = await team.call('admin', 'GET', `/resources/${id}/owners`)
    t.same(
      body.data.map((one: { member_id: string }) => one.member_id).sort(),
      people.map((person) => person.id).sort()
    )
    const [, , plain] = people
    t.equal((await team.read(plain ?? '')).role, 'member', 'it changes no role')
    t.equal((await eventsOf('resource.owner_added', id)).length, 3)
    const refused = await team.call('member', 'PUT', `/resources/${id}/owners/${plain?.id}`)
    t.equal(refused.status, 403, 'nobody makes themselves one')
  })

  await t.test('OP-35: its owner says who has access to it, and to no other', async (t) => {
    const [id, other] = [await number(), await number()]
    const [owner, person] = [await team.add('member'), await team.add('member')]
    t.equal((await give(owner, id, person)).status, 404, 'not before')
    await own(id, owner)
    t.equal((await give(owner, id, person)).status, 200)
    t.same(await holders(id), [[person.id, 'shared']])
    t.equal((await give(owner, id, person, 'read_only')).body.mode, 'read_only')
    t.equal((await take(owner, id, person)).status, 200)
    t.same(await holders(id), [])
    t.equal((await give(owner, other, person)).status, 404, 'a number of others')
    await give('admin', other, owner)
    t.match(await give(owner, other, person), { status: 403, body: { code: 'not_permitted' } })
    const [event] = await eventsOf('resource.granted', id)
    t.match(event, { actor: { type: 'member', id: owner.id }, data: { member_id: person.id } })
    const invited = await team.call(owner, 'POST', '/invitations', {
      body: { emails: 'x@openphone.test', role: 'member', resources: { choice: 'new' } }
    })
    t.equal(invited.status, 403, 'elsewhere only a member')
  })

  await t.test('OP-36: its settings are its owners’, the owners’ and the admins’', async (t) => {
    const id = await number()
    const [owner, holder] = [await team.add('member'), await team.add('member')]
    await own(id, owner)
    await give('admin', id, holder)
    const rename = (by: string | Person, name: string) =>
      team.call(by, 'PATCH', `/resources/${id}`, { body: { name } })
    for (const by of ['owner', 'admin', owner]) {
      const name = unique('name')
      t.match(await rename(by, name), { status: 200, body: { name } })
    }
    t.match(await rename(holder, 'X'), { status: 403, body: { code: 'not_permitted' } })
    t.equal((await rename('member', 'X')).status, 404, 'who has it not is told of no number')
    const other = await team.call(owner, 'PATCH', `/resources/${await number()}`, {
      body: { name: 'X' }
    })
    t.equal(other.status, 404)
    const host = { body: { metadata: { floor: '3' } } }
    t.equal((await products.call('PATCH', `${team.path}/resources/${id}`, host)).status, 200)
    t.equal((await eventsOf('resource.updated', id)).length, 4)
    await products.call('DELETE', `${team.path}/resources/${id}/owners/${owner.id}`)
    t.equal((await rename(owner, 'X')).status, 404, 'no longer')
  })

  await t.test('OP-41: “a new number”: the invitee’s, once it is chosen and made', async (t) => {
    const { memberId, join } = await invite({ choice: 'new' })
    const read = async () =>
      (await products.call('GET', `${team.path}/members/${memberId}/resources`)).body.data
    const [wanted, ...more] = await read()
    t.same(more, [])
    t.match(wanted, {
      resource: { kind: 'number', status: 'requested', external_id: null },
      grants: [{ mode: 'shared' }]
    })
    const { id } = wanted.resource
    const [asked] = await eventsOf('resource.requested', id)
    t.match(asked, { data: { kind: 'number', member_id: memberId } })
    t.match((await join()).body, { status: 'active' }, 'joining waits for nothing')
    const fulfilled = await products.call('POST', `${team.path}/resources/${id}/fulfill`, {
      body: { external_id: unique('num') }
    })
    t.match(fulfilled.body, { status: 'active', holders_count: 1 })
    t.match(await read(), [{ resource: { id, status: 'active' } }])
    t.equal((await eventsOf('resource.fulfilled', id)).length, 1)
  })

  await t.test('OP-42: “share an existing one”: access to numbers that are there', async (t) => {
    const [one, two] = [await number(), await number()]
    const [first] = [await team.add('member')]
    await give('admin', one, first)
    const { answer, memberId, join } = await invite({ choice: 'existing', ids: [one, two] })
    t.equal(answer.status, 201)
    await join()
    t.same(await holders(one), [
      [first.id, 'shared'],
      [memberId, 'shared']
    ])
    t.same(await holders(two), [[memberId, 'shared']])
    const unknown = await invite({ choice: 'existing', ids: [`res_${'0'.repeat(26)}`] })
    t.match(unknown.answer, { status: 422, body: { code: 'unknown_resource' } })
  })

  await t.test('OP-70: numbers of who is removed go to somebody, if that is wished', async (t) => {
    const [one, two] = [await number(), await number()]
    const [leaver, heir] = [await team.add('member'), await team.add('member')]
    await give('admin', one, leaver, 'exclusive')
    await give('admin', two, leaver)
    await own(one, leaver)
    t.equal((await remove(leaver, `&handover_to=${heir.id}`)).body.status, 'removed')
    t.same(await holders(one), [[heir.id, 'exclusive']])
    t.same(await holders(two), [[heir.id, 'shared']])
    for (const [id, mode] of [
      [one, 'exclusive'],
      [two, 'shared']
    ] as const) {
      const told = await eventsOf('resource.handed_over', id)
      t.match(told, [{ data: { from_member_id: leaver.id, to_member_id: heir.id, mode } }])
      t.equal(told.length, 1)
      t.same(await eventsOf('resource.revoked', id), [])
    }
    const { body: owners } = await team.call('admin', 'GET', `/resources/${one}/owners`)
    t.match(owners.data, [{ member_id: heir.id }])

    const [third, next] = [await number(), await team.add('member')]
    await give('admin', third, next, 'exclusive')
    t.equal((await remove(next)).body.status, 'removed', 'it is optional')
    t.same(await holders(third), [])
    t.match(await eventsOf('resource.revoked', third), [{ data: { member_id: next.id } }])
    const free = await team.call('admin', 'GET', '/resources?unassigned=true&limit=100')
    t.ok(
      free.body.data.some((row: { id: string }) => row.id === third),
      'nobody has it'
    )
  })

  await t.test('OP-73: at the invitation, at the number, or on the member’s page', async (t) => {
    const [one, two, three] = [await number(), await number(), await number()]
    const { memberId, join } = await invite({ choice: 'existing', ids: [one] })
    await join()
    await give('admin', two, { id: memberId })
    const page = await team.call('admin', 'PATCH', `/members/${memberId}`, {
      body: { resources: { choice: 'existing', ids: [one, two, three] } }
    })
    t.equal(page.status, 200)
    const { body } = await team.call('admin', 'GET', `/members/${memberId}/resources`)
    t.same(
      body.data.map((held: { resource: { id: string } }) => held.resource.id),
      [one, two, three]
    )
    for (const id of [one, two, three]) t.equal((await eventsOf('resource.granted', id)).length, 1)
  })

  await t.test('OP-74: exclusive: only that member has it', async (t) => {
    const id = await number()
    const [person, other] = [await team.add('member'), await team.add('member')]
    t.match((await give('admin', id, person, 'exclusive')).body, {
      mode: 'exclusive',
      mode_label: 'Exclusive access'
    })
    t.match(await team.authorize(person, 'app:comms', { resource: id }), { allowed: true })
    for (const who of [other, 'owner', 'admin'] as const) {
      t.match(await team.authorize(who, 'app:comms', { resource: id }), {
        allowed: false,
        code: 'resource_not_granted'
      })
    }
    t.same(await holders(id), [[person.id, 'exclusive']])
  })

  await t.test('OP-75: shared: several members have it', async (t) => {
    const id = await number()
    const people = [await team.add('member'), await team.add('member'), await team.add('admin')]
    for (const person of people) t.equal((await give('admin', id, person, 'shared')).status, 200)
    t.equal((await holders(id)).length, 3)
    for (const person of people) {
      t.match(await team.authorize(person, 'app:comms', { resource: id }), { allowed: true })
    }
  })

  await t.test('OP-77: who has one exclusively shares it with nobody', async (t) => {
    const id = await number()
    const [person, other] = [await team.add('member'), await team.add('member')]
    await give('admin', id, person, 'exclusive')
    for (const mode of ['shared', 'exclusive', 'read_only']) {
      const refused = await give('admin', id, other, mode)
      t.match(refused, { status: 409, body: { code: 'resource_held' } }, mode)
    }
    const invited = await invite({ choice: 'existing', ids: [id] })
    t.match(invited.answer, { status: 409, body: { code: 'resource_held' } })
    t.same(await holders(id), [[person.id, 'exclusive']])
    await give('admin', id, person, 'shared')
    t.equal((await give('admin', id, other, 'shared')).status, 200)
    const back = await give('admin', id, person, 'exclusive')
    t.match(back, { status: 409, body: { code: 'resource_held' } }, 'nor the other way')
  })
})
