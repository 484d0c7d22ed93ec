import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyDocument, role } from '../../helpers/policies.js'

await t.test('what becomes of roles when organizations follow a new version', async (t) => {
  const { call, deps, organization, invite, member, unique } = await createTestApp(t)
  const put = (key: string, fields: Record<string, unknown> = {}, rest: object = {}) =>
    call('PUT', `/v1/policies/${key}`, { body: { document: policyDocument(key, fields), ...rest } })
  /** A policy of three roles, and an organization that follows it. */
  const follow = async () => {
    const key = unique('p')
    await put(key)
    return { key, org: await organization({ policy: key }) }
  }
  const WITHOUT_EDITOR = {
    roles: policyDocument('any').roles.filter((one) => one.key !== 'editor')
  }
  const roleOf = async (path: string, id: string) =>
    (await call('GET', `${path}/members/${id}`)).body.role

  await t.test('a role that anybody has or is offered is not taken away', async (t) => {
    const key = unique('p')
    await put(key)
    const [one, other, free] = [
      await organization({ policy: key }),
      await organization({ policy: key }),
      await organization({ policy: key })
    ]
    await member(free.path)
    const active = await member(one.path, { role: 'editor' })
    await call('DELETE', `${one.path}/members/${active.id}`)
    await member(one.path, { role: 'editor' })
    await invite(one.path, `${unique('i')}@acme.test`, { role: 'editor' })
    await invite(other.path, `${unique('i')}@acme.test`, { role: 'editor' })
    const { status, body } = await put(key, WITHOUT_EDITOR)
    t.match([status, body.code, body.total], [409, 'policy_orphans_roles', 2])
    t.same(
      body.organizations,
      [
        {
          organization_id: one.id,
          roles: [{ role: 'editor', members: 2, reason: 'unknown_role' }]
        },
        {
          organization_id: other.id,
          roles: [{ role: 'editor', members: 1, reason: 'unknown_role' }]
        }
      ],
      'the removed do not count'
    )
    t.equal((await call('GET', `/v1/policies/${key}`)).body.version, 1)
  })

  await t.test('with a mapping, members and offers move to another role', async (t) => {
    const { key, org } = await follow()
    const editor = await member(org.path, { role: 'editor' })
    const plain = await member(org.path)
    const email = `${unique('i')}@acme.test`
    const { invitation, token } = await invite(org.path, email, { role: 'editor' })
    const { status, body } = await put(key, WITHOUT_EDITOR, {
      role_mapping: { editor: 'member' }
    })
    t.match([status, body.version], [200, 2])
    const get = async (path: string) => (await call('GET', `${org.path}/${path}`)).body
    t.equal((await get(`members/${editor.id}`)).role, 'member')
    t.equal((await get(`members/${invitation.member_id}`)).role, 'member')
    t.equal((await get(`invitations/${invitation.id}`)).role, 'member')
    const accepted = await call('POST', '/v1/invitations/accept', {
      body: { token, user: { id: unique('u'), email, email_verified: true } }
    })
    t.equal(accepted.body.role, 'member')
    const events = (await get('events?type=member.role_changed')).data
    t.same(
      events.map(({ subject }: { subject: { id: string } }) => subject.id).sort(),
      [editor.id, invitation.member_id].sort()
    )
    t.match(events[0], {
      actor: { type: 'api_key', name: 'first key' },
      data: { sessions: 'none' },
      changes: { role: ['editor', 'member'] },
      policy_version: 2
    })
    t.equal((await get(`members/${plain.id}`)).role, 'member')
    const { rows } = await deps.db.execute(
      sql`select data from events where subject_id = ${key} and type = 'policy.versioned'`
    )
    t.match(rows, [{ data: { version: 2, members_moved: 2 } }])
    const again = await put(key, WITHOUT_EDITOR, { role_mapping: { member: 'owner' } })
    t.equal(again.body.version, 2, 'a repetition moves nobody')
    t.equal((await get(`members/${plain.id}`)).role, 'member')
  })

  await t.test('an offer that has run out moves too, and can be sent again', async (t) => {
    const { key, org } = await follow()
    const { invitation } = await invite(org.path, `${unique('i')}@acme.test`, { role: 'editor' })
    await deps.db.execute(sql`
      update invitations set status = 'expired', expires_at = created_at
      where organization_id = (select organization_id from members where email = ${invitation.email})`)
    await deps.db.execute(sql`
      update members set status = 'invitation_expired', offer_expires_at = created_at
      where email = ${invitation.email}`)
    t.equal((await put(key, WITHOUT_EDITOR)).body.code, 'policy_orphans_roles')
    await put(key, WITHOUT_EDITOR, { role_mapping: { editor: 'member' } })
    const again = await call('POST', `${org.path}/invitations/${invitation.id}/resend`, {
      body: { via: 'link' }
    })
    t.match([again.status, again.body.role ?? again.body.invitation?.role], [200, 'member'])
  })

  await t.test('two roles can change places', async (t) => {
    const { key, org } = await follow()
    const editor = await member(org.path, { role: 'editor' })
    const plain = await member(org.path)
    const role_mapping = { editor: 'member', member: 'editor' }
    t.equal((await put(key, { locale: 'fr' }, { role_mapping })).status, 200)
    t.same(
      [await roleOf(org.path, editor.id), await roleOf(org.path, plain.id)],
      ['member', 'editor']
    )
  })

  await t.test('a mapping names roles of the new version', async (t) => {
    const key = unique('p')
    await put(key)
    const { status, body } = await put(key, WITHOUT_EDITOR, {
      role_mapping: { editor: 'editor' }
    })
    t.match(
      [status, body.code, body.errors],
      [422, 'invalid_role_mapping', [{ pointer: '#/role_mapping/editor' }]]
    )
  })

  await t.test(
    'as few and as many hold a role as the new version says, after all have moved',
    async (t) => {
      const key = unique('p')
      await put(key)
      const org = await organization({ policy: key })
      await member(org.path, { role: 'editor' })
      await invite(org.path, `${unique('i')}@acme.test`, { role: 'editor' })
      const limited = (max: number) => ({
        roles: policyDocument(key).roles.map((one) =>
          one.key === 'editor' ? { ...one, max } : one
        )
      })
      const full = await put(key, limited(1))
      t.match(full.body.organizations, [
        { roles: [{ role: 'editor', members: 2, reason: 'too_many_holders' }] }
      ])
      t.equal((await put(key, limited(2))).status, 200)

      const [owner, ...others] = policyDocument(key).roles
      const crowned = {
        roles: [{ ...owner, key: 'chief' }, { ...owner, min: 0 }, ...others],
        creator_role: 'chief',
        authority: { invite: [{ actor: 'chief', roles: ['*'] }] }
      }
      const headless = await put(key, crowned, { allow_findings: ['unmanageable'] })
      t.match(headless.body.organizations, [
        { roles: [{ role: 'chief', members: 0, reason: 'too_few_holders' }] }
      ])
      const moved = await put(key, crowned, {
        allow_findings: ['unmanageable'],
        role_mapping: { owner: 'chief' }
      })
      t.equal(moved.status, 200)
    }
  )

  await t.test(
    'a role of the organization’s own fits, until the policy has one of its key',
    async (t) => {
      const key = unique('p')
      await put(key)
      const org = await organization({ policy: key })
      const own = await member(org.path)
      await deps.db.execute(sql`
      insert into custom_roles
      select organization_id, 'writer', '{"en": "Writer", "fr": "Rédacteur"}', '{team.view}',
        created_at, created_at
      from members where email = ${own.email}`)
      await deps.db.execute(sql`update members set role = 'writer' where email = ${own.email}`)
      t.equal((await put(key, WITHOUT_EDITOR)).status, 200)
      const roles = [...policyDocument(key).roles, role('writer')]
      const clash = await put(key, { roles })
      t.match(
        [clash.status, clash.body.organizations],
        [409, [{ roles: [{ role: 'writer', members: 1, reason: 'custom_role_exists' }] }]]
      )
      const taken = await put(key, { roles }, { role_mapping: { writer: 'writer' } })
      t.equal(taken.status, 200)
      const { rows } = await deps.db.execute(sql`
      select from custom_roles join members using (organization_id) where email = ${own.email}`)
      t.same(rows, [], 'the policy’s takes its place')
      const { body: told } = await call('GET', `${org.path}/events?type=role.deleted`)
      t.match(told.data, [{ subject: { type: 'role', id: 'writer' }, policy_version: 3 }])
      t.equal((await call('GET', `${org.path}/members/${own.id}`)).body.role, 'writer')
    }
  )
})
