import t from 'tap'
import { PRESETS } from '../../../src/policy/presets.js'
import { createTestApp } from '../../helpers/app.js'
import { policyDocument, role } from '../../helpers/policies.js'

await t.test('POST /v1/policies/check', async (t) => {
  const { call, apiKey, organization, deps, unique } = await createTestApp(t)
  const check = (document: unknown, headers: Record<string, string> = {}) =>
    call('POST', '/v1/policies/check', { body: { document }, headers })

  await t.test('finds nothing against a policy that is safe', async (t) => {
    const { status, body } = await check(policyDocument('safe'))
    t.equal(status, 200)
    t.match(body, { valid: true, errors: [] })
  })

  await t.test('tells what is wrong where, and looks for nothing then', async (t) => {
    const { status, body } = await check(policyDocument('wrong', { seats: { mod: 'none' } }))
    t.equal(status, 200)
    t.same(body, {
      valid: false,
      errors: [{ pointer: '#/document/seats/mod', detail: 'is not a key of a policy' }],
      findings: []
    })
  })

  await t.test('tells what would follow, by the shortest way there', async (t) => {
    const [owner, ...others] = policyDocument('rises').roles
    const recruiter = role('recruiter', ['team.view', 'member.invite'])
    const authority = {
      ...policyDocument('rises').authority,
      invite: [{ actor: '*', roles: ['*'] }]
    }
    const { body } = await check(
      policyDocument('rises', { roles: [owner, recruiter, ...others], authority })
    )
    t.equal(body.valid, false)
    t.match(body.findings, [
      { severity: 'error', code: 'grants_what_it_lacks', roles: ['recruiter', 'owner'] }
    ])
    t.same(body.findings[0].steps, ['A (recruiter) invites B as owner, who accepts.'])
  })

  await t.test('looks at every policy that ships with Muster, and refuses none', async (t) => {
    for (const [key, document] of PRESETS) {
      const { status, body } = await check(document)
      t.match([status, body.valid, body.errors], [200, true, []], key)
    }
  })

  await t.test('leaves the event loop to others meanwhile', async (t) => {
    // The largest of them takes seconds; whoever asks for something else waits for none of it.
    const checked = check(PRESETS.get('standard')).then(() => 'checked')
    let answered = 0
    while ((await Promise.race([checked, call('GET', '/livez').then(() => false)])) === false) {
      answered += 1
    }
    t.ok(answered > 5, `${answered} answers`)
  })

  await t.test('a repetition gets the same answer, and nothing is written for it', async (t) => {
    const headers = { 'idempotency-key': unique('key') }
    const first = await check(policyDocument('twice'), headers)
    const again = await check(policyDocument('twice'), headers)
    t.same(again.body, first.body)
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    const { rows } = await deps.db.execute("select from policies where key in ('safe', 'twice')")
    t.same(rows, [])
  })

  await t.test('is open to a key of some organizations, if it may read policies', async (t) => {
    const { id } = await organization()
    const body = { document: policyDocument('mine') }
    const status = async (fields: Record<string, unknown>) => {
      const { key } = await apiKey(fields)
      return (await call('POST', '/v1/policies/check', { body, key })).status
    }
    t.equal(await status({ scopes: ['policies:read'], organization_ids: [id] }), 200)
    t.equal(await status({ scopes: ['policies:write'] }), 403)
    t.equal((await call('POST', '/v1/policies/check', { body, key: null })).status, 401)
  })
})
