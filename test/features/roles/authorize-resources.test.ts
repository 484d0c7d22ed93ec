import { eq } from 'drizzle-orm'
import t from 'tap'
import { resourceGrants, resourceOwners } from '../../../src/db/tables/resources.js'
import { createTestApp } from '../../helpers/app.js'
import { READ, resourceRights, WRITE } from '../../helpers/resource-rights.js'

await t.test('POST {o}/authorize on a resource', async (t) => {
  const app = await createTestApp(t)
  const { call, member, deps } = app
  const { answer, team, newGroup, place } = await resourceRights(app)

  await t.test('is for whoever has it, and says how, by either of its names', async (t) => {
    const { org, ana, may } = await team()
    const resource = await place(org.id)
    await resource.grant(ana.id, 'shared')
    for (const name of [resource.id, resource.externalId]) {
      t.same(await may(WRITE, name), {
        allowed: true,
        member_id: ana.id,
        role: 'member',
        via: { role: 'member', permission: WRITE },
        grant: { mode: 'shared', through: 'member' }
      })
    }
    t.same(await may('resource.view', resource.externalId), {
      allowed: true,
      member_id: ana.id,
      role: 'member',
      via: { role: 'member', permission: 'resource.view:assigned' },
      grant: { mode: 'shared', through: 'member' }
    })
    const asked = { permission: WRITE, resource: resource.id }
    t.match(await answer(org.path, asked, { actor: ana.as }), { allowed: true })
    t.match(await answer(org.path, { ...asked, user_id: ana.userId }), { allowed: true })
  })

  await t.test('refuses whoever does not have it, even an owner of the team', async (t) => {
    const { org, ana, on, may } = await team()
    const [owner] = (await call('GET', `${org.path}/members?role=owner`)).body.data
    const [resource, another] = [await place(org.id), await place(org.id)]
    await another.grant(ana.id, 'shared')
    for (const ask of [may, on(owner.id)]) {
      const refused = await ask(WRITE, resource.id)
      t.match(refused, {
        allowed: false,
        code: 'resource_not_granted',
        because: 'the member does not have the resource',
        detail: 'The member does not have this resource.'
      })
      t.notOk('grant' in refused || 'mode' in refused)
    }
    t.match(await may('resource.view', resource.id), {
      code: 'not_permitted',
      because: "role member lacks resource.view, and the resource is not the member's own"
    })
    const seen = await on(owner.id)('resource.view', resource.id)
    t.match(seen, { allowed: true, via: { permission: 'resource.view' } })
    t.notOk('grant' in seen, 'the role alone decides')
  })

  await t.test('asks the role first: a grant gives nothing that the role lacks', async (t) => {
    const { org, ana, may } = await team()
    const resource = await place(org.id)
    await resource.grant(ana.id, 'shared')
    await resource.own(ana.id)
    t.match(await may('app:articles.burn', resource.id), {
      code: 'not_permitted',
      because: 'role member lacks app:articles.burn'
    })
    t.match(await answer(org.path, { member_id: ana.id, permission: WRITE }), { allowed: true })
  })

  await t.test('goes by the mode, and names it where that is in the way', async (t) => {
    const { org, ana, may } = await team()
    const rights: [string, boolean, boolean][] = [
      ['shared', true, true],
      ['reader', false, true],
      ['read_only', false, false],
      ['of_a_former_version', true, true]
    ]
    for (const [mode, writes, reads] of rights) {
      const resource = await place(org.id)
      await resource.grant(ana.id, mode)
      t.match(await may('resource.view', resource.id), { allowed: true, grant: { mode } })
      for (const [permission, allowed] of [
        [WRITE, writes],
        [READ, reads]
      ] as const) {
        const told = await may(permission, resource.id)
        t.match(
          told,
          allowed ? { allowed, grant: { mode } } : { allowed, code: 'mode_not_allowed', mode },
          `${mode} ${permission}`
        )
        t.equal('grant' in told, allowed)
      }
    }
    const french = await answer(
      org.path,
      { member_id: ana.id, permission: WRITE, resource: (await place(org.id)).id },
      { headers: { 'accept-language': 'fr' } }
    )
    t.equal(french['detail'], 'Le membre n’a pas cette ressource.')
  })

  await t.test('takes of several grants any that allows, one’s own first', async (t) => {
    const { org, ana, may } = await team()
    const [writers, readers] = [await newGroup(org.path, ana.id), await newGroup(org.path, ana.id)]
    const resource = await place(org.id)
    await resource.grant(ana.id, 'read_only')
    t.match(await may(WRITE, resource.id), { code: 'mode_not_allowed', mode: 'read_only' })
    await resource.grantGroup(readers, 'reader')
    t.match(await may(WRITE, resource.id), { code: 'mode_not_allowed', mode: 'read_only' })
    t.match((await may(READ, resource.id))['grant'], { mode: 'reader', group_id: readers })
    await resource.grantGroup(writers, 'shared')
    t.same((await may(WRITE, resource.id))['grant'], {
      mode: 'shared',
      through: 'group',
      group_id: writers
    })
    t.match((await may('resource.view', resource.id))['grant'], { through: 'member' })
    await deps.db.delete(resourceGrants).where(eq(resourceGrants.memberId, ana.id))
    await resource.grant(ana.id, 'shared')
    t.same((await may(WRITE, resource.id))['grant'], { mode: 'shared', through: 'member' })
  })

  await t.test('has an owner rule what is theirs, and nothing else', async (t) => {
    const { org, ana, may } = await team()
    const [own, other] = [await place(org.id), await place(org.id)]
    await own.own(ana.id)
    await other.grant(ana.id, 'shared')
    const owner = { mode: null, through: 'owner' }
    for (const permission of ['resource.settings', 'resource.assign']) {
      t.match(await may(permission, own.id), {
        allowed: true,
        via: { permission: `${permission}:own` },
        grant: owner
      })
      const others = { code: 'not_permitted', because: /the resource is not the member's own$/ }
      t.match(await may(permission, other.id), others, 'to have it is not to own it')
    }
    t.match(await may('resource.manage', own.id), {
      code: 'not_permitted',
      because: 'role member lacks resource.manage'
    })
    t.match(await may('resource.view', own.id), { allowed: true, grant: owner })
    t.match(await may(WRITE, own.id), { via: { permission: WRITE }, grant: owner })
    await own.grant(ana.id, 'read_only')
    t.match(await may(WRITE, own.id), { allowed: true, grant: owner }, 'owners are not limited')
    await deps.db.delete(resourceOwners).where(eq(resourceOwners.memberId, ana.id))
    t.match(await may(WRITE, own.id), { code: 'mode_not_allowed' })
  })

  await t.test('shows owners what is theirs, whatever their role', async (t) => {
    const { org } = await team()
    await call('POST', `${org.path}/roles`, {
      body: { key: 'guest', label: { en: 'Guest' }, permissions: [] }
    })
    const guest = await member(org.path, { role: 'guest' })
    const [own, held] = [await place(org.id), await place(org.id)]
    await own.own(guest.id)
    await held.grant(guest.id, 'shared')
    const may = (permission: string, resource: string) =>
      answer(org.path, { member_id: guest.id, permission, resource })
    t.same(await may('resource.view', own.id), {
      allowed: true,
      member_id: guest.id,
      role: 'guest',
      via: { role: 'guest', permission: 'resource.view' },
      grant: { mode: null, through: 'owner' }
    })
    t.match(await may('resource.settings', own.id), { code: 'not_permitted' })
    t.match(await may('resource.view', held.id), { code: 'not_permitted' })
  })

  await t.test('leaves an exclusive resource to its holder alone', async (t) => {
    const { org, ana, on, may } = await team()
    const bo = await member(org.path, { role: 'admin' })
    const resource = await place(org.id, { exclusive: true })
    await resource.own(bo.id)
    t.match(await on(bo.id)(WRITE, resource.id), { allowed: true }, 'nobody has it yet')
    await resource.grant(ana.id, 'exclusive')
    t.match((await may(WRITE, resource.id))['grant'], { mode: 'exclusive', through: 'member' })
    t.match(await on(bo.id)(WRITE, resource.id), {
      code: 'resource_not_granted',
      because: 'somebody else has the resource alone'
    })
    t.match(await on(bo.id)('resource.settings', resource.id), { allowed: true })
    await resource.own(ana.id)
    t.match(await may(WRITE, resource.id), { grant: { mode: 'exclusive' } })
  })
})
