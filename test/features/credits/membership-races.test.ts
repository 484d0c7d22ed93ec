import { sql } from 'drizzle-orm'
import t from 'tap'
import { POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { idToUuid } from '../../../src/ids.js'
import { type Answer, createTestApp, DAY_MS, openDeps, START } from '../../helpers/app.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'
import { untilBlocked } from '../../helpers/database.js'
import { inTurn, lockOrganization } from '../../helpers/locks.js'

await t.test('credits that are moved while somebody comes or goes', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, invite, unique } = app
  // What waits in the app takes connections of its own.
  const beside = openDeps(app.databaseUrl, () => clock.now)
  t.teardown(() => beside.close())
  const ids: string[] = []

  async function begin(fields: { members?: number; pool?: number }) {
    clock.now = START
    const org = await teamWithCredits(app, fields)
    ids.push(org.id)
    const sums = async () => (await org.get('credits')).body
    const promise = (credits: number) => async () =>
      (await invite(org.path, `${unique('new')}@acme.test`, { credits })).answer
    const remove = (id: string) => () => call('DELETE', `${org.path}/members/${id}?confirm=true`)
    return { ...org, sums, promise, remove }
  }

  /** All of them wait for an account, in this order, before the first gets it. */
  async function atOnce(
    org: { readonly id: string },
    holder: string,
    requests: readonly (() => Promise<Answer>)[]
  ): Promise<Answer[]> {
    const { answers } = await beside.db.transaction(async (tx) => {
      await tx.execute(sql`
        select from credit_accounts where organization_id = ${idToUuid('org', org.id)}
          and holder_id = ${idToUuid('mem', holder)} for no key update`)
      const answers: Promise<Answer>[] = []
      for (const request of requests) {
        answers.push(request())
        await untilBlocked(beside.db, answers.length)
      }
      return { answers }
    })
    return Promise.all(answers)
  }
  const said = (answers: readonly Answer[]) =>
    answers.map(({ status, body }) => (status < 300 ? 'ok' : String(body.code)))

  await t.test('a spend does not wait for a command on the team’s members', async (t) => {
    const org = await begin({ members: 2, pool: 100 })
    const [ana = '', bo = ''] = org.members
    await org.allocate(ana, 50)
    const removal = await beside.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const removal = org.remove(bo)()
      await untilBlocked(beside.db)
      t.equal((await org.spend(20, { member_id: ana })).status, 201, 'while the removal waits')
      t.equal((await org.spend(10)).status, 201, 'nor one from the pool')
      return { removal }
    })
    t.equal((await removal.removal).status, 200)
    t.match(await org.sums(), { spent: 30, unallocated: 40 })
  })

  await t.test('a spend that came before the removal is done, and the rest returned', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 100)
    const spend = () => org.spend(30, { member_id: ana })
    t.same(said(await atOnce(org, ana, [spend, org.remove(ana)])), ['ok', 'ok'])
    t.match(await org.sums(), { unallocated: 70, spent: 30, used_by_former: 30 })
  })

  await t.test('one that came after it is refused, and nothing is lost', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 100)
    const spend = () => org.spend(30, { member_id: ana })
    t.same(said(await atOnce(org, ana, [org.remove(ana), spend])), ['ok', 'credits_frozen'])
    t.match(await org.sums(), { unallocated: 100, spent: 0 })
  })

  for (const first of ['allocation', 'removal']) {
    await t.test(`nothing is left with whoever goes: the ${first} comes first`, async (t) => {
      const org = await begin({ members: 1, pool: 100 })
      const [ana = ''] = org.members
      // Its account is there.
      await org.allocate(ana, 10)
      const allocate = () => org.allocate(ana, 50)
      const remove = org.remove(ana)
      const isFirst = first === 'allocation'
      const both = isFirst ? [allocate, remove] : [remove, allocate]
      // The allocation waits for the pool before it, so that is what both wait for.
      const answers = await atOnce(org, POOL_HOLDER, both)
      t.same(said(answers), ['ok', isFirst ? 'ok' : 'credits_frozen'])
      t.match(await org.sums(), { unallocated: 100, allocated: 0, used_by_former: 0 })
    })
  }

  await t.test('somebody who never had any leaves none behind either', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    const answers = await atOnce(org, POOL_HOLDER, [org.remove(ana), () => org.allocate(ana, 50)])
    t.same(said(answers), ['ok', 'credits_frozen'])
    t.match(await org.sums(), { unallocated: 100, used_by_former: 0 })
  })

  await t.test('two invitations cannot both have the last credits', async (t) => {
    const org = await begin({ pool: 100 })
    const answers = await inTurn(beside.db, org.id, [org.promise(60), org.promise(60)])
    t.same(said(answers), ['ok', 'insufficient_credits'])
    t.match(await org.sums(), { unallocated: 40, reserved: 60 })
  })

  await t.test('nor an invitation and an allocation, whichever comes first', async (t) => {
    for (const order of ['invitation', 'allocation']) {
      const org = await begin({ members: 1, pool: 100 })
      const [ana = ''] = org.members
      const requests = [org.promise(60), () => org.allocate(ana, 60)]
      if (order === 'allocation') requests.reverse()
      const answers = await atOnce(org, POOL_HOLDER, requests)
      t.same(said(answers), ['ok', 'insufficient_credits'], order)
      t.match(await org.sums(), { unallocated: 40 })
    }
  })

  await t.test('what time has freed is given away once', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.promise(100)()
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const answers = await Promise.all([
      org.allocate(ana, 100),
      org.promise(100)(),
      org.spend(100),
      org.promise(100)()
    ])
    const done = said(answers)
    t.equal(done.filter((one) => one === 'ok').length, 1)
    t.equal(done.filter((one) => one === 'insufficient_credits').length, 3)
    t.match(await org.sums(), { total: 100, unallocated: 0 })
  })

  await t.test('no credit was lost or made by any of it', async (t) => {
    t.ok(ids.length > 0)
    for (const id of ids) t.same(await conservation(deps.db, id), [])
  })
})
