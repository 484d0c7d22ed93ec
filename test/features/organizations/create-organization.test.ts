import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('POST /v1/organizations', async (t) => {
  const { call, unique, deps } = await createTestApp(t)
  const create = (fields: Record<string, unknown> = {}) => {
    const id = unique('u')
    const owner = { user_id: id, email: `${id}@acme.test`, name: 'Olga' }
    return call('POST', '/v1/organizations', { body: { name: 'Acme', owner, ...fields } })
  }
  const rows = async () => {
    const { rows } = await deps.db.execute<{ count: number }>(
      'select (select count(*) from organizations)::int + (select count(*) from events)::int as count'
    )
    return rows[0]?.count
  }

  await t.test('begins with an active owner in the policy’s creator role', async (t) => {
    const { status, body } = await create({ external_id: 'crm-1', metadata: { plan: 'team' } })
    t.equal(status, 201)
    t.match(body, {
      name: 'Acme',
      external_id: 'crm-1',
      policy: 'standard',
      status: 'active',
      locale: 'en',
      time_zone: 'UTC',
      metadata: { plan: 'team' }
    })
    const { body: members } = await call('GET', `/v1/organizations/${body.id}/members`)
    t.match(members.data, [{ role: 'owner', status: 'active', name: 'Olga' }])
    const { body: events } = await call('GET', `/v1/organizations/${body.id}/events`)
    t.match(events.data, [
      { type: 'member.joined', actor: { type: 'api_key', name: 'first key' } },
      { type: 'organization.created', policy_version: 1 }
    ])
  })

  await t.test('refuses what cannot be meant, and leaves nothing behind', async (t) => {
    await create({ external_id: 'taken' })
    const before = await rows()
    const refused: [Record<string, unknown>, number, string][] = [
      [{ external_id: 'taken' }, 409, 'external_id_taken'],
      [{ policy: 'imperial' }, 422, 'unknown_policy'],
      [{ time_zone: 'Mars/Olympus' }, 400, 'invalid_request'],
      [{ links: { accept_url: 'javascript:alert(1)' } }, 400, 'invalid_request'],
      [{ links: { accept_url: 'http://[bad' } }, 400, 'invalid_request'],
      [{ links: { base_url: 'http://localhost?x=' } }, 400, 'invalid_request'],
      [{ links: { base_url: 'http://localhost/#' } }, 400, 'invalid_request'],
      [{ links: { base_url: 'http://u:p@localhost' } }, 400, 'invalid_request'],
      [{ name: '' }, 400, 'invalid_request'],
      [{ name: 'two\nlines' }, 400, 'invalid_request'],
      [{ name: 'x'.repeat(201) }, 400, 'invalid_request'],
      [{ owner: { user_id: 'u', email: 'nobody' } }, 400, 'invalid_request'],
      [{ owner: undefined }, 400, 'invalid_request'],
      [{ billing: { seats: -1 } }, 400, 'invalid_request'],
      [{ billing: { seats: '5' } }, 400, 'invalid_request'],
      [{ metadata: { 'bad key': 'x' } }, 400, 'invalid_request'],
      [{ colour: 'red' }, 400, 'invalid_request']
    ]
    for (const [fields, status, code] of refused) {
      const answer = await create(fields)
      t.match([answer.status, answer.body.code], [status, code], JSON.stringify(fields))
    }
    t.equal(await rows(), before)
  })

  await t.test('lets links and senders name allowed hosts only', async (t) => {
    const allowed = [
      { links: { accept_url: 'https://app.acme.test/join?x=1' } },
      { links: { base_url: 'http://localhost:9999' } },
      { links: { accept_url: 'https://deep.sub.allowed.test' } },
      { mail: { from: 'Acme <team@app.acme.test>' } }
    ]
    for (const fields of allowed) {
      t.equal((await create(fields)).status, 201, JSON.stringify(fields))
    }
    const refused = [
      { links: { accept_url: 'https://evil.test/' } },
      { links: { accept_url: 'https://app.acme.test.evil.test/' } },
      { links: { accept_url: 'https://app.acme.test@evil.test/' } },
      { links: { base_url: 'https://allowed.test/' } },
      { links: { base_url: 'https://notallowed.test/' } },
      { mail: { from: 'Acme <team@evil.test>' } }
    ]
    for (const fields of refused) {
      const { status, body } = await create(fields)
      t.match([status, body.code], [422, 'host_not_allowed'], JSON.stringify(fields))
    }
  })
})
