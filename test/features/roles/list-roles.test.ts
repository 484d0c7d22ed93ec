import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('GET {o}/roles', async (t) => {
  const { call, organization, member, invite, apiKey, deps, clock } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  type Role = { key: string; holders: number; may: Record<string, unknown> }
  const read = async (path: string, options = {}) =>
    (await call('GET', `${path}/roles`, options)).body as {
      data: Role[]
      permissions: { permission: string; roles: string[] }[]
    }
  const roleOf = ({ data }: { data: Role[] }, key: string) => data.find((one) => one.key === key)

  await t.test('tells every role as the policy has it, in the reader’s language', async (t) => {
    const { path } = await organization()
    const { status, body } = await call('GET', `${path}/roles`, {
      headers: { 'accept-language': 'fr' }
    })
    t.equal(status, 200)
    t.same(
      body.data.map(({ key }: Role) => key),
      ['owner', 'admin', 'member']
    )
    t.match(body.data[0], {
      label: { en: 'Owner', fr: 'Propriétaire' },
      name: 'Propriétaire',
      rank: 100,
      custom: false,
      min: 1,
      max: null
    })
    t.same(body.data[2].permissions, [
      'team.view',
      'org.view',
      'resource.view:assigned',
      'resource.assign:own',
      'resource.settings:own'
    ])
    t.equal(roleOf(await read(path), 'owner')?.['name' as keyof Role], 'Owner')
  })

  await t.test('counts who holds a role or is offered it, not whose offer ran out', async (t) => {
    const { path } = await organization()
    await member(path, { role: 'admin' })
    const gone = await member(path, { role: 'admin' })
    await deps.db
      .update(members)
      .set({ status: 'removed', endedBy: 'removed', removedAt: START })
      .where(eq(members.id, gone.id))
    await invite(path, 'soon@roles.test', { role: 'admin' })
    const holders = async () => (await read(path)).data.map((role) => role.holders)
    t.same(await holders(), [1, 2, 0])
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.same(await holders(), [1, 1, 0])
  })

  await t.test('tells what holders of each role may do to whom', async (t) => {
    const { path } = await organization()
    const matrix = await read(path)
    const all = ['owner', 'admin', 'member']
    const below = ['admin', 'member']
    t.same(roleOf(matrix, 'owner')?.may, {
      invite: all,
      change_role: { from: all, to: all },
      remove: all,
      suspend: all,
      reassign: all,
      transfer_ownership: true,
      leave: true
    })
    t.same(roleOf(matrix, 'admin')?.may, {
      invite: below,
      change_role: { from: below, to: below },
      remove: below,
      suspend: below,
      reassign: below,
      transfer_ownership: false,
      leave: true
    })
    t.match(roleOf(matrix, 'member')?.may, { invite: [], remove: [], leave: true })
  })

  await t.test('tells by permission who has it, implied ones included', async (t) => {
    const { path } = await organization()
    await call('POST', `${path}/roles`, {
      body: { key: 'press', label: { en: 'Press' }, permissions: ['app:news.write'] }
    })
    const { permissions } = await read(path)
    const row = (name: string) => permissions.find(({ permission }) => permission === name)?.roles
    t.same(row('team.view'), ['owner', 'admin', 'member'])
    t.same(row('resource.view'), ['owner', 'admin'], 'one’s own resources alone are not enough')
    t.same(row('resource.view:assigned'), ['owner', 'admin', 'member'])
    t.same(row('notify.special.some'), ['owner', 'admin'])
    t.same(row('app:news.write'), ['press'])
    t.same(row('org.settings:view'), ['owner'], 'of Muster’s own, also those that no role names')
    t.equal(new Set(permissions.map(({ permission }) => permission)).size, permissions.length)
  })

  await t.test('is for any active member, and for keys with the scope', async (t) => {
    const { path } = await organization()
    const plain = await member(path)
    t.equal((await call('GET', `${path}/roles`, { actor: plain.as })).status, 200)
    const reader = await apiKey({ scopes: ['roles:read'] })
    t.equal((await call('GET', `${path}/roles`, { key: reader.key })).status, 200)
    const other = await apiKey({ scopes: ['members:read'] })
    t.match(await call('GET', `${path}/roles`, { key: other.key }), {
      status: 403,
      body: { code: 'insufficient_scope' }
    })
  })
})
