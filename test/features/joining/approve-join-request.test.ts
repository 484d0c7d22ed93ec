import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { claimDomain } from '../../helpers/domains.js'
import { joiningOf, personAt, withRequest } from '../../helpers/joining.js'
import { policyLike } from '../../helpers/policies.js'

const REQUESTS = { domain_claims: { enabled: true, join: 'request' } }

await t.test('POST {o}/join-requests/{id}/approve', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, accept, clock, unique } = app
  const { join } = joiningOf(app)
  const policy = await policyLike(app, 'openphone', REQUESTS)
  t.beforeEach(() => {
    clock.now = START
  })

  const asked = (fields = {}) => withRequest(app, { policy, ...fields })
  const eventsOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}`)).body.data
  const membersOf = async (path: string) => (await call('GET', `${path}/members`)).body.data

  await t.test('approving makes the member, by whoever approved', async (t) => {
    const { path, as, ana, domain, request, act } = await asked()
    clock.now = new Date(START.getTime() + DAY_MS)
    const { status, body } = await act('approve', { actor: as })
    t.equal(status, 200)
    t.match(body, {
      id: request.id,
      status: 'approved',
      member_id: /^mem_/,
      decided_by: { type: 'member', name: 'Olga' },
      decided_at: clock.now.toISOString()
    })
    const { body: member } = await call('GET', `${path}/members/${body.member_id}`)
    t.match(member, { user_id: ana.id, name: ana.name, role: 'member', status: 'active' })
    const [joined] = await eventsOf(path, 'member.joined')
    t.match(joined, {
      actor: { type: 'member', id: body.decided_by.id },
      subject: { id: member.id },
      data: { via: 'domain', domain, join_request_id: request.id }
    })
    const [approved] = await eventsOf(path, 'join_request.approved')
    t.match(approved, {
      data: { member_id: member.id },
      changes: { status: ['pending', 'approved'] }
    })
    t.equal((await call('GET', `${path}/billing-entries`)).body.data.length, 1, 'and is billed')
    const again = await join(path, ana)
    t.match([again.status, again.body.member.id], [200, member.id])
  })

  await t.test('decided is decided', async (t) => {
    const [one, two] = [await asked(), await asked()]
    await one.act('approve')
    await two.act('deny')
    for (const { act, path } of [one, two]) {
      const members = (await membersOf(path)).length
      for (const verb of ['approve', 'deny'] as const) {
        const { status, body } = await act(verb)
        t.match([status, body.code], [409, 'join_request_decided'])
      }
      t.equal((await membersOf(path)).length, members)
    }
  })

  await t.test('takes somebody who may invite as the role', async (t) => {
    const admins = await policyLike(app, 'openphone', {
      domain_claims: { ...REQUESTS.domain_claims, role: 'owner' }
    })
    const { path, act, at } = await asked({ policy: admins })
    const add = async (role: string) => {
      const id = unique('u')
      await call('POST', `${path}/members`, {
        body: { members: [{ user_id: id, email: `${id}@else.test`, role }] }
      })
      return { actor: `user:${id}` }
    }
    const [admin, member] = [await add('admin'), await add('member')]
    t.match((await act('approve', admin)).body, { status: 403, code: 'role_not_assignable' })
    for (const verb of ['approve', 'deny'] as const) {
      t.match((await act(verb, member)).body, { status: 403, code: 'not_permitted' })
    }
    t.equal((await call('GET', at, member)).status, 403)
    t.equal((await call('GET', at, admin)).body.status, 'pending')
    t.equal((await act('deny', admin)).status, 200)
  })

  await t.test('asks for a confirmation where inviting needs one', async (t) => {
    const careful = await policyLike(app, 'openphone', {
      ...REQUESTS,
      authority: { invite: [{ actor: 'owner', roles: ['*'] }], confirm: ['member.invite'] }
    })
    const { act, at } = await asked({ policy: careful })
    t.equal((await act('approve')).body.code, 'confirmation_required')
    t.equal((await call('POST', `${at}/approve?confirm=true`)).body.status, 'approved')
  })

  await t.test('is refused once the domain is nobody’s, or another’s', async (t) => {
    const { domain, claimPath, act, at, path } = await asked()
    const other = await organization({ policy })
    await call('DELETE', claimPath)
    t.match((await act('approve')).body, { status: 403, code: 'domain_not_claimed' })
    await claimDomain(app, other, domain)
    t.match((await act('approve')).body, { status: 403, code: 'no_invitation' })
    t.equal((await call('GET', at)).body.status, 'pending')
    t.equal((await membersOf(path)).length, 1)
  })

  await t.test('plan and invoices hold for asking and for approving', async (t) => {
    const sold = await policyLike(app, 'oupi', {
      ...REQUESTS,
      billing: { past_due_blocks: ['join'] }
    })
    const { path, domain, act } = await asked({
      policy: sold,
      billing: { entitlements: ['team'], seats: 9 }
    })
    const bill = (body: object) => call('PUT', `${path}/billing`, { body: { seats: 9, ...body } })
    await bill({ entitlements: ['team'], status: 'past_due' })
    t.equal((await act('approve')).body.code, 'billing_past_due')
    t.equal((await join(path, personAt(app, domain))).body.code, 'billing_past_due')
    await bill({})
    t.equal((await act('approve')).body.code, 'not_entitled')
    t.equal((await act('deny')).status, 200, 'but saying no is free')
  })

  await t.test('an invoice that only blocks inviting does not block this', async (t) => {
    const { path, act } = await asked({
      policy: await policyLike(app, 'openphone', {
        ...REQUESTS,
        credits: { kind: 'none' },
        billing: { past_due_blocks: ['invitation'] }
      })
    })
    await call('PUT', `${path}/billing`, { body: { status: 'past_due' } })
    t.equal((await act('approve')).status, 200)
  })

  await t.test('who accepts an invitation meanwhile is a member once', async (t) => {
    const { path, ana, act } = await asked()
    const { token } = await invite(path, ana.email, {
      role: 'admin',
      resources: { choice: 'new' }
    })
    const { body: joined } = await accept(token, ana)
    const { status, body } = await act('approve')
    t.match([status, body.status, body.member_id], [200, 'approved', joined.id])
    t.equal((await membersOf(path)).length, 2)
    t.equal((await call('GET', `${path}/members/${joined.id}`)).body.role, 'admin')
  })

  await t.test('an invitation that is still open is used up by the approval', async (t) => {
    const { path, ana, act } = await asked()
    const { invitation } = await invite(path, ana.email, {
      role: 'admin',
      resources: { choice: 'new' }
    })
    t.equal((await act('approve')).body.member_id, invitation.member_id)
    const { body } = await call('GET', `${path}/invitations/${invitation.id}`)
    t.equal(body.status, 'accepted')
  })

  await t.test('an address that somebody else has taken meanwhile is refused', async (t) => {
    const { path, ana, act, at } = await asked()
    await call('POST', `${path}/members`, {
      body: { members: [{ user_id: unique('u'), email: ana.email }] }
    })
    t.equal((await act('approve')).body.code, 'already_member')
    t.equal((await call('GET', at)).body.status, 'pending')
    t.equal((await act('deny')).body.status, 'denied')
  })
})
