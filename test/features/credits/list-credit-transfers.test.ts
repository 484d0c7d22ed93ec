import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { teamWithCredits } from '../../helpers/credits.js'
import { countStatements } from '../../helpers/statements.js'

interface Transfer {
  readonly id: string
  readonly kind: string
  readonly amount: number
}

await t.test('GET {o}/credit-transfers', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization } = app
  const later = (days: number) => new Date(START.getTime() + days * DAY_MS)
  const team = await teamWithCredits(app, { members: 2, pool: 1_000 })
  const [ana = '', bo = ''] = team.members
  await team.allocate(ana, 300)
  clock.now = later(1)
  await team.move(ana, bo, 50)
  const spend = (await team.spend(20, { member_id: bo, reference: 'run 1' })).body as Transfer
  const hold = (await team.hold(9, { member_id: ana, reference: 'run 2' })).body as Transfer
  clock.now = later(2)
  await team.refund(spend.id, { amount: 5 })
  await team.hold(1, { member_id: ana })
  await team.spend(2)

  const list = async (query = '') => {
    const { body } = await team.get(`credit-transfers${query}`)
    return body.data.map(({ kind, amount }: Transfer) => `${kind} ${amount}`)
  }
  const all = ['spend 2', 'hold 1', 'refund 5', 'hold 9', 'spend 20', 'move 50', 'allocate 300']

  await t.test('has every movement, the newest first', async (t) => {
    t.same(await list(), [...all, 'top_up 1000'])
  })

  await t.test('goes on page by page, and counts all that match', async (t) => {
    const first = await team.get('credit-transfers?limit=5&include_total=true')
    t.match(first.body, { total: 8, has_more: true })
    t.same(await list(`?limit=5&cursor=${first.body.next_cursor}`), [
      'move 50',
      'allocate 300',
      'top_up 1000'
    ])
    const some = await team.get('credit-transfers?kind=hold&include_total=true&limit=1')
    t.match(some.body, { total: 2, data: [{ amount: 1 }] })
    t.equal((await team.get('credit-transfers?cursor=bm8')).status, 400)
  })

  await t.test('of a member, whether it spends, gets or gives', async (t) => {
    t.same(await list(`?member_id=${ana}`), ['hold 1', 'hold 9', 'move 50', 'allocate 300'])
    t.same(await list(`?member_id=${bo}`), ['refund 5', 'spend 20', 'move 50'])
    t.same(await list(`?member_id=${bo}&kind=move`), ['move 50'])
  })

  await t.test('of a kind, a reference, or what another is about', async (t) => {
    t.same(await list('?kind=spend'), ['spend 2', 'spend 20'])
    t.same(await list('?kind=expire'), [])
    t.same(await list('?reference=run%201'), ['spend 20'])
    t.same(await list('?reference=run'), [])
    t.same(await list(`?transfer_id=${spend.id}`), ['refund 5'])
    t.same(await list(`?transfer_id=${hold.id}`), [])
    t.equal((await team.get('credit-transfers?kind=gift')).status, 400)
  })

  await t.test('of a span, its end excluded', async (t) => {
    const [one, two] = [later(1).toISOString(), later(2).toISOString()]
    t.same(await list(`?from=${one}&to=${two}`), ['hold 9', 'spend 20', 'move 50'])
    t.same(await list(`?to=${one}`), ['allocate 300', 'top_up 1000'])
    t.same(await list(`?from=${two}`), ['spend 2', 'hold 1', 'refund 5'])
    t.same(await list('?from=2030-01-03T02:00:00%2B02:00'), ['spend 2', 'hold 1', 'refund 5'])
  })

  await t.test(
    'instants that no calendar has, or that nothing can hold, are refused',
    async (t) => {
      const wrong = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '2030-01-01', '2030', '1']
      for (const from of wrong) {
        const { status, body } = await team.get(`credit-transfers?from=${from}`)
        t.match([status, body.code], [400, 'invalid_request'], from)
      }
      t.same(await list('?from=1970-01-01T00:00:00%2B23:59&to=1971-01-01T00:00:00Z'), [])
      t.same(await list('?from=8999-12-31T23:59:59-23:59'), [])
    }
  )

  await t.test('a page is one statement, beside the proof of who asks', async (t) => {
    const few = await countStatements(t, () => list('?limit=1'))
    const many = await countStatements(t, () => list('?limit=100&include_total=true'))
    t.same([few, many], [2, 2])
  })

  await t.test('is for whoever may see usage, in products that have credits', async (t) => {
    const member = await app.member(team.path)
    const refused = await call('GET', `${team.path}/credit-transfers`, { actor: member.as })
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    const owner = await call('GET', `${team.path}/credit-transfers`, { actor: team.as })
    t.equal(owner.body.data.length, 8)
    const { path } = await organization({ policy: 'openphone' })
    const { status, body } = await call('GET', `${path}/credit-transfers`)
    t.match([status, body.code], [422, 'money_credits_not_transferable'])
    const other = await teamWithCredits(app)
    t.same((await other.get(`credit-transfers?member_id=${ana}`)).body.data, [])
  })
})
