import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'

await t.test('POST {o}/resources/{resource_id}/fulfill (fulfill-resource)', async (t) => {
  const { call, organization, member, invite, accept, deps } = await createTestApp(t)

  const requested = async (path: string) => {
    const { invitation, token } = await invite(path, 'ana@acme.test', {
      resources: { choice: 'new' },
      role: 'member'
    })
    const { body } = await call('GET', `${path}/resources?status=requested`)
    const id = body.data[0].id as string
    return { id, at: `${path}/resources/${id}`, token, memberId: invitation.member_id as string }
  }
  const fulfill = (at: string, body: object) => call('POST', `${at}/fulfill`, { body })
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}`)).body.data

  await t.test('the host learns what to make, makes it, and says so', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const { id, at, memberId, token } = await requested(path)
    const [asked] = await events(path, 'resource.requested')
    t.match(asked, {
      subject: { type: 'resource', id },
      data: { kind: 'number', member_id: memberId, mode: 'shared' }
    })
    t.match((await call('GET', at)).body, { external_id: null, status: 'requested' })
    await accept(token, { id: 'u_ana', email: 'ana@acme.test' })
    const body = { external_id: 'pn_9', name: 'Ana', metadata: { area: '514' } }
    const done = await fulfill(at, body)
    t.match(done, { status: 200, body: { ...body, status: 'active', holders_count: 1 } })
    const told = await events(path, 'resource.fulfilled')
    t.equal(told.length, 1)
    t.match(told[0], {
      subject: { id },
      data: { kind: 'number', external_id: 'pn_9', name: 'Ana' },
      changes: { status: ['requested', 'active'] }
    })
    const { body: held } = await call('GET', `${path}/members/${memberId}/resources`)
    t.match(held.data, [{ resource: { external_id: 'pn_9' }, grants: [{ mode: 'shared' }] }])
  })

  await t.test('said again it answers the same; said otherwise it is refused', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const { at } = await requested(path)
    const first = await fulfill(at, { external_id: 'pn_9' })
    t.same((await fulfill(at, { external_id: 'pn_9', name: 'Other' })).body, first.body)
    t.match(await fulfill(at, { external_id: 'pn_8' }), {
      status: 409,
      body: { code: 'resource_fulfilled', external_id: 'pn_9' }
    })
    t.equal((await events(path, 'resource.fulfilled')).length, 1)
  })

  await t.test('of two at the same moment one is told', async (t) => {
    const org = await organization({ policy: 'openphone' })
    const { at } = await requested(org.path)
    const [one, two] = await inTurn(deps.db, org.id, [
      () => fulfill(at, { external_id: 'pn_1' }),
      () => fulfill(at, { external_id: 'pn_2' })
    ])
    t.same([one?.status, two?.status], [200, 409])
    t.equal((await events(org.path, 'resource.fulfilled')).length, 1)
  })

  await t.test('an id that another one has is refused, and it still waits', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    await call('POST', `${path}/resources`, { body: { external_id: 'pn_1' } })
    const { at } = await requested(path)
    t.match(await fulfill(at, { external_id: 'pn_1' }), {
      status: 409,
      body: { code: 'external_id_taken' }
    })
    t.equal((await call('GET', at)).body.status, 'requested')
    t.equal((await fulfill(at, { external_id: 'pn_2' })).status, 200)
  })

  await t.test('nobody waits any more: it is gone, and the host is told', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const { id, at, token } = await requested(path)
    await call('POST', '/v1/invitations/decline', { body: { token } })
    t.equal((await fulfill(at, { external_id: 'pn_1' })).status, 404)
    t.match(await events(path, 'resource.deleted'), [{ subject: { id } }])
    t.match(await events(path, 'resource.revoked'), [{ subject: { id } }])
  })

  await t.test('takes resource.manage', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const { at } = await requested(path)
    const body = { external_id: 'pn_1' }
    const resources = { choice: 'existing', ids: ['pn_0'] }
    const [admin, plain] = [
      await member(path, { role: 'admin', resources }),
      await member(path, { role: 'member', resources })
    ]
    t.equal((await call('POST', `${at}/fulfill`, { body, actor: plain.as })).status, 403)
    t.equal((await call('POST', `${at}/fulfill`, { body, actor: admin.as })).status, 200)
  })
})
