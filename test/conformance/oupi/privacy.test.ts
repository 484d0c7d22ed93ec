import t from 'tap'
import { dumpRows } from '../../helpers/dump.js'
import { createProducts } from '../products.js'

/** Whatever lives for a day, and says nothing without a key of the configuration. */
const SEALED = ['idempotency_keys']

await t.test('what OUPI keeps of whoever has left', async (t) => {
  const app = await createProducts(t)
  const team = app.of('oupi')
  const leaver = await team.add('member')
  const name = `Name of ${leaver.userId}`
  const path = `/v1/users/${leaver.userId}`
  await team.call('admin', 'POST', '/groups', { body: { name: 'Design' } })
  await team.call('admin', 'PATCH', `/members/${leaver.id}`, { body: { role: 'readonly' } })

  await t.test('OUPI-106: nobody is erased who is still in a team', async (t) => {
    const before = await dumpRows(app.deps.db)
    const { status, body } = await app.call('POST', `${path}/erase`)
    t.match([status, body.code, body.organization_ids], [409, 'user_still_member', [team.id]])
    t.same(await dumpRows(app.deps.db), before, 'nothing was touched')
  })

  await team.call('admin', 'DELETE', `/members/${leaver.id}?confirm=true`)

  await t.test('OUPI-106: right of access, also once removed', async (t) => {
    const { status, body } = await app.call('GET', `${path}/export`)
    t.equal(status, 200)
    t.match(body.memberships, [
      { organization_id: team.id, email: leaver.email, name, role: 'readonly', status: 'removed' }
    ])
    const types = body.events.map((event: { type: string }) => event.type)
    t.ok(types.includes('member.joined') && types.includes('member.removed'))
    t.equal((await app.call('GET', '/v1/users/nobody/export')).status, 404)
  })

  await t.test('OUPI-106: right of rectification', async (t) => {
    t.match(await app.call('PATCH', path, { body: { name: 'Corrected' } }), {
      status: 200,
      body: { updated: 1 }
    })
    t.equal((await team.read(leaver)).name, 'Corrected')
    const [event] = await team.events('member.updated')
    t.match(event.changes, { name: [name, 'Corrected'] })
    t.equal((await app.call('PATCH', path, { body: { name: 'Corrected' } })).body.updated, 0)
    t.equal((await team.events('member.updated')).length, 1, 'the same again is no event')
  })

  await t.test('OUPI-106: register of access: who did what, and when', async (t) => {
    const [removed] = await team.events('member.removed')
    t.match(removed, {
      actor: { type: 'member', id: team.person('admin').id },
      subject: { type: 'member', id: leaver.id }
    })
    t.match(removed.occurred_at, /^20\d\d-/)
  })

  await t.test(
    'OUPI-106: erasure leaves nothing of the person, and all of the history',
    async (t) => {
      const count = async () =>
        Number((await team.call('owner', 'GET', '/events?include_total=true')).body.total)
      const before = await count()
      const { status, body } = await app.call('POST', `${path}/erase`)
      t.match([status, body.members], [200, 1])
      t.ok(body.events >= 3)

      const rows = JSON.stringify(await dumpRows(app.deps.db, SEALED))
      for (const text of [leaver.email, leaver.userId, name, 'Corrected']) {
        t.notOk(rows.includes(text), `${text} is nowhere`)
      }
      const member = await team.read(leaver)
      t.match(member, { id: leaver.id, role: 'readonly', status: 'removed', email: 'erased' })
      t.same([member.name, member.user_id], [null, null])
      t.equal(await count(), before + 1, 'one event more, and none less')
      t.match(await team.events('user.erased'), [{ subject: { type: 'member', id: leaver.id } }])
      t.equal((await app.call('GET', `${path}/export`)).status, 404)
      t.equal((await app.call('POST', `${path}/erase`)).status, 404, 'there is nobody to forget')
    }
  )

  await t.test('OUPI-106: others of the team, and of other teams, keep theirs', async (t) => {
    const other = team.person('admin')
    t.equal((await team.read(other)).email, other.email)
    const elsewhere = app.of('openphone').person('member')
    t.equal((await app.of('openphone').read(elsewhere)).email, elsewhere.email)
  })

  await t.test('OUPI-106: a key of some teams only speaks for nobody as a whole', async (t) => {
    const { key } = await app.apiKey({ organization_ids: [team.id] })
    for (const [method, rest] of [
      ['GET', '/export'],
      ['POST', '/erase']
    ] as const) {
      const { status, body } = await app.call(method, `${path}${rest}`, { key })
      t.match([status, body.code], [403, 'key_limited_to_organizations'])
    }
  })
})
