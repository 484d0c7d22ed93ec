import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { teamWithCredits } from '../helpers/credits.js'
import { deploymentOn, PATIENCE_MS, runMuster } from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

await t.test(
  'muster credits verify tells a balance that its transfers do not add up to',
  async (t) => {
    const app = await createTestApp(t)
    const team = await teamWithCredits(app, { members: 1, pool: 1_000 })
    const [ana = ''] = team.members
    await team.allocate(ana, 300)
    await team.spend(100, { member_id: ana })
    await team.hold(50, { member_id: ana })
    const environment = deploymentOn(app.databaseUrl)
    t.match(await runMuster(t, ['credits', 'verify'], environment), {
      code: 0,
      stdout: 'Every balance is what its transfers add up to.\n'
    })

    await app.deps.db.execute(sql`update credit_accounts set balance = balance + 1, held = held - 1
    where member_id is not null`)
    t.same((await runMuster(t, ['credits', 'verify'], environment)).stdout.split('\n'), [
      `${team.id} ${ana} balance: 151, by its transfers 150`,
      `${team.id} ${ana} held: 49, by its transfers 50`,
      `${team.id} ${ana} open holds: 49, by its transfers 50`,
      '3 differ.',
      ''
    ])
  }
)
