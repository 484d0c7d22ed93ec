import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { teamWithResources } from '../../helpers/resources.js'

await t.test('PUT and DELETE {r}/grants/{member_id} (put-grant, revoke-grant)', async (t) => {
  const app = await createTestApp(t)
  const { call, invite, accept } = app

  await t.test('gives, changes the mode, takes away: each once, each with one event', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const ana = await team.member()
    const grant = {
      resource_id: id,
      member_id: ana.id,
      group_id: null,
      mode: 'shared',
      mode_label: 'Shared',
      last_used_at: null,
      created_at: START.toISOString()
    }
    for (let time = 0; time < 2; time += 1) {
      t.same((await team.grant(id, ana.id)).body, grant)
    }
    t.same((await team.grant(id, ana.id, { mode: 'read_only' })).body, {
      ...grant,
      mode: 'read_only',
      mode_label: 'read_only'
    })
    t.equal((await team.grant(id, ana.id)).body.mode, 'read_only', 'left out it stays')
    t.same(
      (await team.list(`/resources/${id}/grants`)).map(({ mode }) => mode),
      ['read_only']
    )
    for (let time = 0; time < 2; time += 1) {
      t.match(await team.revoke(id, ana.id), { status: 200, body: { id, holders_count: 0 } })
    }
    const about = { kind: 'number', external_id: 'pn_1', member_id: ana.id }
    t.match(await team.events('resource.granted'), [
      { subject: { id }, data: { ...about, mode: 'shared' }, changes: { mode: [null, 'shared'] } },
      { data: { ...about, mode: 'read_only' }, changes: { mode: ['shared', 'read_only'] } }
    ])
    t.equal((await team.events('resource.granted')).length, 2)
    t.match(await team.events('resource.revoked'), [
      {
        subject: { id },
        data: { ...about, mode: 'read_only' },
        changes: { mode: ['read_only', null] }
      }
    ])
    t.equal((await team.events('resource.revoked')).length, 1)
  })

  await t.test('an invited member can be given some before accepting', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const { invitation, token } = await invite(team.path, 'bo@acme.test')
    t.equal((await team.grant(id, invitation.member_id)).status, 200)
    await accept(token, { id: 'u_bo', email: 'bo@acme.test' })
    t.match(await team.list(`/members/${invitation.member_id}/resources`), [
      { resource: { id, holders_count: 1 }, owned: false, grants: [{ mode: 'shared' }] }
    ])
  })

  await t.test('nobody who is removed, unknown, or of another team', async (t) => {
    const [team, other] = [await teamWithResources(app), await teamWithResources(app)]
    const [id, foreign] = [await team.create(), await other.create()]
    const [ana, gone, stranger] = [await team.member(), await team.member(), await other.member()]
    await team.remove(gone.id)
    t.match(await team.grant(id, gone.id), {
      status: 409,
      body: { code: 'resource_holder_removed' }
    })
    t.equal((await team.revoke(id, gone.id)).status, 200, 'there is nothing to take')
    const unknown = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    for (const [resourceId, memberId] of [
      [id, stranger.id],
      [foreign, ana.id],
      [unknown, ana.id]
    ] as const) {
      t.equal((await team.grant(resourceId, memberId)).status, 404)
      t.equal((await team.revoke(resourceId, memberId)).status, 404)
    }
    t.same(await team.events('resource.granted'), [])
    t.equal((await other.get(foreign)).body.holders_count, 0)
  })

  await t.test('a mode that the kind has not is refused', async (t) => {
    const team = await teamWithResources(app)
    const [number, desk] = [await team.create(), await team.create({ kind: 'desk' })]
    const ana = await team.member()
    t.match(await team.grant(desk, ana.id, { mode: 'shared' }), {
      status: 422,
      body: { code: 'unknown_resource_mode', kind: 'desk', modes: ['member'] }
    })
    for (const body of [{ mode: '' }, { mode: 1 }, { charged: false }]) {
      t.equal((await team.grant(number, ana.id, body)).status, 400)
    }
    t.equal((await team.grant(desk, ana.id)).body.mode, 'member')
  })

  await t.test('who may, and what whoever may not is told', async (t) => {
    const team = await teamWithResources(app)
    const [id, hidden] = [await team.create(), await team.create()]
    const ana = await team.member()
    const by = async (name: string) => (await team.member(name)).as
    for (const name of ['manager', 'giver']) {
      t.equal((await team.grant(id, ana.id, {}, await by(name))).status, 200, name)
    }
    t.equal((await team.grant(id, ana.id, {}, await by('viewer'))).status, 403)
    t.equal((await team.grant(id, ana.id, {}, await by('nobody'))).status, 403)
    t.equal((await team.grant(id, ana.id, {}, ana.as)).status, 403, 'has it, and does not own it')
    t.equal((await team.grant(hidden, ana.id, {}, ana.as)).status, 404, 'does not even see it')
    t.equal((await team.revoke(hidden, ana.id, ana.as)).status, 404)
    await team.own(id, ana.id)
    t.equal((await team.grant(id, ana.id, { mode: 'exclusive' }, ana.as)).status, 200)
    await team.disown(id, ana.id)
    t.equal((await team.revoke(id, ana.id, ana.as)).status, 403, 'owns it no more')
  })

  await t.test('what is charged of it is charged once, and given back', async (t) => {
    const team = await teamWithResources(app, {
      seats: { mode: 'per_member', counted: ['active'] },
      billing: { credit_on_removal: true, currency: 'USD', resources_included: 1 }
    })
    await call('PUT', `${team.path}/billing`, {
      body: { seat_price: 1000, resource_price: 500, currency: 'USD' }
    })
    const [one, two] = [await team.create(), await team.create()]
    const ana = await team.member()
    const entries = async () =>
      (await team.list('/billing-entries'))
        .filter(({ kind }) => kind.startsWith('resource'))
        .map(({ kind, quantity, subject }) => [kind, quantity, subject.id])
    await team.grant(one, ana.id)
    t.same(await entries(), [], 'the first goes with the seat')
    for (let time = 0; time < 2; time += 1) await team.grant(two, ana.id)
    t.same(await entries(), [['resource_added', 1, ana.id]])
    await team.grant(two, ana.id, { mode: 'exclusive' })
    t.equal((await entries()).length, 1, 'another mode that is charged costs nothing more')
    await team.grant(two, ana.id, { mode: 'read_only' })
    t.same((await entries()).at(-1), ['resource_removed', 1, ana.id])
    await team.grant(two, ana.id, { mode: 'shared' })
    await team.revoke(two, ana.id)
    t.same(
      (await entries()).map(([kind]) => kind),
      ['resource_added', 'resource_removed', 'resource_added', 'resource_removed']
    )
  })

  await t.test('an offer that time has ended is written down with what it had then', async (t) => {
    const team = await teamWithResources(app, {
      seats: { mode: 'per_member', counted: ['active', 'invited'] },
      billing: { credit_on_removal: true, currency: 'USD', resources_included: 0 },
      invitations: { lifetime: 'P7D' }
    })
    const [one, two] = [await team.create(), await team.create()]
    const { invitation } = await invite(team.path, 'late@acme.test', {
      resources: { choice: 'existing', ids: [one] }
    })
    app.clock.now = new Date(START.getTime() + 8 * 86_400_000)
    await team.grant(two, invitation.member_id)
    app.clock.now = START
    const entries = await team.list('/billing-entries')
    t.same(
      entries
        .filter(({ kind }) => kind.startsWith('resource'))
        .map((one) => [one.kind, one.quantity]),
      [
        ['resource_added', 1],
        ['resource_removed', 1]
      ],
      'what came after it is charged to nobody'
    )
    t.equal((await team.events('invitation.expired')).length, 1)
  })
})
