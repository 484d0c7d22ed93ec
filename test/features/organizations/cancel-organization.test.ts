import t from 'tap'
import { listKeptMails } from '../../../src/mail/kept.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/cancel', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, member, invite, accept, unique } = app
  const cancel = (path: string, options?: CallOptions) => call('POST', `${path}/cancel`, options)
  const get = async (path: string) => (await call('GET', path)).body
  const eventsOf = async (path: string, type: string) =>
    (await get(`${path}/events?type=${type}`)).data
  const mailsTo = async (to: string) =>
    (await listKeptMails({ db: deps.db, seal: deps.sealer }, { to, limit: 5 })).length
  const CANCELED = [403, 'organization_canceled']

  await t.test('ends the subscription and says what that means', async (t) => {
    const org = await organization({ policy: 'respondio' })
    const { status, body } = await cancel(org.path, { actor: org.as })
    t.match(
      [status, body.status, body.canceled_at, body.deletes_at],
      [200, 'canceled', START.toISOString(), null]
    )
    t.match(await get(org.path), body)
    const [event] = await eventsOf(org.path, 'organization.canceled')
    t.match(event, {
      actor: { type: 'member', name: 'Olga' },
      subject: { type: 'organization', id: org.id },
      changes: { status: ['active', 'canceled'] }
    })
    t.same(event.data, {
      effects: ['access_blocked', 'inbound_dropped', 'workflows_stopped'],
      flag_at: new Date(START.getTime() + 90 * DAY_MS).toISOString(),
      delete_at: null
    })
  })

  await t.test('a canceled one is answered as it is, and nothing is told again', async (t) => {
    const org = await organization()
    const first = await cancel(org.path)
    app.clock.now = new Date(START.getTime() + 1_000)
    t.teardown(() => {
      app.clock.now = START
    })
    for (const options of [{}, { actor: org.as }]) {
      const again = await cancel(org.path, options)
      t.same([again.status, again.body], [200, first.body])
    }
    t.equal((await eventsOf(org.path, 'organization.canceled')).length, 1)
  })

  await t.test('is for whoever may cancel the subscription, and for the host', async (t) => {
    const org = await organization()
    for (const role of ['admin', 'member']) {
      const { as } = await member(org.path, { role })
      const { status, body } = await cancel(org.path, { actor: as })
      t.match([status, body.code], [403, 'not_permitted'], role)
    }
    const { key } = await app.apiKey({ scopes: ['organizations:read'] })
    t.match(await cancel(org.path, { key }), { status: 403, body: { code: 'insufficient_scope' } })
    t.equal((await get(org.path)).status, 'active')
    t.equal((await cancel(org.path)).body.status, 'canceled')
  })

  await t.test(
    'may need a confirmation, or a kind of client; a question needs neither',
    async (t) => {
      const standard = PRESETS.get('standard')
      const authority = {
        ...standard?.authority,
        confirm: ['subscription.cancel', 'org.delete'],
        channels: { 'subscription.cancel': ['web'], 'org.delete': ['desktop'] }
      }
      const org = await organization({ policy: await policyLike(app, 'standard', { authority }) })
      const steps = [
        ['POST', '/cancel', 'web', 'subscription.cancel'],
        ['DELETE', '', 'desktop', 'org.delete']
      ] as const
      for (const [method, rest, channel, permission] of steps) {
        const ask = (confirm: string, headers?: Record<string, string>) =>
          call(method, `${org.path}${rest}${confirm}`, {
            ...(headers ? { actor: org.as, headers } : {})
          })
        const { body: ruling } = await call('POST', `${org.path}/authorize`, {
          body: { user_id: org.owner.user_id, permission }
        })
        t.match(ruling, { allowed: true, channels: [channel] })
        const refused = [
          [await ask(''), 428, 'confirmation_required'],
          [await ask('', { 'muster-channel': channel }), 428, 'confirmation_required'],
          [await ask('?confirm=true', { 'muster-channel': 'mobile' }), 403, 'channel_not_allowed'],
          [await ask('?confirm=true', {}), 403, 'channel_not_allowed']
        ] as const
        for (const [{ status, body }, ...expected] of refused) {
          t.match([status, body.code], expected, `${method} ${expected[1]}`)
        }
        t.match((await ask('')).body, { action: permission })
        t.equal((await ask('?confirm=true', { 'muster-channel': channel })).status, 200)
      }
    }
  )

  await t.test('nothing of the team changes any more, not even for the host', async (t) => {
    const org = await organization({
      policy: 'surveymonkey',
      billing: { entitlements: ['team'], seats: 20 }
    })
    const [active, suspended] = [await member(org.path), await member(org.path)]
    const ofStandard = await organization()
    const { id } = await member(ofStandard.path)
    await call('POST', `${ofStandard.path}/members/${id}/suspend`)
    const { token, invitation } = await invite(org.path, 'open@cancel.test')
    const declined = await invite(org.path, 'declined@cancel.test')
    const group = (await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })).body
    await cancel(org.path)
    await cancel(ofStandard.path)
    const at = `${org.path}/members/${active.id}`
    const user = { id: 'u_new', email: 'open@cancel.test', email_verified: true }
    const people = [{ user_id: 'u_imported', email: 'imported@cancel.test' }]
    const before = await get(`${org.path}/events?limit=1`)
    const refused: [string, string, unknown][] = [
      ['POST', `${org.path}/invitations`, { emails: 'late@cancel.test' }],
      ['POST', `${org.path}/invitations/${invitation.id}/resend`, { via: 'link' }],
      ['DELETE', `${org.path}/invitations/${invitation.id}`, undefined],
      ['POST', '/v1/invitations/accept', { token, user }],
      ['POST', '/v1/invitations/decline', { token: declined.token }],
      ['POST', `${org.path}/members`, { members: people }],
      ['PATCH', at, { name: 'New' }],
      ['DELETE', `${at}?confirm=true`, undefined],
      ['POST', `${at}/reassign`, { email: 'next@cancel.test', send_email: false }],
      ['POST', `${ofStandard.path}/members/${id}/reactivate`, undefined],
      ['POST', `${org.path}/transfer-ownership`, { member_id: suspended.id }],
      ['PATCH', `${org.path}/groups/${group.id}`, { name: 'Others' }],
      ['PUT', `${org.path}/groups/${group.id}/members/${active.id}`, undefined],
      ['POST', `${ofStandard.path}/roles`, { label: { en: 'Late' }, permissions: [] }]
    ]
    for (const [method, path, body] of refused) {
      const answer = await call(method, path, body === undefined ? {} : { body })
      t.match([answer.status, answer.body.code], CANCELED, `${method} ${path}`)
      t.match(answer.body, { organization_status: 'canceled', effects: ['access_blocked'] })
    }
    t.same(await get(`${org.path}/events?limit=1`), before, 'nothing was written')
    t.equal((await get(`${org.path}/invitations/${invitation.id}`)).status, 'pending', 'it stays')
    t.equal((await get(`${org.path}/members`)).data.length, 5, 'the host goes on reading')
  })

  await t.test('members get nowhere but where they restore it; the host reads on', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await cancel(org.path)
    for (const actor of [org.as, ana.as]) {
      for (const rest of ['', '/members', '/invitations', '/roles', '/groups']) {
        const { status, body } = await call('GET', org.path + rest, { actor })
        t.match([status, body.code, body.effects], [...CANCELED, ['access_blocked']], rest)
        t.equal((await call('GET', org.path + rest)).status, 200)
      }
      const activity = await call('POST', `${org.path}/members/${ana.id}/activity`, { actor })
      t.match([activity.status, activity.body.code], CANCELED)
    }
    t.equal((await call('POST', `${org.path}/restore`, { actor: ana.as })).status, 403)
    t.equal((await call('POST', `${org.path}/restore`, { actor: org.as })).status, 200)
  })

  await t.test(
    'where access is not blocked members go on reading, and change nothing',
    async (t) => {
      const policy = await policyLike(app, 'standard', { cancellation: { effects: [] } })
      const org = await organization({ policy })
      const ana = await member(org.path)
      await cancel(org.path)
      t.equal((await call('GET', `${org.path}/members`, { actor: ana.as })).status, 200)
      const check = { user_id: ana.userId, permission: 'team.view' }
      const { body } = await call('POST', `${org.path}/authorize`, { body: check })
      t.match(body, { allowed: true })
      const { status, body: refused } = await call('POST', `${org.path}/leave`, { actor: ana.as })
      t.match([status, refused.code, refused.effects], [...CANCELED, []])
    }
  )

  await t.test('authorize says why, to whoever is asked about and whoever asks', async (t) => {
    const effects = ['access_blocked', 'inbound_dropped', 'workflows_stopped']
    const policy = await policyLike(app, 'standard', { cancellation: { effects } })
    const org = await organization({ policy })
    const ana = await member(org.path)
    await cancel(org.path)
    const checks = [
      { user_id: ana.userId, permission: 'team.view' },
      { user_id: org.owner.user_id, permission: 'app:anything' },
      { user_id: org.owner.user_id, permission: 'member.remove', target: ana.id },
      { user_id: 'u_stranger', permission: 'team.view' },
      { user_id: org.owner.user_id, permission: 'subscription.cancel' },
      { user_id: ana.userId, permission: 'org.delete' }
    ]
    const { body } = await call('POST', `${org.path}/authorize`, {
      body: { checks },
      headers: { 'accept-language': 'fr' }
    })
    const blocked = {
      allowed: false,
      code: 'organization_canceled',
      detail: 'L’abonnement de l’organisation est résilié : il faut d’abord le rétablir.',
      organization_status: 'canceled',
      effects
    }
    t.match(body.data, [
      { ...blocked, member_id: ana.id },
      blocked,
      blocked,
      { allowed: false, code: 'not_a_member' },
      { allowed: true },
      { allowed: false, code: 'not_permitted' }
    ])
    const { status, body: own } = await call('POST', `${org.path}/authorize`, {
      actor: ana.as,
      body: { permission: 'team.view' }
    })
    t.match([status, own], [200, { ...blocked, member_id: ana.id, detail: String }])
  })

  await t.test('whoever waits behind it to accept is refused', async (t) => {
    const org = await organization()
    const email = `${unique('ana')}@cancel.test`
    const { token, invitation } = await invite(org.path, email)
    const [canceled, accepted] = await inTurn(deps.db, org.id, [
      () => cancel(org.path),
      () => accept(token, { id: unique('u'), email })
    ])
    t.equal(canceled?.status, 200)
    t.match([accepted?.status, accepted?.body.code], CANCELED)
    t.equal((await get(`${org.path}/members/${invitation.member_id}`)).status, 'invited')
  })

  await t.test('whoever was before it is in, and counts as canceled with the rest', async (t) => {
    const org = await organization()
    const email = `${unique('ana')}@cancel.test`
    const user = { id: unique('u'), email }
    const { token } = await invite(org.path, email)
    const [accepted, canceled] = await inTurn(deps.db, org.id, [
      () => accept(token, user),
      () => cancel(org.path)
    ])
    t.same([accepted?.status, canceled?.status], [200, 200])
    t.match([(await accept(token, user)).body.code], ['organization_canceled'])
  })

  await t.test('two at once: one event', async (t) => {
    const org = await organization()
    const answers = await inTurn(deps.db, org.id, [() => cancel(org.path), () => cancel(org.path)])
    t.same(
      answers.map(({ status, body }) => [status, body.status]),
      [
        [200, 'canceled'],
        [200, 'canceled']
      ]
    )
    t.equal((await eventsOf(org.path, 'organization.canceled')).length, 1)
  })

  await t.test('a mail that is still to be sent then is not', async (t) => {
    const org = await organization()
    const { body } = await call('POST', `${org.path}/invitations`, {
      body: { emails: 'unsent@cancel.test' }
    })
    await cancel(org.path)
    await runAllJobs(deps)
    t.equal(await mailsTo('unsent@cancel.test'), 0)
    const path = `${org.path}/invitations/${body.data[0].invitation.id}`
    t.equal((await get(path)).delivery, 'failed')
    await call('POST', `${org.path}/restore`)
    await call('POST', `${path}/resend`, { body: { via: 'email' } })
    await runAllJobs(deps)
    t.equal(await mailsTo('unsent@cancel.test'), 1)
  })
})
