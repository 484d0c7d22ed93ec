import t from 'tap'
import { type Answer, createTestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('changes of an address that meet something else', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, member, invite, accept, unique } = app
  const policy = await policyLike(app, 'standard', { member_fields: ['email'] })
  const team = () => organization({ policy })
  const patch = (path: string, id: string, body: unknown) =>
    call('PATCH', `${path}/members/${id}`, { body })
  const read = async (path: string, id: string) => (await call('GET', `${path}/members/${id}`)).body
  const code = ({ status, body }: Answer) => [status, body.code]

  await t.test('two who want the same address: one gets it', async (t) => {
    const org = await team()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const email = `${unique('both')}@acme.test`
    const answers = await inTurn(deps.db, org.id, [
      () => patch(org.path, ana.id, { email }),
      () => patch(org.path, bo.id, { email: email.toUpperCase() })
    ])
    t.same(answers.map(code), [
      [200, undefined],
      [409, 'already_member']
    ])
    t.equal((await read(org.path, bo.id)).email, bo.email)
  })

  await t.test('nor an address that somebody was offered a seat by meanwhile', async (t) => {
    const org = await team()
    const ana = await member(org.path)
    const email = `${unique('gone')}@acme.test`
    const [invited, changed] = await inTurn(deps.db, org.id, [
      async () => (await invite(org.path, email)).answer,
      () => patch(org.path, ana.id, { email })
    ])
    t.equal(invited?.body.data[0].status, 'created')
    t.same(changed && code(changed), [409, 'already_invited'])
    t.equal((await read(org.path, ana.id)).email, ana.email)
  })

  await t.test(
    'one’s own offer, taken while the address changes, is refused one of the two',
    async (t) => {
      const org = await team()
      const [ana, id] = [await member(org.path), unique('u')]
      const email = `${id}@acme.test`
      const { token } = await invite(org.path, email)
      const [joined, changed] = await inTurn(deps.db, org.id, [
        () => accept(token, { id, email }),
        () => patch(org.path, ana.id, { email })
      ])
      t.equal(joined?.status, 200)
      t.same(changed && code(changed), [409, 'already_member'])
    }
  )
})
