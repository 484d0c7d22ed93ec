import t from 'tap'
import { createProducts, whoMay } from '../products.js'

const ROLES = ['owner', 'admin', 'standard']

await t.test('AmpliPhi: roles', async (t) => {
  const products = await createProducts(t)
  const team = products.of('ampliphi')
  const may = (permission: string) => whoMay(team, ROLES, permission)

  await t.test(
    'AMP-03 AMP-15: three roles, each with permissions of its own, in one table',
    async (t) => {
      const { body } = await team.call('owner', 'GET', '/roles')
      t.same(
        body.data.map(({ key }: { key: string }) => key),
        ROLES
      )
      const row = (permission: string) =>
        body.permissions.find((one: { permission: string }) => one.permission === permission)?.roles
      t.same(row('app:sources'), ROLES)
      t.same(row('billing.edit'), ['owner', 'admin'])
      t.same(row('org.delete'), ['owner'])
    }
  )

  await t.test(
    'AMP-04 AMP-05: the creator is the owner, and lacks nothing that others have',
    async (t) => {
      t.equal((await team.read(team.creator)).role, 'owner')
      const { body } = await team.call('owner', 'GET', '/roles')
      for (const { permission, roles } of body.permissions) {
        if (roles.length > 0) t.ok(roles.includes('owner'), permission)
      }
    }
  )

  await t.test('AMP-06: the owner sees all special notifications', async (t) => {
    t.same(await may('notify.special.all'), ['owner'])
  })

  await t.test('AMP-07: only one person can be the owner', async (t) => {
    const { path } = team
    const patch = await products.call('PATCH', `${path}/members/${team.person('admin').id}`, {
      body: { role: 'owner' }
    })
    t.match([patch.status, patch.body.code], [409, 'single_holder'], 'not even by the host')
    const invited = await products.invite(path, 'second@ampliphi.test', { role: 'owner' })
    t.match(invited.answer.body, { code: 'single_holder' })
    const { body } = await products.call('GET', `${path}/members?role=owner`)
    t.equal(body.data.length, 1)
  })

  await t.test(
    'AMP-09 AMP-12: administrators have most permissions, standard users the product’s',
    async (t) => {
      for (const permission of ['member.invite', 'member.remove', 'member.role', 'billing.edit']) {
        t.same(await may(permission), ['owner', 'admin'], permission)
      }
      for (const permission of ['team.view', 'org.rename', 'audit.view', 'invitation.resend']) {
        t.notOk((await may(permission)).includes('standard'), permission)
      }
    }
  )

  await t.test('AMP-11: there can be several administrators', async (t) => {
    await team.add('admin')
    const { body } = await products.call('GET', `${team.path}/members?role=admin`)
    t.ok(body.data.length >= 2)
  })

  await t.test(
    'AMP-14: owner ranks above administrator, administrator above standard',
    async (t) => {
      const { body } = await team.call('owner', 'GET', '/roles')
      const ranks = body.data.map(({ rank }: { rank: number }) => rank)
      t.same(
        [...ranks].sort((a, b) => b - a),
        ranks
      )
      t.equal(new Set(ranks).size, 3)
    }
  )

  await t.test(
    'AMP-16 AMP-17 AMP-18: sources, channels and segments are for all three',
    async (t) => {
      t.same(await may('app:sources'), ROLES)
      t.same(await may('app:channels'), ROLES)
      t.same(await may('app:segments'), ROLES)
    }
  )

  await t.test('AMP-19 AMP-20: campaigns and templates are for all three', async (t) => {
    t.same(await may('app:campaigns'), ROLES)
    t.same(await may('app:templates'), ROLES)
    t.same(await may('app:exports'), [], 'and what nobody was given is for nobody')
  })

  await t.test(
    'AMP-21 AMP-22: team management and billing are the owner’s and administrators’',
    async (t) => {
      t.same(await may('team.view'), ['owner', 'admin'])
      t.same(await may('billing.view'), ['owner', 'admin'])
      const list = await team.call('standard', 'GET', '/members')
      t.match([list.status, list.body.code], [403, 'not_permitted'])
      t.equal((await team.call('admin', 'GET', '/members')).status, 200)
    }
  )

  await t.test('AMP-24: deleting the organization is the owner’s alone', async (t) => {
    t.same(await may('org.delete'), ['owner'])
  })
})
