import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { deletedOrganizations } from '../../../src/db/tables/deleted-organizations.js'
import { selectEvents } from '../../../src/features/events/queries.js'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { idToUuid } from '../../../src/ids.js'
import { listKeptMails } from '../../../src/mail/kept.js'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'
import { inTurn } from '../../helpers/locks.js'
import { policyDocument } from '../../helpers/policies.js'

await t.test('DELETE {o}', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, member, invite, accept, unique } = app
  const remove = (path: string, options?: CallOptions) => call('DELETE', path, options)
  const records = (id: string) =>
    deps.db.select().from(deletedOrganizations).where(eq(deletedOrganizations.organizationId, id))
  const logOf = (id: string) =>
    selectEvents(deps.db, {
      where: sql`e.organization_id = ${idToUuid('org', id)}`,
      order: 'asc',
      limit: 100
    })

  await t.test('AMP-24: is for the owner, whatever others may, and for the host', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    for (const role of ['admin', 'standard']) {
      const { as } = await member(org.path, { role })
      const { status, body } = await remove(org.path, { actor: as })
      t.match([status, body.code], [403, 'not_permitted'], role)
    }
    t.equal((await call('GET', org.path)).body.status, 'active')
    t.equal((await remove(org.path, { actor: org.as })).status, 200)
    t.equal((await remove((await organization({ policy: 'ampliphi' })).path)).status, 200)
  })

  await t.test('leaves a record, and tells of it in the organization’s own log', async (t) => {
    const externalId = unique('ext')
    const org = await organization({ external_id: externalId })
    const before = (await call('GET', org.path)).body
    const { status, body } = await remove(org.path, { actor: org.as })
    t.match([status, body], [200, { ...before, status: 'deleted', updated_at: String }])
    const log = await logOf(org.id)
    t.match(log.at(-1), {
      type: 'organization.deleted',
      actorType: 'member',
      subjectId: org.id,
      data: { name: 'Acme', external_id: externalId, policy: 'standard' },
      changes: { status: ['active', 'deleted'] }
    })
    t.match(await records(org.id), [
      {
        externalId,
        policyKey: 'standard',
        deletedAt: START,
        deletedByType: 'member',
        deletedById: log.at(-1)?.actorId,
        purgedAt: null
      }
    ])
  })

  await t.test('a canceled one too, by its members as well', async (t) => {
    const org = await organization()
    await call('POST', `${org.path}/cancel`)
    t.equal((await remove(org.path, { actor: org.as })).status, 200)
    t.match((await logOf(org.id)).at(-1), { changes: { status: ['canceled', 'deleted'] } })
  })

  await t.test('from then on nothing of it is there, for anybody', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const { token, invitation } = await invite(org.path, 'open@delete.test')
    const { key } = await app.apiKey({ organization_ids: [org.id] })
    await remove(org.path)
    const ids: Record<string, string> = {
      organization_id: org.id,
      member_id: ana.id,
      invitation_id: invitation.id
    }
    const { body: document } = await call('GET', '/openapi.json')
    const paths = Object.entries(document.paths as Record<string, Record<string, unknown>>)
    const below = paths.filter(([path]) => path.includes('{organization_id}'))
    t.ok(below.length > 20)
    for (const [path, operations] of below) {
      const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? 'some')
      for (const method of Object.keys(operations)) {
        const isQuestion = path.endsWith('/authorize')
        const body = { user_id: ana.userId, permission: 'team.view' }
        for (const options of [{}, { key }, { actor: ana.as }, { actor: org.as }]) {
          const asked = { ...options, ...(isQuestion ? { body } : {}) }
          const answer = await call(method.toUpperCase(), filled, asked)
          t.match([answer.status, answer.body.code], [404, 'not_found'], `${method} ${path}`)
        }
      }
    }
    const user = { id: unique('u'), email: 'open@delete.test', email_verified: true }
    for (const [rest, body] of Object.entries({ lookup: {}, decline: {}, accept: { user } })) {
      const answer = await call('POST', `/v1/invitations/${rest}`, { body: { token, ...body } })
      t.match([answer.status, answer.body.code], [404, 'invitation_link_invalid'], rest)
    }
    t.match((await call('GET', '/v1/organizations?include_total=true', { key })).body, {
      data: [],
      total: 0
    })
  })

  await t.test('its external_id can be given again at once', async (t) => {
    const externalId = unique('ext')
    for (const round of ['once', 'again']) {
      const org = await organization({ external_id: externalId })
      const taken = await call('POST', '/v1/organizations', {
        body: {
          name: 'Other',
          external_id: externalId,
          owner: { user_id: unique('u'), email: 'other@delete.test' }
        }
      })
      t.equal(taken.body.code, 'external_id_taken', round)
      await remove(org.path)
      t.match(await records(org.id), [{ externalId }])
    }
  })

  await t.test('what was still to be mailed to its people is not', async (t) => {
    const org = await organization({
      policy: 'oupi',
      billing: { entitlements: ['team'], seats: 9 }
    })
    const { token } = await invite(org.path, 'joins@delete.test')
    await accept(token, { id: unique('u'), email: 'joins@delete.test' })
    await call('POST', `${org.path}/invitations`, { body: { emails: 'unsent@delete.test' } })
    const names = (await jobRows(deps)).map(({ name }) => name)
    t.ok(names.includes('send-invitation-email'))
    t.ok(names.includes('notify-of-event'))
    await remove(org.path)
    await runAllJobs(deps)
    t.same(await jobRows(deps), [], 'none has failed')
    for (const to of ['unsent@delete.test', org.owner.email, 'joins@delete.test']) {
      t.same(await listKeptMails({ db: deps.db, seal: deps.sealer }, { to, limit: 5 }), [])
    }
  })

  await t.test('its open offers are in nobody’s way', async (t) => {
    const [gone, stays] = [await organization(), await organization()]
    for (const { path } of [gone, stays]) await invite(path, 'due@delete.test')
    await remove(gone.path)
    app.clock.now = new Date(START.getTime() + 8 * DAY_MS)
    t.teardown(() => {
      app.clock.now = START
    })
    await expireInvitations.run(deps)
    t.equal(await expireInvitations.run(deps), 0)
    const { body } = await call('GET', `${stays.path}/events?type=invitation.expired`)
    t.equal(body.data.length, 1)
    t.notOk((await logOf(gone.id)).some(({ type }) => type === 'invitation.expired'))
  })

  await t.test('nor are its roles, when its policy changes', async (t) => {
    const key = unique('p')
    const document = policyDocument(key)
    const put = (body: object) => call('PUT', `/v1/policies/${key}`, { body })
    await put({ document })
    const org = await organization({ policy: key })
    await member(org.path, { role: 'editor' })
    const fewer = { ...document, roles: document.roles.filter((role) => role.key !== 'editor') }
    t.equal((await put({ document: fewer })).body.code, 'policy_orphans_roles')
    await remove(org.path)
    t.equal((await put({ document: fewer })).status, 200)
  })

  await t.test('whoever waits behind it finds nothing', async (t) => {
    const org = await organization()
    const email = `${unique('ana')}@delete.test`
    const { token } = await invite(org.path, email)
    const answers = await inTurn(deps.db, org.id, [
      () => remove(org.path),
      () => accept(token, { id: unique('u'), email }),
      () => remove(org.path),
      () => call('POST', `${org.path}/cancel`),
      () => call('POST', `${org.path}/invitations`, { body: { emails: 'late@delete.test' } })
    ])
    t.same(
      answers.map(({ status, body }) => [status, body.code]),
      [
        [200, undefined],
        [404, 'invitation_link_invalid'],
        [404, 'not_found'],
        [404, 'not_found'],
        [404, 'not_found']
      ]
    )
    t.equal((await records(org.id)).length, 1)
  })
})
