import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('GET {o}/invitations', async (t) => {
  const { call, organization, invite, accept, clock } = await createTestApp(t)
  const org = await organization()
  await invite(org.path, 'old@list.test')
  const taken = await invite(org.path, 'taken@list.test')
  await accept(taken.token, { id: 'u_taken', email: 'taken@list.test' })
  clock.now = new Date(START.getTime() + 7 * DAY_MS)
  const fresh = await invite(org.path, 'fresh@list.test')

  const emails = async (query: string) => {
    const { body } = await call('GET', `${org.path}/invitations${query}`)
    return body.data.map(({ email }: { email: string }) => email)
  }

  await t.test('lists the newest first', async (t) => {
    t.same(await emails(''), ['fresh@list.test', 'taken@list.test', 'old@list.test'])
  })

  await t.test('knows what has expired before any sweep has written it', async (t) => {
    t.same(await emails('?status=expired'), ['old@list.test'])
    t.same(await emails('?status=pending'), ['fresh@list.test'])
    t.same(await emails('?status=accepted'), ['taken@list.test'])
  })

  await t.test('finds those of an address, in any case, and of a member', async (t) => {
    t.same(await emails('?email=TAKEN@list.test'), ['taken@list.test'])
    t.same(await emails(`?member_id=${String(fresh.invitation.member_id)}`), ['fresh@list.test'])
  })

  await t.test('finds those of everybody in a group', async (t) => {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name: 'Design' } })
    const put = (member_ids: string[]) =>
      call('PUT', `${org.path}/groups/${body.id}/members`, { body: { member_ids } })
    t.same(await emails(`?group_id=${body.id}`), [])
    await put([taken.invitation.member_id, fresh.invitation.member_id])
    t.same(await emails(`?group_id=${body.id}`), ['fresh@list.test', 'taken@list.test'])
    t.same(await emails(`?group_id=${body.id}&status=accepted`), ['taken@list.test'])
    const other = await organization()
    const elsewhere = await call('GET', `${other.path}/invitations?group_id=${body.id}`)
    t.same(elsewhere.body.data, [])
    t.equal((await call('GET', `${org.path}/invitations?group_id=design`)).status, 400)
  })

  await t.test('shows one, to its own organization only', async (t) => {
    const path = `/invitations/${String(fresh.invitation.id)}`
    t.match((await call('GET', org.path + path)).body, { email: 'fresh@list.test' })
    const other = await organization()
    t.equal((await call('GET', other.path + path)).status, 404)
  })
})
