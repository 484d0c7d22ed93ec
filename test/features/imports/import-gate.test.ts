import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { type CallOptions, createTestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'
import { createAccount } from '../../helpers/reassignments.js'
import { countStatements } from '../../helpers/statements.js'

const IMPORT_MAX = 1_000

await t.test('POST {o}/members: the gate of import-members', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, invite, deps } = app
  const post = (path: string, people: unknown[], options: CallOptions = {}) =>
    call('POST', `${path}/members`, { ...options, body: { members: people } })
  const codes = (body: { data: { problem?: { code: string } }[] }) =>
    body.data.map(({ problem }) => problem?.code)

  await t.test('fills seats in the order given, and counts who comes before', async (t) => {
    const org = await organization({ billing: { seats: 3 } })
    const people = ['a', 'b', 'c'].map((id) => ({ user_id: id, email: `${id}@seats.test` }))
    const { body } = await post(org.path, [{ user_id: 'x', email: 'bad' }, ...people])
    t.same(codes(body), ['invalid_email', undefined, undefined, 'seats_exhausted'])
    t.match(body.data[3].problem, { limit: 3, status: 409 })
    const { body: summary } = await call('GET', `${org.path}/summary`)
    t.match(summary.seats, { used: 3, available: 0 })
  })

  await t.test('gives no role to more people than may have it', async (t) => {
    const org = await organization({
      policy: 'oupi',
      billing: { entitlements: ['team'], seats: 20 }
    })
    const { body: team } = await call('GET', `${org.path}/members`)
    const { role } = team.data[0]
    const { body } = await post(org.path, [{ user_id: 'u_1', email: 'one@single.test', role }])
    t.same(codes(body), ['single_holder'])
  })

  await t.test('gives the last seat to an import or to an invitation, never to both', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const { both } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const both = [
        post(org.path, [{ user_id: 'u_a', email: 'a@race.test' }]),
        invite(org.path, 'b@race.test').then(({ answer }) => answer)
      ]
      await untilBlocked(deps.db, 2)
      return { both }
    })
    const [imported, invited] = await Promise.all(both)
    t.not(imported?.status === 201, invited?.status === 201)
    t.match((await call('GET', `${org.path}/summary`)).body.seats, { used: 2, available: 0 })
  })

  await t.test('lets a role import only what it may invite as', async (t) => {
    const org = await organization({ policy: 'surveymonkey' })
    const { body: team } = await call('GET', `${org.path}/members`)
    const { role } = team.data[0]
    const { body } = await post(
      org.path,
      [
        { user_id: 'u_1', email: 'one@roles.test', role },
        { user_id: 'u_2', email: 'two@roles.test' }
      ],
      { actor: org.as }
    )
    t.same(codes(body), ['role_not_assignable', undefined])
    const admin = await post(org.path, [{ user_id: 'u_3', email: 'three@roles.test' }], {
      actor: 'user:u_2'
    })
    t.match([admin.status, admin.body.code], [403, 'not_permitted'])
    const { body: events } = await call('GET', `${org.path}/events?type=member.joined`)
    t.match(events.data[0].actor, { type: 'member', name: 'Olga' })
  })

  await t.test('is refused to whoever lost the permission while waiting', async (t) => {
    const org = await organization()
    const { id, as } = await member(org.path, { role: 'owner' })
    const { answer } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const answer = post(org.path, [{ user_id: 'u_1', email: 'one@late.test' }], { actor: as })
      await untilBlocked(deps.db)
      await tx.update(members).set({ role: 'member' }).where(eq(members.id, id))
      return { answer }
    })
    const { status, body } = await answer
    t.match([status, body.code], [403, 'not_permitted'])
  })

  await t.test('takes a thousand people in as many statements as two', async (t) => {
    const org = await organization({ billing: { seats: 2_000 } })
    const people = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        user_id: `${name}${index}`,
        email: `${name}${index}@thousand.test`,
        name: `Person ${index}`,
        external_id: `${name}-${index}`
      }))
    await post(org.path, people('warm', 2))
    const few = await countStatements(t, () => post(org.path, people('few', 2)))
    const all = people('many', IMPORT_MAX)
    const began = performance.now()
    const many = await countStatements(t, () => post(org.path, all))
    t.comment(`${IMPORT_MAX} people in ${Math.round(performance.now() - began)} ms`)
    t.ok(few > 3)
    t.equal(many, few)
    const again = await post(org.path, all)
    t.same(again.body.summary, { created: 0, unchanged: IMPORT_MAX, failed: 0 })
    t.match((await call('GET', `${org.path}/summary`)).body.seats, { used: 1_005 })
    t.equal((await post(org.path, [...all, ...people('one', 1)])).status, 400)
    t.equal((await post(org.path, [])).status, 400)
  })

  await t.test(
    'leaves an account to whoever is asked to take it over, and to its holder',
    async (t) => {
      const { org, holder, candidate, reassign, read } = await createAccount(app)
      const heir = candidate()
      const { invitation, token } = await reassign(heir.email)
      const { body } = await post(org.path, [
        { user_id: heir.id, email: heir.email },
        { user_id: holder.userId, email: holder.email }
      ])
      t.same(codes(body), ['already_invited', 'already_member'])
      t.equal(body.data[0].problem.invitation_id, invitation.id)
      await heir.accept(token)
      const again = await post(org.path, [
        { user_id: heir.id, email: heir.email },
        { user_id: holder.userId, email: holder.email }
      ])
      t.match(again.body.data, [
        { status: 'unchanged', member: await read() },
        { status: 'created' }
      ])
    }
  )
})
