import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('what a person is called is said once for every team', async (t) => {
  const { call, organization, invite, accept } = await createTestApp(t)
  const [one, two] = [await organization(), await organization()]
  const email = 'ana@named.test'
  for (const { path } of [one, two]) {
    const { token } = await invite(path, email, { name: 'Ana' })
    await accept(token, { id: 'u_ana', email })
  }
  const namesakeToken = await invite(one.path, 'other@named.test', { name: 'Ana' })
  const patch = (body: unknown, id = 'u_ana') => call('PATCH', `/v1/users/${id}`, { body })
  const nameIn = async (path: string) =>
    (await call('GET', `${path}/members?user_id=u_ana`)).body.data[0].name as string | null
  const told = async (path: string) =>
    (await call('GET', `${path}/events?type=member.updated`)).body.data as {
      changes: unknown
      data: unknown
    }[]

  await t.test('in each of them, with an event of its own', async (t) => {
    t.match(await patch({ name: 'Ana Lima' }), { status: 200, body: { updated: 2 } })
    for (const { path } of [one, two]) {
      t.equal(await nameIn(path), 'Ana Lima')
      t.match(await told(path), [
        { changes: { name: ['Ana', 'Ana Lima'] }, data: { user_id: 'u_ana' } }
      ])
    }
    const { member_id: id } = namesakeToken.invitation
    t.equal((await call('GET', `${one.path}/members/${String(id)}`)).body.name, 'Ana')
  })

  await t.test('the same again changes nothing', async (t) => {
    t.match(await patch({ name: 'Ana Lima' }), { status: 200, body: { updated: 0 } })
    t.equal((await told(one.path)).length, 1)
  })

  await t.test('or no longer by any name', async (t) => {
    t.match(await patch({ name: null }), { status: 200, body: { updated: 2 } })
    t.equal(await nameIn(two.path), null)
  })

  await t.test('whom nobody knows, and what is no name, is refused', async (t) => {
    for (const id of ['%00', 'a%0a', 'x'.repeat(256)]) {
      t.match((await call('GET', `/v1/users/${id}/export`)).status, 400, id)
    }
    t.equal((await call('GET', `/v1/users/${'x'.repeat(255)}/export`)).status, 404)
    t.match(await patch({ name: 'Bo' }, 'u_bo'), { status: 404, body: { code: 'not_found' } })
    for (const body of [
      {},
      { name: '' },
      { name: ' ' },
      { name: 'A\r\nBcc: b@c.d' },
      { name: 'A'.repeat(201) },
      { name: 'A', email: 'a@b.c' }
    ])
      t.match(await patch(body), { status: 400, body: { code: 'invalid_request' } })
  })
})
