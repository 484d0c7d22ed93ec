import { sql } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { isMember } from '../../../src/features/invitations/queries.js'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { countStatements } from '../../helpers/statements.js'

const after = (seconds: number) => new Date(START.getTime() + seconds * 1_000)
const at = (seconds: number) => after(seconds).toISOString()

/** When each grant was last used, by the host's id of what it is on. */
async function usesOf({ deps }: TestApp) {
  const { rows } = await deps.db.execute<{ name: string; at: string | null }>(
    sql`select r.external_id as name, g.last_used_at as at from resource_grants g
      join resources r on r.organization_id = g.organization_id and r.id = g.resource_id
      order by 1, 2`
  )
  return rows.map((row) => [row.name, row.at === null ? null : new Date(row.at).toISOString()])
}

await t.test('POST {o}/activity', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member, clock, deps } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const tell = (path: string, data: unknown, options: object = {}) =>
    call('POST', `${path}/activity`, { body: { data }, ...options })
  const statuses = (body: { data: { status: string; problem?: { code: string } }[] }) =>
    body.data.map(({ status, problem }) => problem?.code ?? status)
  const noted = async (path: string, id: string) => {
    const { last_active_at, last_sign_in_at } = (await call('GET', `${path}/members/${id}`)).body
    return [last_active_at, last_sign_in_at]
  }

  await t.test('each report has a result of its own', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const [ana, bo, cy, di] = [
      await member(org.path),
      await member(org.path),
      await member(org.path),
      await member(org.path)
    ]
    const stranger = await member(other.path)
    const { invitation } = await invite(org.path, 'open@activities.test')
    await call('POST', `${org.path}/members/${cy.id}/suspend`)
    await call('DELETE', `${org.path}/members/${di.id}`)
    const { body: events } = await call('GET', `${org.path}/events?include_total=true`)
    clock.now = after(500)
    const { status, body } = await tell(org.path, [
      { member_id: ana.id, type: 'sign_in', at: at(100) },
      { user_id: bo.userId },
      { user_id: bo.userId, at: at(30) },
      { member_id: cy.id },
      { user_id: di.userId },
      { member_id: invitation.member_id },
      { member_id: stranger.id },
      { user_id: stranger.userId },
      { user_id: 'u_nobody' },
      { member_id: ana.id, at: at(561) },
      { member_id: ana.id, resource: 'ws_unknown' }
    ])
    t.equal(status, 200)
    t.same(statuses(body), [
      'recorded',
      'recorded',
      'unchanged',
      'member_not_active',
      'member_not_active',
      'member_not_active',
      'not_found',
      'not_found',
      'not_found',
      'activity_in_future',
      'unknown_resource'
    ])
    t.same(body.summary, { recorded: 2, unchanged: 1, failed: 8 })
    t.equal(body.data[3].problem.member_status, 'suspended')
    t.same(await noted(org.path, ana.id), [at(100), at(100)])
    t.same(await noted(org.path, bo.id), [at(500), null])
    t.same(await noted(other.path, stranger.id), [null, null])
    const { body: told } = await call('GET', `${org.path}/events?include_total=true`)
    t.equal(told.total, events.total, 'no event tells of it')
  })

  await t.test('the newest wins, in one batch and between batches', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = after(1_000)
    const { body } = await tell(org.path, [
      { member_id: ana.id, at: at(300) },
      { user_id: ana.userId, type: 'sign_in', at: at(200) },
      { member_id: ana.id, at: at(250) },
      { member_id: ana.id, type: 'sign_in', at: at(150) }
    ])
    t.same(statuses(body), ['recorded', 'recorded', 'unchanged', 'unchanged'])
    t.same(await noted(org.path, ana.id), [at(300), at(200)])
    const again = await tell(org.path, [
      { member_id: ana.id, type: 'sign_in', at: at(250) },
      { member_id: ana.id, at: at(359) }
    ])
    t.same(statuses(again.body), ['unchanged', 'unchanged'], 'hardly newer')
    const late = await tell(org.path, [{ member_id: ana.id, type: 'sign_in', at: at(260) }])
    t.same(statuses(late.body), ['recorded'])
    t.same(await noted(org.path, ana.id), [at(300), at(260)], 'an older activity is not noted')
  })

  await t.test('notes uses of what members have themselves, the newest of each', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    for (const [one, ids] of [
      [ana, ['ws_1', 'ws_2']],
      [bo, ['ws_1']]
    ] as const) {
      await call('PATCH', `${org.path}/members/${one.id}`, {
        body: { resources: { choice: 'existing', ids } }
      })
    }
    const { rows } = await deps.db.execute<{ id: string }>(
      sql`select type_id('res', id) as id from resources where external_id = 'ws_2'`
    )
    clock.now = after(900)
    const { body } = await tell(org.path, [
      { member_id: ana.id, resource: 'ws_1', at: at(800) },
      { member_id: ana.id, resource: 'ws_1', at: at(700) },
      { member_id: ana.id, resource: rows[0]?.id, at: at(600) },
      { member_id: bo.id, resource: 'ws_2', at: at(650) }
    ])
    t.same(statuses(body), ['recorded', 'unchanged', 'recorded', 'recorded'])
    t.same(await usesOf(app), [
      ['ws_1', at(800)],
      ['ws_1', null],
      ['ws_2', at(600)]
    ])
    t.same(await noted(org.path, bo.id), [at(650), null], 'who has it not was active all the same')
    const again = await tell(org.path, [
      { member_id: ana.id, resource: 'ws_1', at: at(859) },
      { member_id: ana.id, resource: 'ws_2', at: at(660) },
      { member_id: ana.id, resource: 'ws_2', at: at(610) }
    ])
    t.same(statuses(again.body), ['unchanged', 'recorded', 'unchanged'])
    t.same(await noted(org.path, ana.id), [at(800), null])
  })

  await t.test('a member tells of itself only, and learns of nobody else', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const data = [
      { member_id: ana.id },
      { user_id: ana.userId },
      { member_id: bo.id },
      { user_id: 'u_nobody' }
    ]
    const { body } = await tell(org.path, data, { actor: ana.as })
    t.same(statuses(body), ['recorded', 'recorded', 'not_permitted', 'not_permitted'])
    t.same(await noted(org.path, bo.id), [null, null])
  })

  await t.test('a repetition is unchanged, or under its key the same answer', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const data = [{ member_id: ana.id, at: at(0) }]
    const headers = { 'idempotency-key': app.unique('key') }
    const first = await tell(org.path, data, { headers })
    const replayed = await tell(org.path, data, { headers })
    t.same(replayed.body, first.body)
    t.equal(replayed.headers.get('idempotent-replayed'), 'true')
    t.same(statuses((await tell(org.path, data)).body), ['unchanged'])
  })

  await t.test('refuses what names nobody, or too much', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const both = { member_id: ana.id, user_id: ana.userId }
    for (const report of [{}, both, { ...both, type: 'sign_in' }]) {
      const { status, body } = await tell(org.path, [{ member_id: ana.id }, report])
      t.match([status, body.errors[0].pointer], [400, '#/data/1'])
    }
    const bad = [
      [],
      Array.from({ length: 1_001 }, () => ({ member_id: ana.id })),
      [{ member_id: ana.id, requests: 3 }],
      [{ member_id: 'mem_1' }],
      [{ user_id: 'a\u0000b' }],
      [{ user_id: ana.userId, at: 'yesterday' }],
      {}
    ]
    for (const data of bad) t.equal((await tell(org.path, data)).status, 400)
    t.same(await noted(org.path, ana.id), [null, null])
  })

  await t.test('1,000 reports are as many statements as one', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('PATCH', `${org.path}/members/${ana.id}`, {
      body: { resources: { choice: 'existing', ids: ['ws_1'] } }
    })
    const reports = (count: number) =>
      Array.from({ length: count }, (_, nth) => ({
        ...(nth % 2 === 0 ? { member_id: ana.id } : { user_id: `u_${nth}` }),
        resource: nth % 3 === 0 ? 'ws_1' : `ws_${nth}`
      }))
    const one = await countStatements(t, () => tell(org.path, reports(1)))
    clock.now = after(120)
    const many = await countStatements(t, () => tell(org.path, reports(1_000)))
    t.ok(many <= one, `${many} and ${one}`)
  })

  await t.test('whoever is suspended meanwhile was not here', async (t) => {
    const org = await organization()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx.update(members).set({ status: 'suspended' }).where(isMember(org.id, ana.id))
      const answer = tell(org.path, [{ member_id: bo.id }, { member_id: ana.id }])
      await untilBlocked(deps.db)
      return { answer }
    })
    t.same(statuses((await answer).body), ['recorded', 'member_not_active'])
    t.same(await noted(org.path, ana.id), [null, null])
  })

  await t.test('the newer wins though the older is written while it waits', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = after(900)
    const race = async (mine: number, theirs: number) => {
      const { answer } = await deps.db.transaction(async (tx) => {
        await tx
          .update(members)
          .set({ lastActiveAt: after(theirs) })
          .where(isMember(org.id, ana.id))
        const answer = tell(org.path, [{ member_id: ana.id, at: at(mine) }])
        await untilBlocked(deps.db)
        return { answer }
      })
      return [statuses((await answer).body), (await noted(org.path, ana.id))[0]]
    }
    t.same(await race(300, 200), [['recorded'], at(300)])
    t.same(await race(400, 800), [['unchanged'], at(800)])
  })

  await t.test('nobody waits in a circle for the same members in other order', async (t) => {
    const org = await organization()
    const people = [await member(org.path), await member(org.path), await member(org.path)]
    const ids = people.map(({ id }) => id).sort()
    const deadlocks = async () => {
      const { rows } = await deps.db.execute<{ count: number }>(sql`
        select deadlocks::int as count from pg_stat_database where datname = current_database()`)
      return rows[0]?.count
    }
    const before = await deadlocks()
    const reports = ids.map((member_id) => ({ member_id }))
    const { answers } = await deps.db.transaction(async (tx) => {
      await tx
        .update(members)
        .set({ updatedAt: START })
        .where(isMember(org.id, ids[1] ?? ''))
      const answers = [tell(org.path, reports), tell(org.path, reports.toReversed())]
      await untilBlocked(deps.db, 2)
      return { answers }
    })
    const results = (await Promise.all(answers)).map(({ body }) => body.summary.recorded)
    t.same(results.sort(), [0, 3], 'whoever comes second finds it noted')
    t.equal(await deadlocks(), before)
  })

  await t.test('is no business of a canceled organization’s members', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await call('POST', `${org.path}/cancel`)
    const data = [{ member_id: ana.id }]
    t.equal((await tell(org.path, data, { actor: ana.as })).status, 403)
    t.same(statuses((await tell(org.path, data)).body), ['recorded'])
  })
})
