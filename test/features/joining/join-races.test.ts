import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { joiningOf, personAt, withDomain } from '../../helpers/joining.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('joining at the same time', async (t) => {
  const app = await createTestApp(t)
  const { call, invite, accept, deps } = app
  const { join } = joiningOf(app)

  const open = (fields = {}) => withDomain(app, fields)
  const membersOf = async (path: string) =>
    (await call('GET', `${path}/members?include_total=true`)).body.total
  const countOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&include_total=true`)).body.total

  await t.test('of two people one gets the last seat', async (t) => {
    const policy = await policyLike(app, 'oupi', { domain_claims: { enabled: true } })
    const { id, path, domain } = await open({
      policy,
      billing: { entitlements: ['team'], seats: 2 }
    })
    const answers = await inTurn(deps.db, id, [
      () => join(path, personAt(app, domain)),
      () => join(path, personAt(app, domain))
    ])
    t.same(
      answers.map(({ status, body }) => [status, body.code]),
      [
        [201, undefined],
        [409, 'seats_exhausted']
      ]
    )
    t.equal(await membersOf(path), 2)
    t.equal(await countOf(path, 'seats.limit_reached'), 1)
  })

  await t.test('the same person twice is one member, billed once', async (t) => {
    const { id, path, ana } = await open()
    const before = await countOf(path, 'member.joined')
    const [first, second] = await inTurn(deps.db, id, [
      () => join(path, ana),
      () => join(path, ana)
    ])
    t.match([first?.status, second?.status], [201, 200])
    t.same(second?.body, first?.body)
    t.equal(await membersOf(path), 2)
    t.equal(await countOf(path, 'member.joined'), Number(before) + 1)
    const { body } = await call('GET', `${path}/billing-entries`)
    t.match(body.data, [{ kind: 'member_added', subject: { id: first?.body.member.id } }])
    t.equal(body.data.length, 1)
  })

  await t.test('accepting an invitation and joining by it is one member too', async (t) => {
    const { id, path, ana } = await open({ policy: 'standard' })
    const { invitation, token } = await invite(path, ana.email, { role: 'admin' })
    const [joined, accepted] = await inTurn(deps.db, id, [
      () => join(path, ana),
      () => accept(token, ana)
    ])
    t.match([joined?.status, accepted?.status], [201, 200])
    t.equal(accepted?.body.id, invitation.member_id)
    t.equal(await countOf(path, 'invitation.accepted'), 1)
    t.equal(await membersOf(path), 2)
  })

  await t.test('a claim that is given up first lets nobody in', async (t) => {
    const { id, path, claimPath, ana } = await open()
    const [released, answer] = await inTurn(deps.db, id, [
      () => call('DELETE', claimPath),
      () => join(path, ana)
    ])
    t.match([released?.body.status, answer?.status], ['released', 403])
    t.equal(answer?.body.code, 'domain_not_claimed')
    t.equal(await membersOf(path), 1)
  })

  await t.test('who has come in before it is given up stays', async (t) => {
    const { id, path, claimPath, ana } = await open()
    const [answer, released] = await inTurn(deps.db, id, [
      () => join(path, ana),
      () => call('DELETE', claimPath)
    ])
    t.match([answer?.status, released?.body.status], [201, 'released'])
    t.equal((await join(path, ana)).status, 200)
  })

  await t.test('a removal that comes first is seen', async (t) => {
    const { id, path, domain, ana } = await open({ policy: 'standard' })
    const { body } = await join(path, ana)
    const [removed, back] = await inTurn(deps.db, id, [
      () => call('DELETE', `${path}/members/${body.member.id}?confirm=true`),
      () => join(path, { ...personAt(app, domain), email: ana.email })
    ])
    t.match([removed?.status, back?.status, back?.body.code], [200, 403, 'removed_before'])
  })

  await t.test('one request, however often and however fast somebody asks', async (t) => {
    const policy = await policyLike(app, 'openphone', {
      domain_claims: { enabled: true, join: 'request' }
    })
    const { id, path, ana } = await open({ policy })
    const [first, second] = await inTurn(deps.db, id, [
      () => join(path, ana),
      () => join(path, ana)
    ])
    t.match([first?.status, second?.status], [202, 202])
    t.same(second?.body, first?.body)
    t.equal(await countOf(path, 'join_request.created'), 1)

    const at = `${path}/join-requests/${first?.body.join_request.id}`
    const [approved, denied] = await inTurn(deps.db, id, [
      () => call('POST', `${at}/approve`),
      () => call('POST', `${at}/deny`)
    ])
    t.match(
      [approved?.status, denied?.status, denied?.body.code],
      [200, 409, 'join_request_decided']
    )
    t.equal(await membersOf(path), 2)
  })

  await t.test('two approvals and one seat: the other request stays open', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      domain_claims: { enabled: true, join: 'request' }
    })
    const { id, path, domain } = await open({
      policy,
      billing: { entitlements: ['team'], seats: 2 }
    })
    const requests = await Promise.all(
      [1, 2].map(async () => (await join(path, personAt(app, domain))).body.join_request.id)
    )
    const answers = await inTurn(
      deps.db,
      id,
      requests.map((one) => () => call('POST', `${path}/join-requests/${one}/approve`))
    )
    t.same(
      answers.map(({ status, body }) => [status, body.code]),
      [
        [200, undefined],
        [409, 'seats_exhausted']
      ]
    )
    const { body } = await call('GET', `${path}/join-requests?status=pending`)
    t.same(
      body.data.map((one: { id: string }) => one.id),
      [requests[1]]
    )
  })
})
