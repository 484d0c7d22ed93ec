import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { newId } from '../../../src/ids.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { type CallOptions, createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

type Body = Record<string, unknown>

await t.test('POST {o}/authorize, told what would be done,', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, deps } = app
  const answer = async (path: string, body: Body, options: CallOptions = {}) => {
    const answered = await call('POST', `${path}/authorize`, { body, ...options })
    if (answered.status !== 200) throw new Error(JSON.stringify(answered.body))
    return answered.body as Body
  }
  const set = (id: string, fields: Partial<typeof members.$inferInsert>) =>
    deps.db.update(members).set(fields).where(eq(members.id, id))

  await t.test('runs every rule where it is told what would be done', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    const admin = await member(org.path, { role: 'admin' })
    const peer = await member(org.path, { role: 'admin' })
    const standard = await member(org.path, { role: 'standard' })
    const { body: list } = await call('GET', `${org.path}/members?role=owner`)
    const owner = list.data[0].id as string
    const by = (permission: string, more: Body = {}) =>
      answer(org.path, { user_id: admin.userId, permission, ...more })
    t.match(await by('member.remove'), { allowed: true }, 'at all')
    t.match(await by('member.remove', { target: standard.id }), { allowed: true })
    t.match(await by('member.remove', { target: peer.id }), { code: 'rank_not_lower' })
    t.match(await by('member.remove', { target: owner }), { code: 'protected_role' })
    t.match(await by('member.remove', { target: admin.id }), { code: 'self_removal' })
    t.match(await by('member.remove', { target: newId('mem') }), { code: 'not_found' })
    t.match(await by('member.suspend', { target: standard.id }), { code: 'not_permitted' })
    t.match(await by('member.invite', { role: 'owner' }), { code: 'role_not_assignable' })
    t.match(await by('member.invite', { role: 'emperor' }), { code: 'unknown_role' })
    const change = (target: string, role: string) => by('member.role', { target, role })
    t.match(await change(standard.id, 'admin'), {
      allowed: true,
      via: { permission: 'member.role' }
    })
    t.match(await change(standard.id, 'owner'), { code: 'role_not_assignable' })
    const asOwner = { user_id: org.owner.user_id, permission: 'org.transfer', target: admin.id }
    t.match(await answer(org.path, asOwner), { allowed: true })
  })

  await t.test('counts who holds a role', async (t) => {
    const [owner, admin, ...others] = PRESETS.get('standard')?.roles ?? []
    const policy = await policyLike(app, 'standard', {
      roles: [owner, { ...admin, max: 2 }, ...others],
      authority: {
        invite: [{ actor: '*', roles: ['*'] }],
        remove: [{ actor: 'admin', roles: ['*'] }]
      }
    })
    const org = await organization({ policy })
    const ana = await member(org.path, { role: 'admin' })
    const by = (permission: string, more: Body) =>
      answer(org.path, { user_id: ana.userId, permission, ...more })
    const { body: list } = await call('GET', `${org.path}/members?role=owner`)
    const target = list.data[0].id as string
    t.match(await by('member.remove', { target }), {
      code: 'last_holder',
      role: 'admin',
      limited_role: 'owner',
      min: 1,
      detail: /at least 1 active/
    })
    await member(org.path, { role: 'owner' })
    t.match(await by('member.remove', { target }), { allowed: true })
    t.match(await by('member.invite', { role: 'admin' }), { allowed: true })
    await member(org.path, { role: 'admin' })
    const full = { code: 'role_full', limited_role: 'admin', max: 2 }
    t.match(await by('member.invite', { role: 'admin' }), full)
    const many = { checks: [{ user_id: ana.userId, permission: 'member.invite', role: 'admin' }] }
    t.match(await answer(org.path, many), { data: [full] })
  })

  await t.test('has a suspension ended by whoever may suspend', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await set(ana.id, { status: 'suspended' })
    const check = { permission: 'member.suspend', target: ana.id }
    t.match(await answer(org.path, check, { actor: org.as }), { allowed: true })
  })

  await t.test('asks about the client where it is told of one', async (t) => {
    const org = await organization({ policy: 'openphone' })
    const { path, as } = org
    const resources = { choice: 'existing', ids: ['n'] }
    const ana = await member(path, { role: 'member', resources })
    const permission = 'member.remove'
    const owner = { user_id: org.owner.user_id, permission }
    t.match(await answer(path, { ...owner, channel: 'mobile' }), {
      code: 'channel_not_allowed',
      channels: ['web', 'desktop']
    })
    const web = await answer(path, { ...owner, channel: 'web' })
    t.match(web, { allowed: true })
    t.notOk('channels' in web)
    for (const more of [{}, { target: ana.id }]) {
      t.match(
        await answer(path, { ...owner, ...more }),
        { allowed: true, channels: ['web', 'desktop'] },
        'and says from which alone, where it is not told'
      )
    }
    const mobile = { actor: as, headers: { 'muster-channel': 'mobile' } }
    t.match(await answer(path, { permission }, mobile), { code: 'channel_not_allowed' })
    t.match(await answer(path, { permission, channel: 'web' }, mobile), { allowed: true })
    const silent = await answer(path, { permission, channel: 'web' }, { actor: as })
    t.match(silent, { allowed: true })
    const byAna = { actor: ana.as, headers: { 'muster-channel': 'mobile' } }
    t.match(await answer(path, owner, byAna), { allowed: true }, 'it is another’s client')
    t.match(await answer(path, { permission: 'team.view' }, mobile), { allowed: true })
  })

  await t.test('asks for no confirmation', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const ana = await member(org.path)
    const check = { permission: 'member.remove', target: ana.id }
    t.match(await answer(org.path, check, { actor: org.as }), { allowed: true })
  })
})
