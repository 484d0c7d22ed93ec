import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamWithCredits } from '../../helpers/credits.js'

await t.test('GET {o}/credit-transfers/{credit_transfer_id}', async (t) => {
  const app = await createTestApp(t)
  const { call } = app
  const team = await teamWithCredits(app, { members: 1, pool: 100 })
  const [ana = ''] = team.members
  await team.allocate(ana, 60)
  const fields = { member_id: ana, reference: 'run_1', metadata: { model: 'large' } }
  const { body: spend } = await team.spend(7, fields, 'once')
  const read = (path: string, id: string, options = {}) =>
    call('GET', `${path}/credit-transfers/${id}`, options)

  await t.test('is what was answered when it was made, and what the list has', async (t) => {
    const { status, body } = await read(team.path, spend.id)
    t.equal(status, 200)
    t.same(body, spend)
    t.match(body, { ...fields, kind: 'spend', amount: 7, balance: 53, idempotency_key: 'once' })
    const { body: list } = await team.get('credit-transfers?kind=spend')
    t.same(list.data, [body])
  })

  await t.test('there is none of another kind of id, of nobody, of others', async (t) => {
    const other = await teamWithCredits(app, { pool: 1 })
    for (const [path, id, status] of [
      [team.path, 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z', 404],
      [other.path, spend.id, 404],
      [team.path, ana, 400],
      [team.path, 'x', 400]
    ] as const) {
      t.equal((await read(path, id)).status, status, id)
    }
  })

  await t.test('is for whoever may see usage', async (t) => {
    const member = await app.member(team.path)
    const refused = await read(team.path, spend.id, { actor: member.as })
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    t.equal((await read(team.path, spend.id, { actor: team.as })).status, 200)
  })
})
