import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { type CallOptions, createTestApp, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'

const GROUPS_MAX = 1_000

await t.test('POST {o}/groups', async (t) => {
  const { call, organization, member, deps } = await createTestApp(t)
  const create = (path: string, body: unknown, options: CallOptions = {}) =>
    call('POST', `${path}/groups`, { ...options, body })

  await t.test('makes a group, told by an event, and readable at once', async (t) => {
    const org = await organization()
    const fields = { name: 'Design', external_id: 'design', metadata: { floor: '2' } }
    const { status, body } = await create(org.path, fields, { actor: org.as })
    t.equal(status, 201)
    t.match(body, { ...fields, id: /^grp_/, members_count: 0, created_at: START.toISOString() })
    t.same((await call('GET', `${org.path}/groups/${body.id}`)).body, body)
    const { body: events } = await call('GET', `${org.path}/events?type=group.created`)
    t.match(events.data, [
      {
        actor: { type: 'member', name: 'Olga' },
        subject: { type: 'group', id: body.id },
        data: { name: 'Design', external_id: 'design' }
      }
    ])
  })

  await t.test(
    'is for roles that manage groups, and reading for all who see the team',
    async (t) => {
      const org = await organization()
      const admin = await member(org.path, { role: 'admin' })
      const plain = await member(org.path)
      const { body: group } = await create(org.path, { name: 'By admin' }, { actor: admin.as })
      const one = `${org.path}/groups/${String(group.id)}`
      const body = { name: 'By member' }
      const refused = [
        await create(org.path, body, { actor: plain.as }),
        await call('PATCH', one, { body, actor: plain.as }),
        await call('DELETE', one, { actor: plain.as }),
        await call('PUT', `${one}/members/${plain.id}`, { actor: plain.as }),
        await call('DELETE', `${one}/members/${plain.id}`, { actor: plain.as })
      ]
      for (const answer of refused)
        t.match([answer.status, answer.body.code], [403, 'not_permitted'])
      t.match((await call('GET', one, { actor: plain.as })).body, { name: 'By admin' })
      t.equal((await call('GET', `${org.path}/groups`, { actor: plain.as })).body.data.length, 1)
    }
  )

  await t.test('takes an external id once in an organization, also of two at once', async (t) => {
    const [org, other] = [await organization(), await organization()]
    const { both } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const both = ['One', 'Two'].map((name) => create(org.path, { name, external_id: 'x' }))
      await untilBlocked(deps.db, 2)
      return { both }
    })
    const answers = await Promise.all(both)
    t.same(answers.map(({ status }) => status).sort(), [201, 409])
    t.equal(answers.find(({ status }) => status === 409)?.body.code, 'external_id_taken')
    t.equal((await create(other.path, { name: 'One', external_id: 'x' })).status, 201)
    t.equal((await create(org.path, { name: 'One' })).status, 201, 'names may repeat')
  })

  await t.test('refuses what is no name, and more groups than there may be', async (t) => {
    const org = await organization()
    for (const body of [
      {},
      { name: ' ' },
      { name: 'a\nb' },
      { name: 'x'.repeat(101) },
      { nome: '' }
    ]) {
      t.equal((await create(org.path, body)).status, 400)
    }
    await deps.db.execute(sql`
      insert into groups (organization_id, id, name, created_at, updated_at)
      select ${idToUuid('org', org.id)}, gen_random_uuid(), 'Group', now(), now()
      from generate_series(2, ${GROUPS_MAX})`)
    t.equal((await create(org.path, { name: 'The last' })).status, 201)
    t.match(await create(org.path, { name: 'One too many' }), {
      status: 409,
      body: { code: 'too_many_groups', max: GROUPS_MAX }
    })
  })

  await t.test('under an Idempotency-Key makes one', async (t) => {
    const org = await organization()
    const headers = { 'idempotency-key': 'group-1' }
    const { body } = await create(org.path, { name: 'Once' }, { headers })
    t.same((await create(org.path, { name: 'Once' }, { headers })).body, body)
    t.equal((await call('GET', `${org.path}/groups`)).body.data.length, 1)
  })
})
