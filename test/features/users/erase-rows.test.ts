import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { conservation, creditsOf } from '../../helpers/credits.js'
import { dumpRows } from '../../helpers/dump.js'
import { policyLike } from '../../helpers/policies.js'

const SEALED = ['idempotency_keys']
const FIELDS = ['name', 'role', 'email', 'avatar_url']

await t.test('the ledger lets nothing through but that words go', async (t) => {
  const app = await createTestApp(t)
  const { deps } = app
  const org = await app.organization({ policy: 'oupi' })
  const credits = creditsOf(app.call, org.path)
  await credits.topUp(10, { reason: 'March', reference: 'r1', metadata: { a: 'b' } })
  const refused = async (change: string, setting = 'on') => {
    const answer = deps.db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('muster.erasure', ${setting}, true)`)
      await tx.execute(sql.raw(`update credit_transfers set ${change}`))
    })
    await t.rejects(answer, change)
  }
  const words = `reason = null, reference = null, metadata = '{}'`
  await refused(words, 'off')
  for (const change of [
    `${words}, amount = 11`,
    `${words}, balance = 0`,
    `${words}, created_at = created_at + interval '1 second'`,
    `${words}, idempotency_key = 'k'`,
    `${words}, actor_id = null`,
    `reason = null, reference = null`,
    `reason = 'April', reference = null, metadata = '{}'`
  ]) {
    await refused(change)
  }
  await t.rejects(
    deps.db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('muster.erasure', 'on', true)`)
      await tx.execute(sql`delete from credit_transfers`)
    })
  )
  await deps.db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('muster.erasure', 'on', true)`)
    await tx.execute(sql.raw(`update credit_transfers set ${words}`))
  })
  await t.rejects(deps.db.execute(sql.raw(`update credit_transfers set ${words}`)), 'later no more')
  t.same(await conservation(deps.db, org.id), [])
})

await t.test('who only held seats that are others’ now', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, accept } = app
  const policy = await policyLike(app, 'standard', {
    member_fields: FIELDS,
    reassignment: { enabled: true }
  })
  const org = await app.organization({ policy })
  const ana = await app.member(org.path)
  const at = `${org.path}/members/${ana.id}`
  const pass = () => {
    clock.now = new Date(clock.now.getTime() + 1_000)
  }
  const handOver = async (id: string) => {
    const email = `${id}@acme.test`
    const { body } = await call('POST', `${at}/reassign`, { body: { email, send_email: false } })
    pass()
    await accept(String(body.link).split('/').at(-1) ?? '', { id, email, name: `Name of ${id}` })
    pass()
  }
  pass()
  for (const id of ['u_bo', 'u_cy']) await handOver(id)

  await t.test('one after the other: what is left of the others is theirs', async (t) => {
    t.match(await call('POST', '/v1/users/u_bo/erase'), { status: 200, body: { members: 1 } })
    const rows = JSON.stringify(await dumpRows(app.deps.db, SEALED))
    for (const text of ['u_bo', 'Name of u_bo']) t.notOk(rows.includes(text), text)
    for (const text of [ana.userId, 'u_cy', 'Name of u_cy']) t.ok(rows.includes(text), text)
    t.match(await call('POST', `/v1/users/${ana.userId}/erase`), { status: 200 })
    t.match((await call('GET', at)).body, { user_id: 'u_cy', name: 'Name of u_cy' })
  })

  await t.test('whoever still is a member is refused', async (t) => {
    t.match(await call('POST', '/v1/users/u_cy/erase'), {
      status: 409,
      body: { code: 'user_still_member', organization_ids: [org.id] }
    })
  })

  await t.test(
    'an address that was given up and is a colleague’s by now stays theirs',
    async (t) => {
      const [dan, eve] = [await app.member(org.path), await app.member(org.path)]
      const patch = (id: string, email: string) =>
        call('PATCH', `${org.path}/members/${id}`, { body: { email } })
      t.equal((await patch(dan.id, `${dan.userId}@new.test`)).status, 200)
      pass()
      t.equal((await patch(eve.id, dan.email)).status, 200)
      pass()
      await call('DELETE', `${org.path}/members/${dan.id}`)
      t.match(await call('POST', `/v1/users/${dan.userId}/erase`), { status: 200 })
      t.match((await call('GET', `${org.path}/members/${eve.id}`)).body, { email: dan.email })
      const { body } = await call('GET', `${org.path}/events?type=member.updated`)
      const [hers, his] = body.data
      t.same(hers.changes, { email: [eve.email, dan.email] })
      t.same(his.changes, { email: ['erased', 'erased'] })
    }
  )
})
