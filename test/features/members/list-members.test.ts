import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('GET {o}/members', async (t) => {
  const { call, organization, invite, member, clock } = await createTestApp(t)
  const org = await organization()
  const zoe = await member(org.path, { name: 'Zoé 50%', role: 'admin', external_id: 'crm-1' })
  const gone = await invite(org.path, 'gone@list.test')
  await call('DELETE', `${org.path}/invitations/${String(gone.invitation.id)}`)
  await invite(org.path, 'lapsed@list.test', { name: 'Under_score' })
  clock.now = new Date(START.getTime() + 7 * DAY_MS)
  await invite(org.path, 'fresh@list.test')

  const emails = async (query: string) => {
    const { body } = await call('GET', `${org.path}/members${query}`)
    return body.data.map(({ email }: { email: string }) => email)
  }
  const everybody = [org.owner.email, zoe.email, 'lapsed@list.test', 'fresh@list.test']

  await t.test('lists everybody, the invited included and the removed not', async (t) => {
    t.same(await emails(''), everybody)
    t.same(await emails('?status=removed'), ['gone@list.test'])
  })

  await t.test('knows which offers have run out before any sweep has written it', async (t) => {
    t.same(await emails('?status=invited'), ['fresh@list.test'])
    t.same(await emails('?status=invitation_expired'), ['lapsed@list.test'])
    t.same(await emails('?status=active'), [org.owner.email, zoe.email])
  })

  await t.test('filters by role, address in any case, person and external id', async (t) => {
    t.same(await emails('?role=admin'), [zoe.email])
    t.same(await emails(`?email=${zoe.email.toUpperCase()}`), [zoe.email])
    t.same(await emails(`?user_id=${zoe.userId}`), [zoe.email])
    t.same(await emails('?external_id=crm-1'), [zoe.email])
    t.same(await emails('?role=admin&status=invited'), [])
  })

  await t.test('finds fragments of names and addresses, taking every sign literally', async (t) => {
    t.same(await emails('?q=zo%C3%A9'), [zoe.email])
    t.same(await emails('?q=LIST.test'), ['lapsed@list.test', 'fresh@list.test'])
    t.same(await emails('?q=50%25'), [zoe.email])
    t.same(await emails('?q=%25'), [])
    t.same(await emails('?q=r_s'), ['lapsed@list.test'])
    t.same(await emails('?q=%5C'), [])
  })

  await t.test('counts all that match, whatever the page', async (t) => {
    const total = async (query: string) =>
      (await call('GET', `${org.path}/members?include_total=true${query}`)).body.total
    t.equal(await total('&limit=1'), 4)
    t.equal(await total('&status=invited'), 1)
    t.equal(await total('&q=nobody'), 0)
  })

  await t.test('shows one member, to its own organization only', async (t) => {
    const { status, body } = await call('GET', `${org.path}/members/${zoe.id}`)
    t.equal(status, 200)
    t.match(body, { id: zoe.id, name: 'Zoé 50%', role: 'admin', status: 'active' })
    const other = await organization()
    const foreign = await call('GET', `${other.path}/members/${zoe.id}`)
    t.match([foreign.status, foreign.body.code], [404, 'not_found'])
  })

  await t.test('is for members whose role may look, and hides strangers’ teams', async (t) => {
    const plain = await member(org.path)
    t.equal((await call('GET', `${org.path}/members`, { actor: plain.as })).status, 200)
    const other = await organization()
    const stranger = await call('GET', `${other.path}/members`, { actor: plain.as })
    t.match([stranger.status, stranger.body.code], [404, 'actor_not_member'])
  })
})
