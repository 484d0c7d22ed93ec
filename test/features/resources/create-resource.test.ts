import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { resources } from '../../../src/db/tables/resources.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'
import { teamWithResources } from '../../helpers/resources.js'

await t.test('POST {o}/resources (create-resource)', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, deps } = app

  await t.test('registers what the host calls by its own id, once, with one event', async (t) => {
    const { id, path } = await organization({ policy: 'openphone' })
    const body = { external_id: 'pn_1', name: 'Support', metadata: { floor: '3' } }
    const made = await call('POST', `${path}/resources`, { body })
    t.equal(made.status, 201)
    t.match(made.body, {
      id: /^res_/,
      organization_id: id,
      kind: 'number',
      kind_label: 'Phone number',
      external_id: 'pn_1',
      name: 'Support',
      status: 'active',
      metadata: { floor: '3' },
      holders_count: 0
    })
    t.match(await call('POST', `${path}/resources`, { body }), {
      status: 409,
      body: { code: 'external_id_taken' }
    })
    const { body: events } = await call('GET', `${path}/events?type=resource.created`)
    t.equal(events.data.length, 1)
    t.match(events.data[0], {
      subject: { type: 'resource', id: made.body.id },
      data: { kind: 'number', external_id: 'pn_1', name: 'Support' }
    })
    const french = { 'accept-language': 'fr' }
    const { body: read } = await call('GET', `${path}/resources/${made.body.id}`, {
      headers: french
    })
    t.equal(read.kind_label, 'Numéro de téléphone')
  })

  await t.test('is of a kind of the policy, the first unless another is named', async (t) => {
    const label = { en: 'A thing', fr: 'Une chose' }
    const policy = await policyLike(app, 'standard', {
      resources: {
        kinds: [
          { key: 'desk', label },
          { key: 'car', label }
        ]
      }
    })
    const { path } = await organization({ policy })
    const make = (fields: object) => call('POST', `${path}/resources`, { body: fields })
    t.equal((await make({ external_id: 'd_1' })).body.kind, 'desk')
    t.equal((await make({ external_id: 'c_1', kind: 'car' })).body.kind, 'car')
    t.match(await make({ external_id: 'b_1', kind: 'boat' }), {
      status: 422,
      body: { code: 'unknown_resource_kind', kinds: ['desk', 'car'] }
    })
  })

  await t.test('a policy without kinds has no use for any', async (t) => {
    const { path } = await organization({ policy: 'oupi' })
    const answer = await call('POST', `${path}/resources`, { body: { external_id: 'x' } })
    t.match(answer, { status: 422, body: { code: 'resources_not_used' } })
    t.same((await call('GET', `${path}/resources`)).body.data, [])
  })

  await t.test('takes resource.manage: what is one’s own at most does not do', async (t) => {
    const team = await teamWithResources(app)
    const body = { external_id: 'x' }
    for (const name of ['ruler', 'giver', 'viewer', 'member', 'nobody']) {
      const { as } = await team.member(name)
      const answer = await call('POST', `${team.path}/resources`, { actor: as, body })
      t.match(answer, { status: 403, body: { code: 'not_permitted' } }, name)
    }
    t.same(await team.list('/resources'), [])
    const { as } = await team.member('manager')
    t.equal((await call('POST', `${team.path}/resources`, { actor: as, body })).status, 201)
  })

  await t.test('what it does not know it refuses', async (t) => {
    const { path } = await organization()
    for (const body of [
      {},
      { external_id: '' },
      { external_id: 'a\nb' },
      { external_id: 'x'.repeat(256) },
      { external_id: 'x', name: ' ' },
      { external_id: 'x', status: 'requested' },
      { external_id: 'x', metadata: { a: 1 } }
    ]) {
      const answer = await call('POST', `${path}/resources`, { body })
      t.match(answer, { status: 400, body: { code: 'invalid_request' } }, JSON.stringify(body))
    }
  })

  await t.test('of two at the same moment under one id one is there', async (t) => {
    const { id, path } = await organization()
    const make = () => call('POST', `${path}/resources`, { body: { external_id: 'same' } })
    const answers = await inTurn(deps.db, id, [make, make])
    t.same(
      answers.map(({ status }) => status),
      [201, 409]
    )
  })

  await t.test('an organization has 100,000 at most, by whichever door', async (t) => {
    const { id, path } = await organization({ policy: 'openphone' })
    await deps.db.execute(sql`
      insert into resources (organization_id, id, kind, external_id, status, created_at, updated_at)
      select ${idToUuid('org', id)}, gen_random_uuid(), 'number', 'r_' || n, 'active', now(), now()
      from generate_series(1, 100000) n`)
    const full = { status: 409, body: { code: 'resource_limit_reached', max: 100_000 } }
    t.match(await call('POST', `${path}/resources`, { body: { external_id: 'more' } }), full)
    const invite = (resources: object) =>
      call('POST', `${path}/invitations`, {
        body: {
          invitations: [{ email: 'ana@acme.test', role: 'member', resources }],
          send_email: false
        }
      })
    t.match(await invite({ choice: 'new' }), full)
    t.match(await invite({ choice: 'existing', ids: ['r_1', 'more'] }), full)
    t.equal((await invite({ choice: 'existing', ids: ['r_1', 'r_2'] })).status, 201)
    t.equal(
      await deps.db.$count(resources, eq(resources.organizationId, id)),
      100_000,
      'nothing came on top'
    )
  })
})
