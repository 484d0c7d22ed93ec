import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { organizations } from '../../../src/db/tables/organizations.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { linesOf } from '../../helpers/exports.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { inTurn, interleave } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('an export, from beginning to end', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const { call } = app
  const org = await app.organization()
  const { status, body } = await call('POST', `${org.path}/exports`, { actor: org.as })
  t.equal(status, 201)
  t.match(body, {
    id: /^exp_/,
    organization_id: org.id,
    status: 'queued',
    requested_by: { type: 'member', id: /^mem_/, name: 'Olga' },
    lines: null,
    bytes: null,
    created_at: START.toISOString(),
    started_at: null,
    finished_at: null,
    expires_at: null
  })
  const at = `${org.path}/exports/${String(body.id)}`
  const finished = await until(async () => {
    const { body: now } = await call('GET', at)
    return now.status === 'finished' && now
  })
  const { body: file } = await call('GET', `${at}/download`, { actor: org.as })
  const lines = linesOf(file)
  t.same(finished, {
    ...body,
    status: 'finished',
    lines: lines.length,
    bytes: Buffer.byteLength(file),
    started_at: START.toISOString(),
    finished_at: START.toISOString(),
    expires_at: new Date(START.getTime() + 7 * DAY_MS).toISOString()
  })
  t.match(lines, [
    { type: 'export', data: { id: body.id, organization_id: org.id, format: 1 } },
    { type: 'organization', data: { id: org.id, name: 'Acme' } }
  ])
  const { body: list } = await call('GET', `${org.path}/exports?include_total=true`)
  t.same(list, { data: [finished], has_more: false, next_cursor: null, total: 1 })

  const { body: events } = await call('GET', `${org.path}/events?subject_id=${String(body.id)}`)
  t.match(events.data, [
    {
      type: 'export.finished',
      actor: { type: 'system' },
      data: { status: 'finished', lines: lines.length, bytes: Buffer.byteLength(file) }
    },
    { type: 'export.started', actor: { type: 'member' }, subject: { type: 'export', id: body.id } }
  ])
})

await t.test('who may export', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const org = await app.organization()
  const [admin, member] = [
    await app.member(org.path, { role: 'admin' }),
    await app.member(org.path, { role: 'member' })
  ]
  const { body: one } = await call('POST', `${org.path}/exports`)
  await runAllJobs(deps)
  const at = `/${String(one.id)}`
  const all = [
    ['POST', ''],
    ['GET', ''],
    ['GET', at],
    ['GET', `${at}/download`]
  ] as const

  await t.test('the host, and members whose role has data.export', async (t) => {
    t.match(one.requested_by, { type: 'api_key', id: /^key_/ })
    for (const [method, path] of all) {
      t.ok((await call(method, `${org.path}/exports${path}`, { actor: org.as })).status < 300)
    }
    await runAllJobs(deps)
  })

  await t.test('nobody else, and nobody who has just lost the permission', async (t) => {
    for (const { as } of [admin, member]) {
      for (const [method, path] of all) {
        const answer = await call(method, `${org.path}/exports${path}`, { actor: as })
        t.match(answer, { status: 403, body: { code: 'not_permitted' } }, `${method} ${path}`)
      }
    }
    const answer = await interleave(deps.db, org.id, {
      request: () => call('POST', `${org.path}/exports`, { actor: org.as }),
      meanwhile: (tx) =>
        tx.update(members).set({ role: 'member' }).where(eq(members.userId, org.owner.user_id))
    })
    t.match(answer, { status: 403, body: { code: 'not_permitted' } })
  })

  await t.test('keys by their scopes', async (t) => {
    const { key } = await app.apiKey({ scopes: ['exports:read'] })
    for (const [method, path] of all) {
      const answer = await call(method, `${org.path}/exports${path}`, { key })
      const expected = method === 'POST' ? [403, 'insufficient_scope'] : [200, undefined]
      t.same([answer.status, answer.body.code], expected, `${method} ${path}`)
    }
    const other = await app.apiKey({ scopes: ['exports:write', 'members:read'] })
    for (const path of ['', at, `${at}/download`]) {
      const answer = await call('GET', `${org.path}/exports${path}`, { key: other.key })
      t.match(answer, { status: 403, body: { code: 'insufficient_scope' } })
    }
  })

  await t.test('only where the policy has exports', async (t) => {
    const policy = await policyLike(app, 'standard', { exports: { enabled: false } })
    const without = await app.organization({ policy })
    for (const actor of [{}, { actor: without.as }]) {
      const answer = await call('POST', `${without.path}/exports`, actor)
      t.match(answer, { status: 422, body: { code: 'exports_not_offered' } })
    }
    t.same((await call('GET', `${without.path}/exports`)).body.data, [])
  })
})

await t.test('one export at a time', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const org = await app.organization()
  const start = () => call('POST', `${org.path}/exports`)

  await t.test('a second is refused and told which one is running', async (t) => {
    const { body: first } = await start()
    const second = await start()
    t.match(second, { status: 409, body: { code: 'export_running', export_id: first.id } })
    t.match(second.body.detail, first.id)
    const elsewhere = await app.organization()
    t.equal((await call('POST', `${elsewhere.path}/exports`)).status, 201, 'of each organization')
    await runAllJobs(deps)
    t.equal((await start()).status, 201, 'the next one, once it has ended')
    await runAllJobs(deps)
  })

  await t.test('of several at the same time one begins', async (t) => {
    const answers = await inTurn(deps.db, org.id, [start, start, start])
    t.same(answers.map(({ status }) => status).sort(), [201, 409, 409])
    const begun = answers.find(({ status }) => status === 201)
    for (const { status, body } of answers) {
      if (status === 409) t.match(body, { code: 'export_running', export_id: begun?.body.id })
    }
    const { body } = await call('GET', `${org.path}/exports?include_total=true`)
    t.equal(body.total, 3)
  })
})

await t.test('a canceled organization', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const cancel = (path: string) => call('POST', `${path}/cancel?confirm=true`)

  await t.test('is exported before it is canceled, not after', async (t) => {
    const org = await app.organization()
    const { body: before } = await call('POST', `${org.path}/exports`, { actor: org.as })
    t.equal((await cancel(org.path)).status, 200)
    await runAllJobs(deps)
    const at = `${org.path}/exports/${String(before.id)}`
    t.equal((await call('GET', at)).body.status, 'finished', 'what was started is finished')
    for (const options of [{}, { actor: org.as }]) {
      t.match(await call('POST', `${org.path}/exports`, options), {
        status: 403,
        body: { code: 'organization_canceled', organization_status: 'canceled' }
      })
    }
    t.equal((await call('GET', `${at}/download`)).status, 200, 'the host has what was exported')
    for (const path of [`${org.path}/exports`, at, `${at}/download`]) {
      const answer = await call('GET', path, { actor: org.as })
      t.match(answer, { status: 403, body: { code: 'organization_canceled' } }, 'members do not')
    }
  })

  await t.test('not even when the cancellation comes first by a moment', async (t) => {
    const org = await app.organization()
    const answer = await interleave(deps.db, org.id, {
      request: () => call('POST', `${org.path}/exports`),
      meanwhile: (tx) =>
        tx.update(organizations).set({ status: 'canceled' }).where(eq(organizations.id, org.id))
    })
    t.match(answer, { status: 403, body: { code: 'organization_canceled' } })
  })

  await t.test('can be exported by its members where the policy says so', async (t) => {
    const policy = await policyLike(app, 'standard', { exports: { after_cancel: true } })
    const org = await app.organization({ policy })
    await cancel(org.path)
    t.equal((await call('GET', `${org.path}/members`, { actor: org.as })).status, 403)
    const { status, body } = await call('POST', `${org.path}/exports`, { actor: org.as })
    t.equal(status, 201)
    await runAllJobs(deps)
    const at = `${org.path}/exports/${String(body.id)}`
    const { body: file } = await call('GET', `${at}/download`, { actor: org.as })
    t.match(linesOf(file)[1], { type: 'organization', data: { status: 'canceled' } })
    const list = await call('GET', `${org.path}/exports`, { actor: org.as })
    t.equal(list.body.data.length, 1)
  })

  await t.test('is not exported either where its members still come in', async (t) => {
    const policy = await policyLike(app, 'standard', { cancellation: { effects: [] } })
    const org = await app.organization({ policy })
    await cancel(org.path)
    const answer = await call('POST', `${org.path}/exports`, { actor: org.as })
    t.match(answer, { status: 403, body: { code: 'organization_canceled' } })
    t.equal((await call('GET', `${org.path}/exports`, { actor: org.as })).status, 200)
  })
})
