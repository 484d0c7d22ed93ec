import { sql } from 'drizzle-orm'
import t from 'tap'
import type { Tx } from '../../../src/db/client.js'
import { idToUuid } from '../../../src/ids.js'
import { type Answer, START } from '../../helpers/app.js'
import { conservation, twoInstances } from '../../helpers/credits.js'
import { until, untilBlocked } from '../../helpers/database.js'

const HOUR_MS = 3_600_000
const TOLD_WITHIN_MS = 90_000

await t.test('nobody waits in a circle for credits', async (t) => {
  const { app, beside, second, teams, begin, atOnce } = await twoInstances(t)
  const { clock, deps } = app

  await t.test('opposite moves, and all that touches the same accounts', async (t) => {
    const org = await begin({ members: 4, pool: 4_000 })
    const people = org.members
    for (const member of people) await org.allocate(member, 500)
    const before = await deadlocks()
    const statuses = new Map<number, number>()
    const client = async (nth: number) => {
      const at = nth % 2 === 0 ? org : org.other
      for (let round = 0; round < 25; round += 1) {
        const [a = '', b = ''] = nth % 4 < 2 ? people : people.slice(0, 2).reverse()
        const [c = '', d = ''] = people.slice(2)
        const doings = [
          () => at.move(a, b, 1 + (round % 3)),
          () => at.move(b, a, 1 + (nth % 3)),
          () => at.allocate(c, 3),
          () => at.reclaim(d, 3),
          () => at.spend(1, { member_id: a }),
          () =>
            at.batch(
              [a, b, c, d, a].map((member_id) => ({ kind: 'spend', amount: 1, member_id })),
              { all_or_nothing: round % 2 === 0 }
            ),
          () =>
            at.batch([
              { kind: 'move', member_id: d, to_member_id: a, amount: 1 },
              { kind: 'move', member_id: a, to_member_id: d, amount: 1 },
              { kind: 'allocate', member_id: b, amount: 1 }
            ])
        ]
        const answer = await pick(doings, round + nth)()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 12 }, (_, nth) => client(nth)))
    t.same(
      [...statuses.keys()].filter((status) => ![200, 201, 422].includes(status)),
      []
    )
    t.equal(await deadlocks(), before, 'nobody waited in a circle')
    t.match((await org.get('credits')).body, { total: 4_000 })
  })

  await t.test('what time has done is written without a circle of waiting', async (t) => {
    const org = await begin({ members: 1, pool: 500 })
    const [ana = ''] = org.members
    await org.allocate(ana, 100)
    const later = new Date(START.getTime() + 8 * 24 * HOUR_MS)
    const ends = new Date(START.getTime() + HOUR_MS).toISOString()
    await org.hold(10, { member_id: ana, expires_at: ends })
    const { invitation } = await app.invite(org.path, `${app.unique('late')}@races.test`, {
      credits: 50
    })
    const before = await deadlocks()
    clock.now = later
    // Whoever looks has locked the lapsed seat, and then wants ana's account.
    const both = [ana, invitation.member_id].map((member_id) => ({
      kind: 'spend',
      amount: 1,
      member_id
    }))
    const [looked, batch] = await atOnce(
      org,
      [invitation.member_id],
      [() => org.get('credits'), () => org.other.batch(both)]
    )
    t.match(looked, { status: 200, body: { total: 500, reserved: 0, held: 0 } })
    t.match(batch?.body.data, [{ status: 'created' }, { problem: { code: 'credits_frozen' } }])
    t.equal(await deadlocks(), before)
  })

  await t.test('commands of the team beside the ledger', async (t) => {
    const org = await begin({ members: 5, pool: 5_000 })
    for (const member of org.members) await org.allocate(member, 300)
    const before = await deadlocks()
    const statuses = new Map<string, number>()
    const note = ({ status, body }: Answer) => {
      const told = status < 300 || status === 422 || status === 409 || status === 410
      const name = told ? 'fine' : `${status} ${body.code}`
      statuses.set(name, (statuses.get(name) ?? 0) + 1)
    }
    const reversed = [...org.members].reverse()
    const spender = async (at: typeof org.other, people: readonly string[]) => {
      for (let round = 0; round < 20; round += 1) {
        const ends = new Date(clock.now.getTime() + 200_000).toISOString()
        note(
          await at.batch(
            people.flatMap((member_id) => [
              { kind: 'spend', amount: 1, member_id },
              { kind: 'hold', amount: 1, member_id, expires_at: ends }
            ])
          )
        )
      }
    }
    const office = async (member: string) => {
      const of = `${org.path}/members/${member}`
      for (let round = 0; round < 4; round += 1) {
        clock.now = new Date(clock.now.getTime() + 45_000)
        note(await app.call('POST', `${of}/suspend`, { body: {} }))
        note(await org.get('credits'))
        note(await app.call('POST', `${of}/reactivate`, { body: {} }))
        const { answer, invitation } = await app.invite(
          org.path,
          `${app.unique('guest')}@races.test`,
          { credits: 20 }
        )
        note(answer)
        note(
          await app.call('POST', `${org.path}/credit-allocations`, {
            body: { strategy: 'equal', total: 50 }
          })
        )
        note(await app.call('DELETE', `${org.path}/invitations/${invitation.id}`))
      }
      note(await app.call('DELETE', `${of}?confirm=true`))
    }
    await Promise.all([
      spender(org, org.members),
      spender(org.other, reversed),
      spender(org, reversed),
      spender(org.other, org.members),
      office(org.members[1] ?? ''),
      office(org.members[3] ?? '')
    ])
    t.same([...statuses.keys()], ['fine'])
    t.equal(await deadlocks(), before)
    clock.now = new Date(clock.now.getTime() + HOUR_MS)
    t.match((await org.get('credits')).body, { total: 5_000, held: 0, reserved: 0 })
  })

  await t.test('a circle of waiting would have been counted', async (t) => {
    const org = await begin({ members: 2, pool: 10 })
    const before = await deadlocks()
    const holders = org.members.map((id) => idToUuid('mem', id))
    const lock = (tx: Tx, id: string | undefined) =>
      tx.execute(sql`select from members where id = ${id} for no key update`)
    const both = [holders, [...holders].reverse()].map(([first, then], n) =>
      beside.db.transaction(async (tx) => {
        await lock(tx, first)
        if (n === 0) await untilBlocked(deps.db)
        await lock(tx, then)
      })
    )
    const ends = await Promise.allSettled(both)
    t.equal(ends.filter(({ status }) => status === 'rejected').length, 1)
    // Told by the server in its own time, which may be a minute.
    await until(async () => (await deadlocks()) !== before, TOLD_WITHIN_MS)
    t.equal(await deadlocks(), before + 1)
  })

  for (const id of teams) t.same(await conservation(deps.db, id), [], 'no credit was lost')

  /** How many the database has seen: every connection is asked to tell what it has not yet. */
  async function deadlocks(): Promise<number> {
    const flushes = [deps, second.deps, beside].flatMap(({ db, config }) =>
      Array.from({ length: config.databasePoolSize }, () =>
        db.execute(sql`select pg_stat_force_next_flush(), pg_sleep(0.05)`)
      )
    )
    await Promise.all(flushes)
    const { rows } = await beside.db.execute<{ deadlocks: string }>(sql`
      select deadlocks from pg_stat_database where datname = current_database()`)
    return Number(rows[0]?.deadlocks)
  }
})

function pick<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length]
  if (found === undefined) throw new Error('there is nothing to pick')
  return found
}
