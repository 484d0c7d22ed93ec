import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'

const FEBRUARY = new Date('2030-02-01T00:00:00.000Z')

await t.test('nobody is refused because the sweep of a new month is late', async (t) => {
  const app = await createTestApp(t)
  const team = await teamInMode(app, 'monthly_quota', { pool: 1_000, members: 2 })
  const [ana = '', bo = ''] = team.members
  await team.put('credit-quotas', { members: [{ member_id: ana, amount: 100 }] })
  t.match(await team.spend(100, { member_id: ana }), { status: 201, body: { balance: 0 } })
  t.match(await team.spend(1, { member_id: ana }), {
    status: 422,
    body: { code: 'insufficient_credits' }
  })
  app.clock.now = FEBRUARY
  t.match(await team.spend(40, { member_id: ana }), { status: 201, body: { balance: 60 } })
  t.equal((await team.events('credits.quota_refilled')).length, 2, 'January, and February')
  t.match(
    await team.spend(61, { member_id: ana }),
    { status: 422, body: { code: 'insufficient_credits', available: 60 } },
    'once a month'
  )
  t.match(
    await team.spend(1, { member_id: bo }),
    { status: 422, body: { code: 'insufficient_credits', available: 0 } },
    'who has no quota gets none'
  )
})

await t.test('whoever comes within the month has the quota at the first spend', async (t) => {
  const app = await createTestApp(t)
  const team = await teamInMode(app, 'monthly_quota', { pool: 150, members: 1 })
  await team.put('credit-quotas', { everybody: 50, roles: [{ role: 'owner', amount: 0 }] })
  const { id } = await app.member(team.path)
  t.match(await team.spend(50, { member_id: id }), { status: 201, body: { balance: 0 } })
})
