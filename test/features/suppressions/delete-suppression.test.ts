import t from 'tap'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { deploymentEvents, MAIL_EVENTS_SECRET, tellMailEvent } from '../../helpers/mail-events.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyLike } from '../../helpers/policies.js'

const pathOf = (email: string) => `/v1/mail-suppressions/${encodeURIComponent(email)}`
const complain = (app: TestApp, email: string) =>
  tellMailEvent(app, { type: 'complained', message_id: '<x@y.test>', email })

await t.test('addresses to which nothing is sent', async (t) => {
  const app = await createTestApp(t, {
    environment: { MUSTER_MAIL_EVENTS_SECRET: MAIL_EVENTS_SECRET }
  })
  const { call, deps, organization, member, unique } = app
  const told = (who: { email: string }) => toldTo(app, who.email)

  await t.test('no invitation: it says that it failed, and why; its link works', async (t) => {
    const org = await organization()
    const email = `${unique('no')}@acme.test`
    await complain(app, email)
    const { body } = await call('POST', `${org.path}/invitations`, { body: { emails: email } })
    const { id } = body.data[0].invitation
    t.same(await told({ email }), [])
    const path = `${org.path}/invitations/${id}`
    t.equal((await call('GET', path)).body.delivery, 'failed')
    const { body: failed } = await call('GET', `${org.path}/events?type=invitation.delivery_failed`)
    t.match(failed.data, [{ data: { reason: 'suppressed' }, changes: { delivery: ['queued'] } }])
    const { body: link } = await call('POST', `${path}/resend`, { body: { via: 'link' } })
    const token = String(link.link).split('/').at(-1) ?? ''
    t.equal((await app.accept(token, { id: unique('u'), email })).status, 200)
  })

  await t.test('no notification, neither because of a role nor of one’s own access', async (t) => {
    const policy = await policyLike(app, 'standard', {
      notifications: [{ event: 'member.suspended', roles: ['owner'], member: true }]
    })
    const org = await organization({ policy })
    const [ana, bo] = [await member(org.path), await member(org.path)]
    for (const { email } of [org.owner, ana]) await complain(app, email)
    await call('POST', `${org.path}/members/${ana.id}/suspend`, { body: {} })
    for (const nobody of [org.owner, ana]) t.same(await told(nobody), [])
    t.equal((await call('DELETE', pathOf(org.owner.email))).status, 200)
    await call('POST', `${org.path}/members/${bo.id}/suspend`, { body: {} })
    t.equal((await told(org.owner)).length, 1, 'once it is taken off the list')
  })

  await t.test('are listed, newest first, and found by address', async (t) => {
    const [one, two] = [`${unique('a')}@acme.test`, `${unique('b')}@acme.test`]
    for (const email of [one, two]) await complain(app, email)
    const list = async (query: string) => (await call('GET', `/v1/mail-suppressions${query}`)).body
    const first = await list('?limit=1&include_total=true')
    t.match(first, { data: [{ email: two, organization_id: null, detail: null }], has_more: true })
    t.ok(first.total >= 2)
    t.match(await list(`?limit=1&cursor=${first.next_cursor}`), { data: [{ email: one }] })
    t.match((await list(`?email=${one.toUpperCase()}`)).data, [{ email: one }])
    t.same((await list('?email=nobody@acme.test')).data, [])
  })

  await t.test('are taken off the list once', async (t) => {
    const email = `${unique('off')}@acme.test`
    await complain(app, email)
    const { status, body } = await call('DELETE', pathOf(email.toUpperCase()))
    t.match([status, body], [200, { email, reason: 'complained' }])
    t.match(await deploymentEvents(app, 'mail_suppression.deleted'), [
      { subjectId: body.id, actorType: 'api_key', data: { email, reason: 'complained' } },
      {}
    ])
    t.equal((await call('DELETE', pathOf(email))).status, 404)
  })

  await t.test('are forgotten with the person, also by the log', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await complain(app, ana.email)
    const { body: known } = await call('GET', `/v1/users/${ana.userId}/export`)
    const named = known.events.filter(
      (event: { organization_id: unknown }) => !event.organization_id
    )
    t.match(named, [{ type: 'mail_suppression.created', data: { email: ana.email } }])
    await call('DELETE', `${org.path}/members/${ana.id}`)
    t.equal((await call('POST', `/v1/users/${ana.userId}/erase`)).status, 200)
    const told = await deploymentEvents(app, 'mail_suppression.created')
    t.match(told[0]?.data, { email: 'erased', reason: 'complained' })
    t.same((await call('GET', `/v1/mail-suppressions?email=${ana.email}`)).body.data, [])
  })

  await t.test('are for keys of the whole deployment', async (t) => {
    const org = await organization()
    const limited = await app.apiKey({ organization_ids: [org.id] })
    const unscoped = await app.apiKey({ scopes: ['mail-suppressions:read'] })
    for (const [method, path] of [
      ['GET', '/v1/mail-suppressions'],
      ['DELETE', pathOf('ana@acme.test')]
    ] as const) {
      const { status, body } = await call(method, path, { key: limited.key })
      t.match([status, body.code], [403, 'key_limited_to_organizations'])
    }
    const { body } = await call('DELETE', pathOf('ana@acme.test'), { key: unscoped.key })
    t.equal(body.code, 'insufficient_scope')
    t.equal((await call('GET', '/v1/mail-suppressions', { key: unscoped.key })).status, 200)
    await runAllJobs(deps)
  })
})
