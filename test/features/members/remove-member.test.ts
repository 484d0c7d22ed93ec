import { eq } from 'drizzle-orm'
import t from 'tap'
import { groupMembers, groups } from '../../../src/db/tables/groups.js'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('DELETE {o}/members/{member_id}', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, accept, member, clock, deps, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const remove = (path: string, id: string, query = '', actor?: string) =>
    call('DELETE', `${path}/members/${id}${query}`, actor === undefined ? {} : { actor })
  const read = async (path: string, id: string) => (await call('GET', `${path}/members/${id}`)).body
  /** The newest of what is told of people, whatever is told of their seats. */
  const latest = async (path: string) => {
    const { body } = await call('GET', `${path}/events?limit=5`)
    return body.data.find(({ type }: { type: string }) => !type.startsWith('seats.'))
  }

  await t.test('is final: access ends at once, and a return is somebody new', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const ana = await member(org.path, { name: 'Ana' })
    t.equal((await call('GET', `${org.path}/members`, { actor: ana.as })).status, 200)
    clock.now = new Date(START.getTime() + 1_000)
    const { status, body } = await remove(org.path, ana.id, '', org.as)
    t.equal(status, 200)
    t.match(body, {
      id: ana.id,
      status: 'removed',
      ended_by: 'removed',
      removed_at: clock.now.toISOString(),
      user_id: ana.userId,
      name: 'Ana'
    })
    t.match(await read(org.path, ana.id), { ...body, resources: [], groups: [] })
    t.equal((await call('GET', `${org.path}/members`, { actor: ana.as })).status, 404)
    const back = await invite(org.path, ana.email)
    t.equal(back.answer.status, 201, 'the seat is free')
    const joined = await accept(back.token, { id: ana.userId, email: ana.email })
    t.match(joined.body, { status: 'active', user_id: ana.userId, name: null })
    t.not(joined.body.id, ana.id)
  })

  await t.test('SM-82: tells the host all it needs to act', async (t) => {
    const org = await organization({ policy: 'oupi' })
    const ana = await member(org.path, { role: 'admin' })
    await remove(org.path, ana.id, '?confirm=true&data=delete', org.as)
    const event = await latest(org.path)
    t.match(event, { type: 'member.removed', subject: { id: ana.id }, actor: { name: 'Olga' } })
    t.same(event.changes, { status: ['active', 'removed'] })
    t.same(event.data, {
      user_id: ana.userId,
      email: ana.email,
      role: 'admin',
      sessions: 'revoke',
      data: 'delete',
      owned_shared: 'keep',
      username: 'kept',
      handover: { mode: 'none' }
    })
  })

  await t.test('takes the choices that the policy leaves, and no other', async (t) => {
    const offered = { data: ['delete', 'keep'], owned_shared: ['unassign'] }
    const policy = await policyLike(app, 'standard', { removal: offered })
    const org = await organization({ policy })
    const choose = async (query: string) => {
      const ana = await member(org.path)
      const answer = await remove(org.path, ana.id, query)
      return { ...answer, ana }
    }
    for (const [query, data] of [
      ['', 'delete'],
      ['?data=keep&owned_shared=unassign', 'keep'],
      ['?data=delete', 'delete']
    ] as const) {
      t.equal((await choose(query)).status, 200, query)
      t.match((await latest(org.path)).data, { data, owned_shared: 'unassign' })
    }
    for (const [query, field, choices] of [
      ['?data=delete&owned_shared=keep', 'owned_shared', ['unassign']],
      [`?handover_to=${newId('mem')}`, 'handover_to', []]
    ] as const) {
      const { status, body, ana } = await choose(query)
      t.match([status, body.code, body.field], [422, 'removal_choice_not_offered', field])
      t.same(body.choices, choices)
      t.equal((await read(org.path, ana.id)).status, 'active', 'nobody was removed')
    }
    t.equal((await choose('?data=archive')).status, 400)
  })

  await t.test(
    'OP-70: hands over to another active member, where the policy lets it',
    async (t) => {
      const [org, other] = [await organization(), await organization()]
      const [ana, heir] = [await member(org.path), await member(org.path)]
      const { invitation } = await invite(org.path, 'open@remove.test')
      const stranger = await member(other.path)
      for (const id of [ana.id, invitation.member_id, stranger.id, newId('mem')]) {
        const { status, body } = await remove(org.path, ana.id, `?handover_to=${String(id)}`)
        t.match([status, body.code], [422, 'successor_not_active'])
      }
      t.equal((await remove(org.path, ana.id, `?handover_to=${heir.id}`)).status, 200)
      const { data } = await latest(org.path)
      t.same(data.handover, { mode: 'to_member', member_id: heir.id })
    }
  )

  await t.test(
    'RIO-75: says that what was assigned is nobody’s, where the policy does',
    async (t) => {
      const org = await organization({ policy: 'respondio' })
      const ana = await member(org.path, { role: 'member' })
      await remove(org.path, ana.id, '?confirm=true')
      const { data } = await latest(org.path)
      t.same(data.handover, { mode: 'unassign' })
      t.equal(data.owned_shared, 'unassign')
    }
  )

  await t.test(
    'SM-81: forgets who it was, where the policy does, but tells the host',
    async (t) => {
      const org = await organization({ policy: 'surveymonkey' })
      const ana = await member(org.path)
      await call('PATCH', `${org.path}/members/${ana.id}`, { body: { metadata: { a: 'b' } } })
      const { body } = await remove(org.path, ana.id, '?confirm=true', org.as)
      t.match(body, { status: 'removed', user_id: null, name: null, email: ana.email })
      const { data } = await latest(org.path)
      t.match(data, { user_id: ana.userId, username: 'dissociated', data: 'delete' })
    }
  )

  await t.test('takes the member out of all groups, and nobody else', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const times = { createdAt: START, updatedAt: START }
    const own = { organizationId: org.id, externalId: null, metadata: {}, ...times }
    const [one, two] = [newId('grp'), newId('grp')]
    await deps.db.insert(groups).values([
      { ...own, id: one, name: 'One' },
      { ...own, id: two, name: 'Two' }
    ])
    const inside = [
      [one, ana.id],
      [two, ana.id],
      [one, bo.id]
    ] as const
    await deps.db.insert(groupMembers).values(
      inside.map(([groupId, memberId]) => ({
        organizationId: org.id,
        groupId,
        memberId,
        createdAt: START
      }))
    )
    await remove(org.path, ana.id)
    const left = await deps.db
      .select({ group: groupMembers.groupId, member: groupMembers.memberId })
      .from(groupMembers)
      .where(eq(groupMembers.organizationId, org.id))
    t.same(left, [{ group: one, member: bo.id }])
  })

  await t.test('removes a suspended member, and not twice', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    const { body } = await remove(org.path, ana.id)
    t.equal(body.status, 'removed')
    const event = await latest(org.path)
    t.same(event.changes, { status: ['suspended', 'removed'] })
    const again = await remove(org.path, ana.id)
    t.match(
      [again.status, again.body.code, again.body.member_status],
      [409, 'member_not_in_team', 'removed']
    )
    t.same(await latest(org.path), event)
    t.equal((await call('POST', `${org.path}/members/${ana.id}/reactivate`)).status, 409)
  })

  await t.test('is nothing but a cancel of whoever is invited, where that is how', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    const admin = await member(org.path)
    await call('PATCH', `${org.path}/members/${admin.id}`, { body: { role: 'admin' } })
    const open = await invite(org.path, `${unique('open')}@remove.test`)
    const { status, body } = await remove(org.path, open.invitation.member_id, '', admin.as)
    t.match([status, body.status, body.ended_by], [200, 'removed', 'canceled'])
    const { body: events } = await call('GET', `${org.path}/events?limit=3`)
    const told = events.data.filter(({ type }: { type: string }) => !type.startsWith('seats.'))
    t.match(told[0], { type: 'invitation.canceled', subject: { id: open.invitation.id } })
    t.equal(told[1].type, 'member.invited', 'and nothing else is told')
    const dead = await accept(open.token, { id: 'u_dead', email: open.invitation.email })
    t.match([dead.status, dead.body.code], [410, 'invitation_canceled'])

    const late = await invite(org.path, `${unique('late')}@remove.test`)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const expired = await remove(org.path, late.invitation.member_id)
    t.match([expired.status, expired.body.ended_by], [200, 'canceled'])
  })

  await t.test('refuses to be a cancel where the policy knows none in this state', async (t) => {
    const org = await organization()
    const late = await invite(org.path, `${unique('late')}@remove.test`)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const expired = await remove(org.path, late.invitation.member_id)
    t.match([expired.status, expired.body.code], [409, 'invitation_not_cancelable'])
    t.equal((await read(org.path, late.invitation.member_id)).status, 'invitation_expired')

    const oupi = await organization({ policy: 'oupi' })
    const open = await invite(oupi.path, `${unique('open')}@remove.test`)
    const answer = await remove(oupi.path, open.invitation.member_id, '?confirm=true')
    t.match(
      [answer.status, answer.body.code, answer.body.invitation_id],
      [409, 'cancel_the_invitation', open.invitation.id]
    )
    t.equal((await read(oupi.path, open.invitation.member_id)).status, 'invited')
  })

  await t.test('is decided by the policy, whoever asks', async (t) => {
    const org = await organization({ policy: 'openphone' })
    const resources = { choice: 'existing', ids: ['n1'] }
    const admin = await member(org.path, { role: 'admin', resources })
    const plain = await member(org.path, { role: 'member', resources })
    const { body: list } = await call('GET', `${org.path}/members?role=owner`)
    const owner = list.data[0].id
    const from = (channel: string) => ({ 'muster-channel': channel })
    const cases = [
      [admin.as, plain.id, '', from('web'), 428, 'confirmation_required'],
      [admin.as, plain.id, '?confirm=true', from('mobile'), 403, 'channel_not_allowed'],
      [admin.as, plain.id, '?confirm=true', {}, 403, 'channel_not_allowed'],
      [admin.as, owner, '?confirm=true', from('web'), 403, 'role_not_manageable'],
      [admin.as, admin.id, '?confirm=true', from('web'), 403, 'self_removal'],
      [plain.as, admin.id, '?confirm=true', from('web'), 403, 'not_permitted'],
      [undefined, owner, '?confirm=true', {}, 409, 'last_holder'],
      [undefined, plain.id, '', {}, 428, 'confirmation_required']
    ] as const
    for (const [actor, id, query, headers, status, code] of cases) {
      const answer = await call('DELETE', `${org.path}/members/${String(id)}${query}`, {
        headers,
        ...(actor === undefined ? {} : { actor })
      })
      t.match([answer.status, answer.body.code], [status, code])
      t.equal((await read(org.path, id)).status, 'active')
    }
    const done = await call('DELETE', `${org.path}/members/${plain.id}?confirm=true`, {
      actor: admin.as,
      headers: from('desktop')
    })
    t.equal(done.status, 200)
  })
})
