import t from 'tap'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { after } from '../../helpers/reviews.js'
import { countStatements } from '../../helpers/statements.js'

const ORDER = [
  'organization',
  'billing',
  'membership',
  'account_confirmed',
  'suspension',
  'reassignment',
  'role',
  'permissions',
  'resources',
  'credits'
]

interface Check {
  readonly check: string
  readonly ok: boolean
  readonly applies: boolean
  readonly code: string | null
  readonly detail: string
  readonly data: Readonly<Record<string, unknown>>
  readonly mend: { command: string; method: string; path: string; body: object | null } | null
}

const explaining =
  ({ call }: TestApp, path: string) =>
  async (id: string, headers: Record<string, string> = {}) => {
    const { status, body } = await call('GET', `${path}/members/${id}/access`, { headers })
    const checks: Check[] = body.checks ?? []
    const of = (name: string) => checks.find(({ check }) => check === name)
    const troubles = checks.filter(({ ok }) => !ok).map(({ code }) => code)
    const send = async (name: string) => {
      const mend = of(name)?.mend
      if (!mend) throw new Error(`nothing mends ${name}`)
      const sent = mend.body === null ? {} : { body: mend.body }
      return (await call(mend.method, mend.path, sent)).status
    }
    return { status, body, checks, of, troubles, send }
  }

await t.test('GET {o}/members/{member_id}/access', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('of whoever gets in all is well, in order', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { body, checks, troubles, of } = await explaining(app, org.path)(ana.id)
    t.match(body, { member_id: ana.id, user_id: ana.userId, email: ana.email, can_get_in: true })
    t.same(
      checks.map(({ check }) => check),
      ORDER
    )
    t.same(troubles, [])
    t.same(of('credits')?.applies, false, 'the policy has no pool')
    t.match(of('permissions')?.data, { count: 5 })
    t.match(of('role'), { detail: 'The role is Member.', data: { role: 'member' } })
    const french = await explaining(app, org.path)(ana.id, { 'accept-language': 'fr' })
    t.equal(french.of('suspension')?.detail, 'Pas suspendu.')
  })

  await t.test('the invitation: sent or not, failed, suppressed, run out', async (t) => {
    const org = await organization()
    const email = `${app.unique('open')}@access.test`
    const { invitation } = await invite(org.path, email)
    const explain = explaining(app, org.path)
    const first = await explain(invitation.member_id)
    t.same(first.troubles, ['mail_not_sent'])
    t.match(first.of('account_confirmed'), {
      data: {
        invitation_id: invitation.id,
        invitation_status: 'pending',
        expires_at: after(7).toISOString(),
        sent_again_by: ['owner', 'admin']
      },
      mend: { command: 'resendInvitation', body: { via: 'email' } }
    })
    t.equal(first.body.can_get_in, false)
    t.equal(await first.send('account_confirmed'), 200)
    t.same((await explain(invitation.member_id)).troubles, ['mail_queued'])
    const { deps } = app
    const deliver = (delivery: string) =>
      deps.db.execute(`update invitations set delivery = '${delivery}'`)
    await deliver('failed')
    t.same((await explain(invitation.member_id)).troubles, ['mail_failed'])
    await deliver('sent')
    t.same((await explain(invitation.member_id)).troubles, ['invitation_pending'])
    await deps.db.execute(`insert into mail_suppressions
      (organization_id, id, email_key, reason, created_at) values
      ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), '${email}', 'bounced', now())`)
    const suppressed = await explain(invitation.member_id)
    t.same(suppressed.troubles, ['address_suppressed'])
    t.match(suppressed.of('account_confirmed'), {
      data: { suppressed: 'bounced' },
      mend: { body: { via: 'link' } }
    })
    clock.now = after(7)
    const late = await explain(invitation.member_id)
    t.same(late.troubles, ['invitation_expired'])
    t.equal(
      late.of('account_confirmed')?.detail,
      `The invitation ran out on ${after(7).toISOString()} and was not accepted.`
    )
    t.equal(await late.send('account_confirmed'), 200)
    t.same((await explain(invitation.member_id)).troubles, ['address_suppressed'])
  })

  await t.test('where only mails are offered, the address has to be let go first', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const email = `${app.unique('open')}@access.test`
    const body = { emails: email }
    const { body: invited } = await call('POST', `${org.path}/invitations`, { body })
    await app.deps.db.execute(`insert into mail_suppressions
      (organization_id, id, email_key, reason, created_at) values
      ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), '${email}', 'bounced', now())`)
    const explain = explaining(app, org.path)
    const { of, send } = await explain(invited.data[0].invitation.member_id)
    t.match(of('account_confirmed'), { mend: { command: 'deleteMailSuppression' } })
    t.equal(await send('account_confirmed'), 200)
    t.same(
      (await explain(invited.data[0].invitation.member_id)).of('account_confirmed')?.code,
      'mail_queued'
    )
  })

  await t.test('suspension and reassignment, since when, and what ends them', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    clock.now = after(3)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    const email = `${app.unique('heir')}@access.test`
    await call('POST', `${org.path}/members/${bo.id}/reassign`, {
      body: { email, send_email: false }
    })
    clock.now = after(4)
    const explain = explaining(app, org.path)
    const suspended = await explain(ana.id)
    t.same(suspended.troubles, ['member_suspended'])
    t.match(suspended.of('suspension')?.data, { since: after(3).toISOString() })
    const pending = await explain(bo.id)
    t.same(pending.troubles, ['reassignment_pending'])
    t.match(pending.of('reassignment')?.data, { email, since: after(3).toISOString() })
    for (const [{ body, send }, check] of [
      [suspended, 'suspension'],
      [pending, 'reassignment']
    ] as const) {
      t.equal(body.can_get_in, false)
      t.equal(await send(check), 200)
    }
    for (const { id } of [ana, bo]) t.ok((await explain(id)).body.can_get_in)
  })

  await t.test('whoever has gone, and how', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    await call('DELETE', `${org.path}/members/${ana.id}`)
    await call('POST', `${org.path}/leave`, { actor: bo.as })
    const { invitation } = await invite(org.path, `${app.unique('gone')}@access.test`)
    await call('DELETE', `${org.path}/invitations/${invitation.id}`)
    const explain = explaining(app, org.path)
    for (const [id, code] of [
      [ana.id, 'member_removed'],
      [bo.id, 'member_left'],
      [invitation.member_id, 'invitation_canceled']
    ]) {
      const { troubles, body, of, send } = await explain(id)
      t.same([troubles, body.can_get_in], [[code], false])
      t.equal(of('suspension')?.applies, false)
      t.equal(await send('membership'), 201, 'is invited again')
    }
  })

  await t.test('a canceled organization, and an overdue invoice', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('PUT', `${org.path}/billing`, { body: { status: 'past_due' } })
    const explain = explaining(app, org.path)
    const overdue = await explain(ana.id)
    t.same([overdue.troubles, overdue.of('billing')?.code], [[], 'billing_past_due'])
    t.ok(overdue.body.can_get_in)
    clock.now = after(1)
    await call('POST', `${org.path}/cancel`)
    const canceled = await explain(ana.id)
    t.same(canceled.troubles, ['organization_canceled'])
    t.match(canceled.of('organization')?.data, {
      status: 'canceled',
      canceled_at: after(1).toISOString()
    })
    t.ok((canceled.of('organization')?.data['effects'] as string[]).includes('access_blocked'))
    const own = await call('GET', `${org.path}/members/${ana.id}/access`, { actor: ana.as })
    t.match([own.status, own.body.can_get_in], [200, false], 'members are told why')
    const others = await call('GET', `${org.path}/members/${ana.id}/access`, { actor: org.as })
    t.match([others.status, others.body.code], [403, 'organization_canceled'])
    t.equal(await canceled.send('organization'), 200)
    t.ok((await explain(ana.id)).body.can_get_in)
  })

  await t.test('what they have, themselves and by groups, and what is to be made', async (t) => {
    const policy = await policyLike(app, 'standard', {
      invitations: { resource_choices: ['new', 'existing'] }
    })
    const org = await organization({ policy })
    const { id } = await member(org.path)
    const ids = []
    for (const external_id of ['ws_1', 'ws_2']) {
      ids.push((await call('POST', `${org.path}/resources`, { body: { external_id } })).body.id)
    }
    const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'All' } })
    await call('PUT', `${org.path}/groups/${group.id}/members/${id}`)
    const resources = `${org.path}/resources`
    const body = { mode: 'read_only' }
    await call('PUT', `${resources}/${ids[0]}/grants/${id}`, { body })
    await call('PUT', `${resources}/${ids[1]}/group-grants/${group.id}`, { body: {} })
    const explain = explaining(app, org.path)
    const { of, troubles } = await explain(id)
    t.same(troubles, [])
    t.match(of('resources')?.data, {
      count: 2,
      waiting: 0,
      resources: [
        { id: ids[0], external_id: 'ws_1', mode: 'read_only', group_id: null },
        { id: ids[1], external_id: 'ws_2', mode: 'shared', group_id: group.id }
      ]
    })
    await call('PATCH', `${org.path}/members/${id}`, { body: { resources: { choice: 'new' } } })
    const waiting = await explain(id)
    t.same(waiting.troubles, ['resources_requested'])
    t.ok(waiting.body.can_get_in, 'which keeps nobody out')
    t.match(waiting.of('resources')?.mend, { command: 'fulfillResource', needs: ['external_id'] })
  })

  await t.test('is read in a few statements, however much there is', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const { id } = await member(org.path)
    const count = await countStatements(t, () => explaining(app, org.path)(id))
    t.ok(count <= 5, String(count))
  })

  await t.test('is for whoever reads the log, and of oneself for everybody', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const ask = async (id: string, options: object) => {
      const { status, body } = await call('GET', `${org.path}/members/${id}/access`, options)
      return [status, body.code]
    }
    t.same(await ask(ana.id, { actor: ana.as }), [200, undefined])
    t.same(await ask(ana.id, { actor: org.as }), [200, undefined])
    t.same(await ask(bo.id, { actor: ana.as }), [403, 'not_permitted'])
    const nobody = `mem_${'0'.repeat(26)}`
    t.same(await ask(nobody, { actor: ana.as }), [403, 'not_permitted'])
    t.same(await ask(nobody, {}), [404, 'not_found'])
    t.same(await ask((await member(other.path)).id, {}), [404, 'not_found'])
    t.same(await ask('mem_1', {}), [400, 'invalid_request'])
    const { key } = await app.apiKey({ scopes: ['events:read'] })
    t.same(await ask(ana.id, { key }), [403, 'insufficient_scope'])
  })
})
