import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('POST {o}/transfer-ownership', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member } = app
  const transfer = (path: string, body: Record<string, unknown>, actor?: string) =>
    call('POST', `${path}/transfer-ownership`, { body, ...(actor === undefined ? {} : { actor }) })
  const holders = async (path: string, role: string) => {
    const { body } = await call('GET', `${path}/members?role=${role}`)
    return body.data.map(({ id }: { id: string }) => id)
  }
  const events = async (path: string, limit: number) =>
    (await call('GET', `${path}/events?limit=${limit}`)).body.data
  const owned = async (policy?: string) => {
    const org = await organization(policy === undefined ? {} : { policy })
    const { body } = await call('GET', `${org.path}/members`)
    return { org, ownerId: body.data[0].id as string }
  }

  await t.test(
    'AMP-42 AMP-43: the owner gives the role away and gets the lesser one',
    async (t) => {
      const { org, ownerId } = await owned('ampliphi')
      const ana = await member(org.path)
      const { status, body } = await transfer(org.path, { member_id: ana.id }, org.as)
      t.match([status, body.id, body.role], [200, ana.id, 'owner'])
      t.same(await holders(org.path, 'owner'), [ana.id])
      t.same(await holders(org.path, 'admin'), [ownerId])
      const told = await events(org.path, 3)
      const moved = told.find(({ type }: { type: string }) => type === 'ownership.transferred')
      t.match(moved, { subject: { type: 'organization', id: org.id }, actor: { id: ownerId } })
      t.same(moved.data, {
        from_member_id: ownerId,
        to_member_id: ana.id,
        former_becomes: 'admin',
        sessions: 'none'
      })
      const changed = told.filter(({ type }: { type: string }) => type === 'member.role_changed')
      const changes = changed.map(({ subject, changes }: never) => [
        (subject as { id: string }).id,
        (changes as { role: unknown }).role
      ])
      t.same(
        new Map(changes),
        new Map([
          [ana.id, ['standard', 'owner']],
          [ownerId, ['owner', 'admin']]
        ])
      )
      const again = await transfer(org.path, { member_id: ana.id }, org.as)
      t.match([again.status, again.body.code], [403, 'not_permitted'], 'what one had is gone')
      t.equal((await transfer(org.path, { member_id: ownerId }, ana.as)).status, 200)
    }
  )

  await t.test('shares the role where the policy adds a holder', async (t) => {
    const { org, ownerId } = await owned()
    const ana = await member(org.path)
    const { status, body } = await transfer(org.path, { member_id: ana.id }, org.as)
    t.match([status, body.role], [200, 'owner'])
    t.same(await holders(org.path, 'owner'), [ownerId, ana.id])
    const [changed, moved] = await events(org.path, 2)
    t.match(changed, { type: 'member.role_changed', subject: { id: ana.id } })
    t.same(changed.changes, { role: ['member', 'owner'] })
    t.same(moved.data, {
      from_member_id: ownerId,
      to_member_id: ana.id,
      former_becomes: null,
      sessions: 'refresh_hint'
    })
    const bo = await member(org.path)
    await transfer(org.path, { member_id: bo.id })
    const [, byHost] = await events(org.path, 2)
    t.equal(byHost.data.from_member_id, null, 'the host itself gives nothing of its own')
  })

  await t.test('AMP-45: goes to active members only', async (t) => {
    const { org, ownerId } = await owned('ampliphi')
    const { invitation } = await invite(org.path, 'open@transfer.test')
    const gone = await member(org.path)
    await call('DELETE', `${org.path}/members/${gone.id}`)
    for (const [id, state] of [
      [invitation.member_id, 'invited'],
      [gone.id, 'removed']
    ]) {
      for (const actor of [org.as, undefined]) {
        const { status, body } = await transfer(org.path, { member_id: id }, actor)
        t.match([status, body.code, body.member_status], [409, 'member_not_active', state])
      }
    }
    t.same(await holders(org.path, 'owner'), [ownerId])
  })

  await t.test(
    'is refused to whoever is no owner, to oneself, and where there is none',
    async (t) => {
      const { org, ownerId } = await owned()
      const [admin, plain] = [await member(org.path, { role: 'admin' }), await member(org.path)]
      const self = await transfer(org.path, { member_id: ownerId }, org.as)
      t.match([self.status, self.body.code], [403, 'self_action'])
      const denied = await transfer(org.path, { member_id: plain.id }, admin.as)
      t.match([denied.status, denied.body.code], [403, 'not_permitted'])
      const none = await owned('oupi')
      const other = await member(none.org.path)
      const { status, body } = await transfer(none.org.path, { member_id: other.id })
      t.match([status, body.code], [422, 'not_offered'])
      t.equal((await transfer(org.path, { member_id: other.id }, org.as)).status, 404)
    }
  )

  await t.test('moves nothing to whoever is an owner already', async (t) => {
    for (const policy of ['standard', 'ampliphi']) {
      const { org, ownerId } = await owned(policy)
      const { status, body } = await transfer(org.path, { member_id: ownerId })
      t.match([status, body.code, body.role], [409, 'already_owner', 'owner'], policy)
    }
    const { org } = await owned()
    const second = await member(org.path, { role: 'owner' })
    const { status, body } = await transfer(org.path, { member_id: second.id }, org.as)
    t.match([status, body.code], [409, 'already_owner'])
  })

  await t.test('asks the host whose role it is, when there are several', async (t) => {
    const policy = await policyLike(app, 'standard', {
      ownership: { transfer: 'swap', former_becomes: 'admin' }
    })
    const { org, ownerId } = await owned(policy)
    const [ana, bo] = [await member(org.path), await member(org.path)]
    t.equal((await transfer(org.path, { member_id: ana.id })).status, 200, 'there is but one')
    t.same(await holders(org.path, 'owner'), [ana.id])

    await call('PATCH', `${org.path}/members/${ownerId}`, { body: { role: 'owner' } })
    const cases = [{}, { from_member_id: bo.id }]
    for (const from of cases) {
      const { status, body } = await transfer(org.path, { member_id: bo.id, ...from })
      t.match([status, body.code], [422, 'former_owner_ambiguous'])
    }
    const named = { member_id: bo.id, from_member_id: ana.id }
    t.equal((await transfer(org.path, named)).status, 200)
    t.same(await holders(org.path, 'owner'), [ownerId, bo.id])
    t.same(await holders(org.path, 'admin'), [ana.id])

    const others = { member_id: ana.id, from_member_id: bo.id }
    const foreign = await transfer(org.path, others, org.as)
    t.match(
      [foreign.status, foreign.body.code],
      [422, 'former_owner_ambiguous'],
      'members give only what is theirs'
    )
    t.equal((await transfer(org.path, { ...others, from_member_id: ownerId }, org.as)).status, 200)
  })

  await t.test('a suspended owner gives nothing away', async (t) => {
    const policy = await policyLike(app, 'standard', {
      ownership: { transfer: 'swap', former_becomes: 'admin' }
    })
    const { org } = await owned(policy)
    const second = await member(org.path, { role: 'owner' })
    const ana = await member(org.path)
    await call('POST', `${org.path}/members/${second.id}/suspend`)
    const named = { member_id: ana.id, from_member_id: second.id }
    t.equal((await transfer(org.path, named)).body.code, 'former_owner_ambiguous')
    t.equal((await transfer(org.path, { member_id: ana.id })).status, 200, 'the active one does')
  })

  await t.test('keeps the least and most holders of the roles that change hands', async (t) => {
    const role = (key: string, fields: object) => ({
      key,
      label: { en: key, fr: key },
      rank: 10,
      permissions: [],
      ...fields
    })
    const policy = await policyLike(app, 'ampliphi', {
      roles: [
        role('owner', { min: 1, max: 1, permissions: ['org.transfer'] }),
        role('deputy', { max: 1 }),
        role('standard', {})
      ],
      default_role: 'standard',
      authority: {},
      ownership: { transfer: 'swap', former_becomes: 'deputy' }
    })
    const { org } = await owned(policy)
    const [deputy, plain] = [await member(org.path, {}), await member(org.path)]
    await call('PATCH', `${org.path}/members/${deputy.id}`, { body: { role: 'deputy' } })
    const full = await transfer(org.path, { member_id: plain.id }, org.as)
    t.match([full.status, full.body.code], [409, 'single_holder'])
    t.equal((await transfer(org.path, { member_id: deputy.id }, org.as)).status, 200)
    t.same(await holders(org.path, 'owner'), [deputy.id])
  })

  await t.test('is confirmed where the policy says so', async (t) => {
    const policy = await policyLike(app, 'standard', {
      authority: { confirm: ['org.transfer'] }
    })
    const { org } = await owned(policy)
    const ana = await member(org.path)
    const asked = await transfer(org.path, { member_id: ana.id }, org.as)
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    const done = await call('POST', `${org.path}/transfer-ownership?confirm=true`, {
      actor: org.as,
      body: { member_id: ana.id }
    })
    t.equal(done.status, 200)
  })
})
