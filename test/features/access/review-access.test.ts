import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { after, type Finding, reviewing } from '../../helpers/reviews.js'

await t.test('GET {o}/access-review finds, and tells what mends', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const commands = (finding: Finding | undefined) => finding?.mend.map(({ command }) => command)

  /** Each request of a finding by itself, on a team of its own, makes an end of it. */
  async function mendsEach(
    t: Tap,
    kind: string,
    expected: readonly string[],
    make: () => Promise<{ path: string; id: string; added?: object }>
  ) {
    for (const [index, command] of expected.entries()) {
      clock.now = START
      const { path, id, added } = await make()
      const { find, send, subjects } = reviewing(app, path)
      const [finding, ...others] = (await find(kind)).filter(({ subject }) => subject.id === id)
      t.same(commands(finding), expected)
      t.same(others, [])
      const mend = finding?.mend[index]
      if (!mend) return
      t.equal(Math.floor((await send(mend, mend.needs.length > 0 ? added : {})) / 100), 2, command)
      t.notOk(subjects(await find(kind)).includes(id), `${command} mends it`)
    }
  }
  type Tap = typeof t

  await t.test('dormant members: who was not here, or never', async (t) => {
    const org = await organization()
    const [ana, bo, cy] = [
      await member(org.path),
      await member(org.path),
      await member(org.path, { role: 'admin' })
    ]
    clock.now = after(10)
    await call('POST', `${org.path}/members/${bo.id}/activity`)
    clock.now = after(50)
    await call('POST', `${org.path}/members/${org.as.slice(5)}/activity`)
    await call('POST', `${org.path}/activity`, { body: { data: [{ user_id: cy.userId }] } })
    const { find, subjects } = reviewing(app, org.path)
    clock.now = new Date(after(90).getTime() - 1)
    t.same(await find('dormant_member'), [])
    clock.now = after(90)
    const [first, owner, ...others] = await find('dormant_member')
    t.same(others, [])
    const byId = [first, owner].find((one) => one?.subject['id'] === ana.id)
    t.match(byId, {
      kind: 'dormant_member',
      subject: { type: 'member', id: ana.id, email: ana.email, role: 'member' },
      since: START.toISOString(),
      detail: 'Active, and not here for 90 days.'
    })
    clock.now = after(100)
    t.ok(subjects(await find('dormant_member')).includes(bo.id))
    t.same(subjects(await find('dormant_member', '&role=admin')), [])
    clock.now = after(140)
    t.same(subjects(await find('dormant_member', '&role=admin')), [cy.id])
    const { body } = await call('GET', `${org.path}/access-review?kind=dormant_member&role=admin`, {
      headers: { 'accept-language': 'fr' }
    })
    t.equal(body.data[0].detail, 'Actif, mais absent depuis 90 jours.')
    t.equal(body.data[0].mend[0].label, 'Suspendre le membre')
  })

  await t.test('are mended by suspending or removing them', (t) =>
    mendsEach(t, 'dormant_member', ['suspendMember', 'removeMember'], async () => {
      const org = await organization({ policy: 'oupi' })
      const { id } = await member(org.path)
      clock.now = after(91)
      return { path: org.path, id }
    })
  )

  await t.test('the last owner can only hand over first', async (t) => {
    const org = await organization()
    clock.now = after(91)
    const { find } = reviewing(app, org.path)
    const [owner] = await find('dormant_member')
    t.same([owner?.subject['role'], owner?.mend], ['owner', []])
    await member(org.path, { role: 'owner' })
    const [again] = await find('dormant_member')
    t.same(commands(again), ['suspendMember', 'removeMember'], 'one of two can go')
  })

  await t.test('too many holders of a role, and who of them is away for longest', async (t) => {
    const org = await organization()
    const owners = []
    for (let nth = 0; nth < 4; nth += 1) owners.push(await member(org.path, { role: 'owner' }))
    await call('POST', `${org.path}/members/${owners[3]?.id ?? ''}/suspend`)
    const { find, send } = reviewing(app, org.path)
    const data = [...owners.slice(1, 3).map(({ userId }) => userId), org.as.slice(5)]
    clock.now = after(1)
    await call('POST', `${org.path}/activity`, {
      body: { data: data.map((user_id) => ({ user_id })) }
    })
    const [finding, ...others] = await find('too_many_holders')
    t.same(others, [])
    t.match(finding, {
      subject: { type: 'role', id: 'owner', name: 'Owner', member_id: null },
      since: null,
      detail: '4 active members have this role: up to 3 would be no surprise.'
    })
    t.same(
      finding?.mend.map(({ path, body }) => [path.split('/').at(-1), body]),
      [[owners[0]?.id, { role: 'member' }]]
    )
    for (const mend of finding?.mend ?? []) t.equal(await send(mend), 200)
    t.same(await find('too_many_holders'), [])
    t.same(await find('too_many_holders', '&role=admin'), [])
  })

  await t.test('offers that nobody takes, also once they have run out', async (t) => {
    const org = await organization()
    const { invitation } = await invite(org.path, app.unique('late') + '@review.test')
    const { find, send, subjects } = reviewing(app, org.path)
    clock.now = new Date(after(14).getTime() - 1)
    t.same(await find('pending_member'), [])
    clock.now = after(14)
    const [finding] = await find('pending_member')
    t.match(finding, {
      subject: { id: invitation.member_id },
      since: START.toISOString(),
      detail: 'Offered for 14 days, and nobody has accepted.'
    })
    t.same(commands(finding), ['resendInvitation'], 'the policy cancels no offer that is over')
    for (const mend of finding?.mend ?? []) t.equal(await send(mend), 200)
    t.notOk(subjects(await find('pending_member')).includes(invitation.member_id), 'made anew')
  })

  await t.test('are mended as the policy lets an offer end', async (t) => {
    const ever = { lifetime: null, cancel_from: ['pending', 'expired'] }
    const open = await policyLike(app, 'standard', { invitations: ever })
    const short = await policyLike(app, 'standard', {
      invitations: { cancel_from: ['pending', 'expired'] }
    })
    const offer = (policy: string) => async () => {
      const org = await organization({ policy })
      const { invitation } = await invite(org.path, app.unique('late') + '@review.test')
      clock.now = after(20)
      return { path: org.path, id: invitation.member_id as string }
    }
    await mendsEach(t, 'pending_member', ['cancelInvitation', 'removeMember'], offer(open))
    const three = ['cancelInvitation', 'removeMember', 'resendInvitation']
    await mendsEach(t, 'pending_member', three, offer(short))
  })

  await t.test('accounts that wait for a new holder', (t) =>
    mendsEach(t, 'pending_member', ['cancelReassignment'], async () => {
      const org = await organization()
      const { id } = await member(org.path)
      await call('POST', `${org.path}/members/${id}/reassign`, {
        body: { email: app.unique('heir') + '@review.test', send_email: false }
      })
      clock.now = after(15)
      return { path: org.path, id }
    })
  )

  await t.test('who is suspended for long, counted from then', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = after(5)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    clock.now = after(30)
    await call('PATCH', `${org.path}/members/${ana.id}`, { body: { name: 'Ana' } })
    const { find } = reviewing(app, org.path)
    clock.now = after(94)
    t.same(await find('suspended_member'), [])
    clock.now = after(95)
    t.match(await find('suspended_member'), [
      { subject: { id: ana.id, name: 'Ana' }, since: after(5).toISOString() }
    ])
    await call('POST', `${org.path}/members/${ana.id}/reactivate`)
    await call('POST', `${org.path}/members/${ana.id}/suspend`)
    t.same(await find('suspended_member'), [], 'begins anew')
  })

  await t.test('are mended by giving access back, or ending it', (t) =>
    mendsEach(t, 'suspended_member', ['reactivateMember', 'removeMember'], async () => {
      const org = await organization()
      const { id } = await member(org.path)
      await call('POST', `${org.path}/members/${id}/suspend`)
      clock.now = after(90)
      return { path: org.path, id }
    })
  )

  await t.test('empty groups', async (t) => {
    await mendsEach(t, 'empty_group', ['deleteGroup'], async () => {
      const org = await organization()
      const { id } = await member(org.path)
      const groups = []
      for (const name of ['Empty', 'Full']) {
        groups.push((await call('POST', `${org.path}/groups`, { body: { name } })).body.id)
      }
      await call('PUT', `${org.path}/groups/${groups[1]}/members/${id}`)
      const { find, subjects } = reviewing(app, org.path)
      t.same(subjects(await find('empty_group')), [groups[0]])
      t.same(await find('empty_group', `&group_id=${groups[1]}`), [])
      return { path: org.path, id: groups[0] }
    })
  })

  await t.test('thresholds are the policy’s, and null finds nothing', async (t) => {
    const none = { dormant_after: null, pending_after: null, suspended_after: null }
    const never = await policyLike(app, 'standard', { access_review: none })
    const soon = await policyLike(app, 'standard', { access_review: { dormant_after: 'P1D' } })
    for (const [policy, count] of [
      [never, 0],
      [soon, 1]
    ] as const) {
      clock.now = START
      const org = await organization({ policy })
      const { id } = await member(org.path)
      await call('POST', `${org.path}/members/${id}/suspend`)
      await invite(org.path, app.unique('late') + '@review.test')
      clock.now = after(2)
      const { find } = reviewing(app, org.path)
      t.equal((await find('dormant_member')).length, count)
      clock.now = after(900)
      for (const kind of ['pending_member', 'suspended_member', 'unused_grant']) {
        t.equal((await find(kind)).length, kind === 'unused_grant' ? 0 : count, kind)
      }
    }
  })
})
