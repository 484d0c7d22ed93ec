import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { claimByMail } from '../../helpers/domains.js'
import { joiningOf, newDomain, personAt, withDomain } from '../../helpers/joining.js'
import { plainMember } from '../../helpers/members.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/join', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, accept, clock, apiKey } = app
  const { join } = joiningOf(app)
  t.beforeEach(() => {
    clock.now = START
  })

  const open = (fields = {}) => withDomain(app, fields)
  const eventsOf = async (path: string) =>
    (await call('GET', `${path}/events?include_total=true&limit=100`)).body
  const membersOf = async (path: string) =>
    (await call('GET', `${path}/members?include_total=true`)).body.total
  const codeOf = async (path: string, user: object) => {
    const before = (await eventsOf(path)).total
    const { status, body } = await join(path, user)
    t.equal((await eventsOf(path)).total, before, 'nothing happened')
    return [status, body.code]
  }

  await t.test('makes an active member at once, with an event that says how', async (t) => {
    const { path, domain, ana } = await open()
    const { status, body } = await join(path, { ...ana, email: ana.email.toUpperCase() })
    t.equal(status, 201)
    t.match(body, {
      status: 'joined',
      join_request: null,
      member: {
        user_id: ana.id,
        name: ana.name,
        role: 'member',
        status: 'active',
        invitation_id: null,
        joined_at: START.toISOString()
      }
    })
    const [, event] = (await eventsOf(path)).data
    t.match(event, {
      type: 'member.joined',
      actor: { type: 'user', id: ana.id },
      subject: { type: 'member', id: body.member.id },
      data: { user_id: ana.id, role: 'member', via: 'domain', domain },
      changes: { status: [null, 'active'] }
    })
    const { body: page } = await call('GET', `${path}/members/${body.member.id}`)
    t.same(plainMember(page), body.member)
  })

  await t.test('gives the same person the same member again, and writes nothing', async (t) => {
    const { path, ana } = await open()
    const first = await join(path, ana)
    const before = await eventsOf(path)
    clock.now = new Date(START.getTime() + DAY_MS)
    const again = await join(path, { ...ana, email: 'elsewhere@other.test' })
    t.equal(again.status, 200)
    t.same(again.body, first.body)
    t.same(await eventsOf(path), before)
  })

  await t.test('takes only a verified address', async (t) => {
    const { path, ana } = await open()
    t.same(await codeOf(path, { ...ana, email_verified: false }), [422, 'email_not_verified'])
  })

  await t.test('is the host’s to say: on behalf of nobody, by a key that may', async (t) => {
    const { path, as, ana } = await open()
    const acting = await join(path, ana, { actor: as })
    t.match(
      [acting.status, acting.body.code, acting.body.errors[0].pointer],
      [400, 'invalid_request', 'header:/Muster-Actor']
    )
    const { key } = await apiKey({ scopes: ['members:write'] })
    t.equal((await join(path, ana, { key })).body.code, 'insufficient_scope')
    const joins = await apiKey({ scopes: ['members:join'] })
    t.equal((await join(path, ana, { key: joins.key })).status, 201)
  })

  await t.test('tells apart a domain that nobody has claimed, and another’s', async (t) => {
    const [one, other] = [await open(), await open()]
    t.same(await codeOf(one.path, other.ana), [403, 'no_invitation'])
    t.same(await codeOf(one.path, personAt(app, 'nobody.test')), [403, 'domain_not_claimed'])
    const below = personAt(app, `sub.${one.domain}`)
    t.same(await codeOf(one.path, below), [403, 'domain_not_claimed'], 'a domain of its own')
  })

  await t.test('a claim that is not verified lets nobody in', async (t) => {
    const org = await organization({ policy: 'openphone' })
    const user = personAt(app, newDomain(app))
    t.equal((await claimByMail(app, org, `it-${user.email}`)).body.status, 'pending')
    t.same(await codeOf(org.path, user), [403, 'domain_not_claimed'])
  })

  await t.test('an open invitation prevails, with its role, and is used up', async (t) => {
    const { path, ana } = await open({ policy: 'standard' })
    const { invitation, token } = await invite(path, ana.email, { role: 'admin' })
    const { status, body } = await join(path, ana)
    t.match([status, body.member.id, body.member.role], [201, invitation.member_id, 'admin'])
    const [joined, accepted] = (await eventsOf(path)).data
    t.match(joined, {
      type: 'member.joined',
      actor: { type: 'user', id: ana.id },
      data: { invitation_id: invitation.id, role: 'admin' }
    })
    t.match(accepted, { type: 'invitation.accepted', subject: { id: invitation.id } })
    const { body: after } = await call('GET', `${path}/invitations/${invitation.id}`)
    t.equal(after.status, 'accepted')
    const late = await accept(token, personAt(app, 'other.test'))
    t.equal(late.body.code, 'invitation_already_accepted')
  })

  await t.test('an invitation needs no claim', async (t) => {
    const org = await organization()
    const user = personAt(app, 'freelance.test')
    await invite(org.path, user.email)
    t.equal((await join(org.path, user)).status, 201)
  })

  await t.test('an offer to take an account over is taken in the same way', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', { domain_claims: { enabled: true } })
    const { path, ana } = await open({ policy })
    const holder = await app.member(path)
    await call('POST', `${path}/members/${holder.id}/reassign?confirm=true`, {
      body: { email: ana.email, send_email: false }
    })
    const { status, body } = await join(path, ana)
    t.match([status, body.member?.id, body.member?.user_id], [201, holder.id, ana.id])
    const types = (await eventsOf(path)).data.slice(0, 2).map(({ type }: { type: string }) => type)
    t.same(types.sort(), ['invitation.accepted', 'reassignment.completed'])
  })

  await t.test('an invitation that ran out leaves its seat and id to who joins', async (t) => {
    const { path, ana } = await open({ policy: 'standard' })
    const { invitation } = await invite(path, ana.email, { role: 'admin', name: 'Ann' })
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    const { body } = await join(path, { id: ana.id, email: ana.email, email_verified: true })
    t.match(body.member, {
      id: invitation.member_id,
      role: 'member',
      name: 'Ann',
      status: 'active',
      invitation_id: null
    })
    const events = (await eventsOf(path)).data
    t.match(
      events.find(({ type }: { type: string }) => type === 'member.joined'),
      { changes: { status: ['invitation_expired', 'active'] } }
    )
    t.ok(events.some(({ type }: { type: string }) => type === 'invitation.expired'))
    t.equal(await membersOf(path), 2)
  })

  await t.test('whoever has the address, or the account, is in the way', async (t) => {
    const { path, ana, domain } = await open({ policy: 'standard' })
    await join(path, ana)
    const sameAddress = { ...personAt(app, domain), email: ana.email }
    t.same(await codeOf(path, sameAddress), [409, 'already_member'])
    const { body } = await join(path, personAt(app, domain))
    await call('POST', `${path}/members/${body.member.id}/suspend`, { body: {} })
    const suspended = { id: body.member.user_id, email: body.member.email, email_verified: true }
    t.same(await codeOf(path, suspended), [409, 'already_member'])
  })

  await t.test('who was removed comes back by an invitation only', async (t) => {
    const { path, ana, domain } = await open({ policy: 'standard' })
    const { body } = await join(path, ana)
    await call('DELETE', `${path}/members/${body.member.id}?confirm=true`)
    t.same(await codeOf(path, ana), [403, 'removed_before'])
    const again = { ...personAt(app, domain), email: ana.email }
    t.same(await codeOf(path, again), [403, 'removed_before'], 'nor as another account')
    const moved = { ...personAt(app, domain), id: ana.id }
    t.same(await codeOf(path, moved), [403, 'removed_before'], 'nor by another address')
    await invite(path, ana.email)
    t.equal((await join(path, ana)).status, 201)
  })

  await t.test('who left by themselves may return', async (t) => {
    const { path, ana } = await open({ policy: 'standard' })
    const policy = await policyLike(app, 'standard', { authority: { may_leave: ['*'] } })
    await call('PATCH', path, { body: { policy } })
    const first = await join(path, ana)
    const left = await call('POST', `${path}/leave?confirm=true`, {
      actor: `user:${ana.id}`,
      body: {}
    })
    t.equal(left.status, 200)
    const back = await join(path, ana)
    t.equal(back.status, 201)
    t.not(back.body.member.id, first.body.member.id)
  })

  await t.test('every refusal of a door holds here, with nothing half done', async (t) => {
    const claims = { domain_claims: { enabled: true } }
    const full = await open({
      policy: await policyLike(app, 'oupi', claims),
      billing: { entitlements: ['team'], seats: 1 }
    })
    t.same(await codeOf(full.path, full.ana), [409, 'seats_exhausted'])
    const unsold = await open({
      policy: await policyLike(app, 'oupi', claims),
      billing: { seats: 9 }
    })
    t.same(await codeOf(unsold.path, unsold.ana), [402, 'not_entitled'])
    const billing = { past_due_blocks: ['join'] }
    const unpaid = await open({
      policy: await policyLike(app, 'standard', { ...claims, billing }),
      billing: { status: 'past_due' }
    })
    t.same(await codeOf(unpaid.path, unpaid.ana), [402, 'billing_past_due'])
    const paid = await open({
      policy: await policyLike(app, 'standard', claims),
      billing: { status: 'past_due' }
    })
    t.equal((await join(paid.path, paid.ana)).status, 201, 'only where the policy says so')
    const without = await open({ policy: await policyLike(app, 'respondio', claims) })
    await call('PATCH', without.path, { body: { policy: 'respondio' } })
    t.same(await codeOf(without.path, without.ana), [422, 'not_offered'])
    const canceled = await open()
    await call('POST', `${canceled.path}/cancel`)
    t.same(await codeOf(canceled.path, canceled.ana), [403, 'organization_canceled'])
    for (const { path } of [full, unsold, unpaid, without, canceled]) {
      t.equal(await membersOf(path), 1)
      t.equal((await call('GET', `${path}/billing-entries?include_total=true`)).body.total, 0)
    }
  })

  await t.test('the role is the policy’s, and its holders are limited here too', async (t) => {
    const { path, domain } = await open({
      policy: await policyLike(app, 'standard', { domain_claims: { enabled: true, role: 'admin' } })
    })
    t.equal((await join(path, personAt(app, domain))).body.member.role, 'admin')
    const single = await open({
      policy: await policyLike(app, 'oupi', { domain_claims: { enabled: true, role: 'owner' } })
    })
    t.same(await codeOf(single.path, single.ana), [409, 'single_holder'])
  })
})
