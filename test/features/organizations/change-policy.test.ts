import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'
import { policyDocument } from '../../helpers/policies.js'

await t.test('PATCH {o} with policy (updateOrganization)', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, member, invite, unique } = app
  const patch = (path: string, body: unknown, actor?: string) =>
    call('PATCH', path, { body, ...(actor === undefined ? {} : { actor }) })
  const newPolicy = (fields?: Record<string, unknown>) => createPolicy(app, fields)
  const [owner, , plain] = policyDocument('any').roles
  const WITHOUT_EDITOR = { roles: [owner, plain] }
  const get = async (path: string) => (await call('GET', path)).body

  await t.test('lets the organization live by another policy at once', async (t) => {
    const [before, after] = [await newPolicy(), await newPolicy()]
    const org = await organization({ policy: before })
    await patch(org.path, { name: 'Acme' })
    const { status, body } = await patch(org.path, { name: 'Acme Labs', policy: after })
    t.match([status, body.policy, body.name], [200, after, 'Acme Labs'])
    t.equal((await get(org.path)).policy, after)
    const { data } = await get(`${org.path}/events`)
    t.match(data[0], {
      type: 'organization.updated',
      changes: { policy: [before, after], name: ['Acme', 'Acme Labs'] },
      policy_version: 1
    })
    const again = await patch(org.path, { policy: after, role_mapping: { owner: 'member' } })
    t.equal(again.status, 200)
    t.equal((await get(`${org.path}/events`)).data.length, data.length, 'a repetition does nothing')
  })

  await t.test('leaves nobody with a role that the other policy does not have', async (t) => {
    const [before, after] = [await newPolicy(), await newPolicy(WITHOUT_EDITOR)]
    const org = await organization({ policy: before })
    const other = await organization({ policy: before })
    const editor = await member(org.path, { role: 'editor' })
    const stranger = await member(other.path, { role: 'editor' })
    const { invitation } = await invite(org.path, `${unique('i')}@acme.test`, { role: 'editor' })
    const refused = await patch(org.path, { name: 'New', policy: after })
    t.match(
      [refused.status, refused.body.code, refused.body.total],
      [409, 'policy_orphans_roles', 1]
    )
    t.same(refused.body.organizations, [
      { organization_id: org.id, roles: [{ role: 'editor', members: 2, reason: 'unknown_role' }] }
    ])
    t.match(await get(org.path), { name: 'Acme', policy: before })

    const role_mapping = { editor: 'member' }
    t.equal((await patch(org.path, { policy: after, role_mapping })).status, 200)
    t.equal((await get(`${org.path}/members/${editor.id}`)).role, 'member')
    t.equal((await get(`${org.path}/invitations/${invitation.id}`)).role, 'member')
    t.equal((await get(`${other.path}/members/${stranger.id}`)).role, 'editor', 'there it is known')
    const { data } = await get(`${org.path}/events?type=member.role_changed`)
    t.equal(data.length, 2)
    t.match(data[0], { changes: { role: ['editor', 'member'] }, data: { sessions: 'none' } })
  })

  await t.test('as few and as many hold a role as the other policy says', async (t) => {
    const [before, after] = [
      await newPolicy(),
      await newPolicy({ roles: [owner, { ...plain, max: 1 }] })
    ]
    const org = await organization({ policy: before })
    await member(org.path)
    await member(org.path)
    const { body } = await patch(org.path, { policy: after })
    t.match(body.organizations, [
      { roles: [{ role: 'member', members: 2, reason: 'too_many_holders' }] }
    ])
    const role_mapping = { owner: 'member', member: 'owner' }
    t.equal((await patch(org.path, { policy: after, role_mapping })).status, 200)
    const { data } = await get(`${org.path}/members`)
    t.same(data.map(({ role }: { role: string }) => role).sort(), ['member', 'owner', 'owner'])
  })

  await t.test('is the host’s choice, never a member’s', async (t) => {
    const [before, after] = [await newPolicy(), await newPolicy()]
    await deps.db.execute(sql`
      update policies set document = jsonb_set(document, '{roles,0,permissions}',
        '["org.rename", "org.settings"]') where key = ${before}`)
    const org = await organization({ policy: before })
    const wrong = [{ policy: after }, { policy: before }, { name: 'x', role_mapping: { a: 'b' } }]
    for (const body of wrong) {
      const { status, body: problem } = await patch(org.path, body, org.as)
      t.match([status, problem.code], [403, 'policy_is_the_hosts'])
    }
    t.equal((await patch(org.path, { name: 'New' }, org.as)).status, 200)
    t.equal((await get(org.path)).policy, before)
  })

  await t.test('refuses what cannot be meant', async (t) => {
    const after = await newPolicy()
    const org = await organization({ policy: await newPolicy() })
    const refused: [unknown, number, string][] = [
      [{ policy: 'imperial' }, 422, 'unknown_policy'],
      [{ policy: null }, 400, 'invalid_request'],
      [{ role_mapping: { editor: 'member' } }, 422, 'invalid_role_mapping'],
      [{ policy: after, role_mapping: { editor: 'king' } }, 422, 'invalid_role_mapping'],
      [{ policy: after, role_mapping: { 'Not a key': 'member' } }, 400, 'invalid_request'],
      [{ policy: after, role_mapping: ['editor'] }, 400, 'invalid_request']
    ]
    for (const [body, status, code] of refused) {
      const answer = await patch(org.path, body)
      t.match([answer.status, answer.body.code], [status, code], JSON.stringify(body))
    }
  })

  await t.test('what its former policy let it name, the other must too', async (t) => {
    const after = await newPolicy()
    const before = await newPolicy()
    // As if the operator had allowed it when the policy was made.
    await deps.db.execute(sql`
      update policies set document = document || '{"links": {"base_url": "https://former.test"}}'
      where key = ${before}`)
    const links = { base_url: 'https://former.test/team' }
    const org = await organization({ policy: before, links })
    const { status, body } = await patch(org.path, { policy: after })
    t.match([status, body.code, body.field], [422, 'host_not_allowed', 'links.base_url'])
    t.equal((await patch(org.path, { policy: after, links: {} })).status, 200)
  })

  await t.test('whoever gets the doomed role while it waits is counted', async (t) => {
    const [before, after] = [await newPolicy(), await newPolicy(WITHOUT_EDITOR)]
    const org = await organization({ policy: before })
    const { email } = await member(org.path)
    const answer = await interleave(deps.db, org.id, {
      request: () => patch(org.path, { policy: after }),
      meanwhile: (tx) => tx.execute(sql`update members set role = 'editor' where email = ${email}`)
    })
    t.match([answer.status, answer.body.code], [409, 'policy_orphans_roles'])
  })

  await t.test('an offer of the doomed role that waits for it is refused', async (t) => {
    const [before, after] = [await newPolicy(), await newPolicy(WITHOUT_EDITOR)]
    const org = await organization({ policy: before })
    const { answer } = await interleave(deps.db, org.id, {
      request: () => invite(org.path, `${unique('i')}@acme.test`, { role: 'editor' }),
      meanwhile: (tx) =>
        tx.execute(sql`
          update organizations set policy_key = ${after} where policy_key = ${before}`)
    })
    t.match([answer.status, answer.body.code], [422, 'unknown_role'])
  })
})

async function createPolicy({ call, unique }: TestApp, fields: Record<string, unknown> = {}) {
  const key = unique('p')
  const document = policyDocument(key, fields)
  const { status, body } = await call('PUT', `/v1/policies/${key}`, { body: { document } })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return key
}
