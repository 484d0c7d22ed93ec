import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'
import { policyLike } from '../../helpers/policies.js'

const SHORT = { status: 422, body: { code: 'insufficient_credits' } }
const AFTER = new Date(START.getTime() + 7 * DAY_MS)

await t.test('credits that are named in invitations', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, accept, invite } = app

  const ids: string[] = []
  const invitations = { fields: { credits: 'optional' } }
  /** OUPI’s, but that many are invited at once. */
  const usual = await policyLike(app, 'oupi', { invitations })

  async function begin(fields: { pool?: number; policy?: string } = {}) {
    clock.now = START
    const org = await teamWithCredits(app, { pool: 1_000, policy: usual, ...fields })
    const post = (body: object, actor?: string) =>
      call('POST', `${org.path}/invitations`, {
        body: { send_email: false, ...body },
        ...(actor === undefined ? {} : { actor })
      })
    const sums = async () => (await org.get('credits')).body
    const eventsOf = async (type: string) =>
      (await call('GET', `${org.path}/events?type=${type}`)).body.data
    ids.push(org.id)
    return { ...org, post, sums, eventsOf }
  }

  await t.test('for each address, or the same for all that name none', async (t) => {
    const { post, sums } = await begin()
    const { status, body } = await post({
      emails: ['a@all.test', 'b@all.test'],
      invitations: [{ email: 'c@all.test', credits: 70 }, { email: 'd@all.test' }],
      credits: 10
    })
    t.equal(status, 201)
    t.same(
      body.data.map(({ invitation }: { invitation: { credits: number } }) => invitation.credits),
      [10, 10, 70, 10]
    )
    t.match(await sums(), { unallocated: 900, reserved: 100 })
  })

  await t.test('in the order given: the first take what is there', async (t) => {
    const { post, sums, members, get } = await begin({ pool: 100 })
    const { body } = await post({
      invitations: [
        { email: 'a@order.test', credits: 60 },
        { email: 'b@order.test', credits: 50 },
        { email: 'no address', credits: 40 },
        { email: 'd@order.test', credits: 40 },
        { email: 'e@order.test' },
        { email: 'f@order.test', credits: 1 }
      ]
    })
    t.match(body.data, [
      { status: 'created', invitation: { credits: 60 } },
      { status: 'error', problem: { code: 'insufficient_credits', available: 40, needed: 50 } },
      { status: 'error', problem: { code: 'invalid_email' } },
      { status: 'created', invitation: { credits: 40 } },
      { status: 'created', invitation: { credits: null } },
      { status: 'error', problem: { code: 'insufficient_credits', available: 0, needed: 1 } }
    ])
    t.match(await sums(), { unallocated: 0, reserved: 100 })
    t.same(members, [])
    t.equal((await get('credit-transfers?kind=allocate')).body.data.length, 2)
  })

  await t.test('whoever has no seat takes no credits from the next', async (t) => {
    const org = await begin({ pool: 100 })
    const billing = { entitlements: ['team'], seats: 2 }
    t.equal((await call('PUT', `${org.path}/billing`, { body: billing })).status, 200)
    const { body } = await org.post({
      invitations: [
        { email: 'a@seat.test', credits: 101 },
        { email: 'b@seat.test', credits: 50 },
        { email: 'c@seat.test', credits: 50 }
      ]
    })
    t.match(body.data, [
      { problem: { code: 'insufficient_credits' } },
      { status: 'created' },
      { problem: { code: 'seats_exhausted' } }
    ])
    t.match(await org.sums(), { unallocated: 50, reserved: 50 })
  })

  await t.test('only by members who may hand out credits', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      roles: (await call('GET', '/v1/policies/oupi')).body.document.roles.map(
        (role: { key: string; permissions: string[] }) => ({
          ...role,
          permissions: role.permissions.filter(
            (one) => role.key !== 'admin' || one !== 'credits.allocate'
          )
        })
      ),
      invitations,
      credits: { kind: 'pool', role_amounts: [{ role: 'member', amount: 25 }] }
    })
    const { path, post, sums, as } = await begin({ policy })
    const admin = await app.member(path, { role: 'admin' })
    const named = { emails: 'a@may.test', credits: 5 }
    t.match(await post(named, admin.as), { status: 403, body: { code: 'not_permitted' } })
    const one = { invitations: [{ email: 'a@may.test' }, { email: 'b@may.test', credits: 5 }] }
    t.match(await post(one, admin.as), { status: 403, body: { code: 'not_permitted' } })
    t.match(await sums(), { unallocated: 1_000 }, 'nobody was invited')

    const { status, body } = await post({ emails: 'a@may.test' }, admin.as)
    t.match([status, body.data[0].invitation.credits], [201, 25], 'what the policy says is its own')
    t.equal((await post({ emails: 'b@may.test', credits: 5 }, as)).status, 201, 'the owner')
    t.equal((await post({ emails: 'c@may.test', credits: 5 })).status, 201, 'the host')
  })

  await t.test('as the policy says of the role, where none are named', async (t) => {
    const roleAmounts = [
      { role: 'admin', amount: 300 },
      { role: 'member', amount: 100 }
    ]
    const policy = await policyLike(app, 'oupi', {
      invitations,
      credits: { kind: 'pool', role_amounts: roleAmounts }
    })
    const { post, sums } = await begin({ policy })
    const { body } = await post({
      invitations: [
        { email: 'a@role.test', role: 'admin' },
        { email: 'b@role.test' },
        { email: 'c@role.test', role: 'readonly' },
        { email: 'd@role.test', role: 'admin', credits: 1 }
      ]
    })
    const given = body.data.map(
      (one: { invitation: { credits: number } }) => one.invitation.credits
    )
    t.same(given, [300, 100, null, 1])
    t.match(await sums(), { unallocated: 599, reserved: 401 })
  })

  await t.test('not where the policy has no such field', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      invitations: { fields: { credits: 'absent' } },
      credits: { kind: 'pool', role_amounts: [{ role: 'member', amount: 100 }] }
    })
    const { post, sums } = await begin({ policy })
    t.match(await post({ emails: 'a@absent.test', credits: 1 }), {
      status: 422,
      body: { code: 'field_not_allowed', field: 'credits' }
    })
    const { status, body } = await post({ emails: 'a@absent.test' })
    t.match([status, body.data[0].invitation.credits], [201, null], 'nor for the role')
    t.match(await sums(), { reserved: 0 })

    const standard = await app.organization()
    const answer = await invite(standard.path, 'a@absent.test', { credits: 1 })
    t.match(answer.answer.body, { code: 'field_not_allowed' })
  })

  await t.test('always, where the policy wants them', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      invitations: { fields: { credits: 'required' } }
    })
    const { post } = await begin({ policy })
    t.match((await post({ emails: 'a@wanted.test' })).body, { code: 'field_required' })
    t.equal((await post({ emails: 'a@wanted.test', credits: 1 })).status, 201)
  })

  await t.test('are whole, and as many as a number holds', async (t) => {
    const { post, path, sums } = await begin()
    for (const credits of [0, -1, 0.5, 2 ** 53, 1e30, '5', true]) {
      const { status, body } = await post({ emails: 'a@whole.test', credits })
      t.match([status, body.code], [400, 'invalid_request'], String(credits))
      const one = await invite(path, 'a@whole.test', { credits })
      t.equal(one.answer.status, 400, String(credits))
    }
    const most = Number.MAX_SAFE_INTEGER
    const { body } = await post({ emails: ['a@whole.test', 'b@whole.test'], credits: most })
    t.match(body.data, [{ problem: { needed: most } }, { problem: { available: 1_000 } }])
    t.match(await sums(), { unallocated: 1_000 })
  })

  await t.test('come back when it expires, are reserved again when it is sent again', async (t) => {
    const org = await begin()
    const { invitation, token } = await invite(org.path, 'a@again.test', { credits: 800 })
    const at = `${org.path}/invitations/${invitation.id}`
    const resend = () => call('POST', `${at}/resend`, { body: { via: 'link' } })
    t.equal((await resend()).status, 200)
    t.match(await org.sums(), { reserved: 800, unallocated: 200 }, 'once, while it is open')

    clock.now = AFTER
    t.equal((await org.spend(201)).status, 201)
    t.match(await resend(), { ...SHORT, body: { available: 799, needed: 800 } })
    t.equal((await call('GET', at)).body.status, 'expired', 'it stays as it was')
    t.match(await org.sums(), { reserved: 0, unallocated: 799 })

    await org.topUp(1)
    const again = await resend()
    t.match(again, { status: 200, body: { invitation: { status: 'pending', credits: 800 } } })
    t.match(await org.sums(), { reserved: 800, unallocated: 0 })
    const user = { id: app.unique('u'), email: 'a@again.test' }
    t.equal((await accept(token, user)).status, 410, 'the former link')
    t.equal((await accept(again.body.link.split('/').at(-1), user)).status, 200)
    t.equal((await org.spend(800, { member_id: invitation.member_id })).status, 201)
  })

  await t.test('of an offer that nobody has written down as expired, too', async (t) => {
    const org = await begin()
    const { invitation } = await invite(org.path, 'a@late.test', { credits: 1_000 })
    clock.now = AFTER
    const path = `${org.path}/invitations/${invitation.id}/resend`
    t.equal((await call('POST', path, { body: { via: 'link' } })).status, 200)
    t.match(await org.sums(), { reserved: 1_000, unallocated: 0 })
    const kinds = (await org.get('credit-transfers')).body.data.map(
      ({ kind }: { kind: string }) => kind
    )
    t.same(kinds, ['allocate', 'reclaim', 'allocate', 'top_up'])
  })

  await t.test('as the new invitation says, where an address is invited again', async (t) => {
    const org = await begin()
    const first = await invite(org.path, 'a@new.test', { credits: 1_000 })
    clock.now = AFTER
    const second = await invite(org.path, 'a@new.test', { credits: 900 })
    t.equal(second.answer.status, 201)
    t.equal(second.invitation.member_id, first.invitation.member_id, 'the same seat')
    t.match(await org.sums(), { reserved: 900, unallocated: 100 })
    clock.now = new Date(AFTER.getTime() + 7 * DAY_MS)
    t.equal((await invite(org.path, 'a@new.test')).answer.status, 201)
    t.match(await org.sums(), { reserved: 0, unallocated: 1_000 }, 'or none')
  })

  await t.test('are told of by the invitation, and by the ledger', async (t) => {
    const org = await begin()
    const { invitation } = await invite(org.path, 'a@told.test', { credits: 5 })
    await invite(org.path, 'b@told.test')
    const [bo, ana] = await org.eventsOf('member.invited')
    t.equal(ana.data.credits, 5)
    t.notOk('credits' in bo.data)
    t.match(await org.eventsOf('credits.allocated'), [
      { data: { member_id: invitation.member_id, amount: 5, reason: 'invitation' } }
    ])
    t.equal((await org.eventsOf('credits.allocated')).length, 1)
    t.match((await org.get('credit-transfers?kind=allocate')).body.data, [
      {
        amount: 5,
        from: { account: 'pool', member_id: null },
        to: { account: 'member', member_id: invitation.member_id },
        reason: 'invitation',
        actor: { type: 'api_key' }
      }
    ])
  })
  await t.test('no credit was lost or made by any of it', async (t) => {
    t.ok(ids.length > 0)
    for (const id of ids) t.same(await conservation(deps.db, id), [])
  })
})
