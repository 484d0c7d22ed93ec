import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { joiningOf, newDomain, personAt, withDomain } from '../../helpers/joining.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST /v1/joinable-organizations', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, clock, unique, apiKey } = app
  const { join, find } = joiningOf(app)
  t.beforeEach(() => {
    clock.now = START
  })

  const open = (fields = {}) => withDomain(app, fields)
  const stranger = () => personAt(app, newDomain(app))
  const tell = async (user: object, options = {}) => (await find(user, options)).body
  const none = (...reasons: string[]) => ({ data: [], reasons })

  await t.test('tells of the organization that has claimed the domain', async (t) => {
    const { id, ana } = await open({ name: 'Acme' })
    const { status, body } = await find(ana, { headers: { 'accept-language': 'fr' } })
    t.equal(status, 200)
    t.same(body, {
      data: [
        {
          via: 'domain',
          join: 'now',
          label: 'Rejoindre l’espace de travail existant',
          organization: { id, name: 'Acme' },
          role: { key: 'member', label: 'Membre' },
          invitation_id: null
        }
      ],
      reasons: []
    })
  })

  await t.test('tells of open invitations, the newest first', async (t) => {
    const user = stranger()
    const [one, two] = [await organization(), await organization()]
    const first = await invite(one.path, user.email)
    const second = await invite(two.path, user.email.toUpperCase(), { role: 'admin' })
    t.match((await tell(user)).data, [
      {
        via: 'invitation',
        join: 'now',
        label: 'Join the team',
        organization: { id: two.id },
        role: { key: 'admin', label: 'Admin' },
        invitation_id: second.invitation.id
      },
      { organization: { id: one.id }, invitation_id: first.invitation.id }
    ])
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    t.same(await tell(user), none('no_invitation', 'domain_not_claimed'), 'they have run out')
  })

  await t.test('tells of an account that is to be taken over', async (t) => {
    const { path } = await organization({ policy: 'surveymonkey' })
    const holder = await app.member(path)
    const user = stranger()
    await call('POST', `${path}/members/${holder.id}/reassign?confirm=true`, {
      body: { email: user.email, send_email: false }
    })
    t.match((await tell(user)).data, [{ via: 'invitation', invitation_id: /^inv_/ }])
  })

  await t.test('an invitation of the same organization prevails', async (t) => {
    const { path, ana } = await open({ policy: 'standard' })
    const { invitation } = await invite(path, ana.email, { role: 'admin' })
    const { data } = await tell(ana)
    t.match(data, [{ via: 'invitation', invitation_id: invitation.id, role: { key: 'admin' } }])
    t.equal(data.length, 1)
  })

  await t.test('both: invited by one, on the domain of another', async (t) => {
    const { id, ana } = await open()
    const other = await organization()
    await invite(other.path, ana.email)
    t.match((await tell(ana)).data, [
      { via: 'invitation', organization: { id: other.id } },
      { via: 'domain', organization: { id } }
    ])
  })

  await t.test('tells nothing of an address that is not verified', async (t) => {
    const { ana, id } = await open()
    const { status, body } = await find({ ...ana, email_verified: false })
    t.match([status, body.code], [422, 'email_not_verified'])
    t.notMatch(JSON.stringify(body), id)
  })

  await t.test('tells apart why there is none', async (t) => {
    const nobody = stranger()
    t.same(await tell(nobody), none('no_invitation', 'domain_not_claimed'))
    const canceled = await open()
    await call('POST', `${canceled.path}/cancel`)
    t.same(await tell(canceled.ana), none('no_invitation', 'domain_not_open'))
    const enabled = { domain_claims: { enabled: true } }
    const without = await open({ policy: await policyLike(app, 'respondio', enabled) })
    await call('PATCH', without.path, { body: { policy: 'respondio' } })
    t.same(await tell(without.ana), none('no_invitation', 'domain_not_open'))
    const deleted = await open()
    await call('DELETE', `${deleted.path}?confirm=true`)
    t.same(await tell(deleted.ana), none('no_invitation', 'domain_not_claimed'), 'free again')
  })

  await t.test('of a canceled organization no invitation is told either', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const user = stranger()
    await invite(path, user.email, { role: 'member', resources: { choice: 'new' } })
    t.equal((await tell(user)).data.length, 1)
    await call('POST', `${path}/cancel`)
    t.same(await tell(user), none('no_invitation', 'domain_not_claimed'))
  })

  await t.test('who is a member already has nothing to join, at any later login', async (t) => {
    const { path, ana } = await open()
    await join(path, ana)
    t.same(await tell(ana), none('no_invitation', 'already_member'))
    const moved = stranger()
    await invite(path, moved.email, { role: 'member', resources: { choice: 'new' } })
    t.equal((await tell({ ...moved, id: ana.id })).data.length, 0, 'nor by another address')
    t.equal((await tell(moved)).data.length, 1)
  })

  await t.test('whom somebody has sent away is offered nothing by the domain', async (t) => {
    const { path, ana } = await open({ policy: 'standard' })
    const { body } = await join(path, ana)
    await call('DELETE', `${path}/members/${body.member.id}?confirm=true`)
    t.same(await tell(ana), none('no_invitation', 'domain_not_open'))
    await invite(path, ana.email)
    t.match((await tell(ana)).data, [{ via: 'invitation' }])
  })

  await t.test('where somebody decides about it the answer says so', async (t) => {
    const policy = await policyLike(app, 'openphone', {
      domain_claims: { enabled: true, join: 'request' }
    })
    const { path, ana } = await open({ policy })
    const expected = [{ via: 'domain', join: 'request', label: 'Ask to join the team' }]
    t.match((await tell(ana)).data, expected)
    const { body } = await join(path, ana)
    t.match((await tell(ana)).data, expected, 'who has asked is told the same')
    await call('POST', `${path}/join-requests/${body.join_request.id}/deny`)
    t.same(await tell(ana), none('no_invitation', 'domain_not_open'))
  })

  await t.test('the newest version of the policy and an own role’s name count', async (t) => {
    const { path } = await organization()
    const user = stranger()
    await call('POST', `${path}/roles`, {
      body: { key: 'auditor', label: { en: 'Auditor' }, permissions: [] }
    })
    await invite(path, user.email, { role: 'auditor' })
    t.match((await tell(user)).data, [{ role: { key: 'auditor', label: 'Auditor' } }])
  })

  await t.test('a key tells of its own organizations only', async (t) => {
    const { id, path, ana } = await open()
    const other = await organization()
    const limited = await apiKey({ organization_ids: [other.id], scopes: ['members:join'] })
    const asked = { key: limited.key }
    t.same(await tell(ana, asked), none('no_invitation', 'domain_not_claimed'))
    await invite(path, ana.email, { role: 'member', resources: { choice: 'new' } })
    t.same(await tell(ana, asked), none('no_invitation', 'domain_not_claimed'))
    const own = await apiKey({ organization_ids: [id], scopes: ['members:join'] })
    t.equal((await tell(ana, { key: own.key })).data.length, 1)
    const reads = await apiKey({ scopes: ['members:read'] })
    t.equal((await find(ana, { key: reads.key })).body.code, 'insufficient_scope')
  })

  await t.test('is answered anew, whatever the Idempotency-Key', async (t) => {
    const { path, ana } = await open()
    const headers = { 'idempotency-key': unique('k') }
    t.equal((await tell(ana, { headers })).data.length, 1)
    await join(path, ana)
    const again = await find(ana, { headers })
    t.same(again.body, none('no_invitation', 'already_member'))
    t.equal(again.headers.get('idempotent-replayed'), null)
    const other = await find(stranger(), { headers })
    t.equal(other.status, 200, 'nor does another body matter')
  })

  await t.test('at most 100', async (t) => {
    const user = stranger()
    const offers = Array.from({ length: 101 }, async () =>
      invite((await organization()).path, user.email)
    )
    await Promise.all(offers)
    t.equal((await tell(user)).data.length, 100)
  })
})
