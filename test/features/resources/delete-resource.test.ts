import { sql } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import {
  resourceGrants,
  resourceGroupGrants,
  resourceOwners
} from '../../../src/db/tables/resources.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { type ResourceTeam, teamWithResources } from '../../helpers/resources.js'

/** So many active members, each of whom has the resource. */
const crowd = ({ deps }: TestApp, { id }: ResourceTeam, resource: string, count: number) =>
  deps.db.execute(sql`
    with people as (
      insert into members (organization_id, id, user_id, email, email_key, role, status,
        created_at, updated_at, joined_at)
      select ${idToUuid('org', id)}, gen_random_uuid(), 'u_' || n, n || '@c.test', n || '@c.test',
        'member', 'active', now(), now(), now() from generate_series(1, ${count}::int) n
      returning organization_id, id)
    insert into resource_grants
      (organization_id, resource_id, member_id, mode, exclusive, charged, created_at)
    select organization_id, ${idToUuid('res', resource)}, id, 'shared', false, true, now()
    from people`)

const PRICED = {
  seats: { mode: 'per_member', counted: ['active'] },
  billing: { credit_on_removal: true, currency: 'USD', resources_included: 0 }
}

await t.test('DELETE {o}/resources/{resource_id} (delete-resource)', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, invite } = app

  await t.test('nobody has it or owns it any more: one event for each, then its own', async (t) => {
    const team = await teamWithResources(app, PRICED)
    const [id, kept] = [await team.create({ name: 'Support' }), await team.create()]
    const [ana, bo] = [await team.member(), await team.member()]
    const group = await team.group(ana.id)
    for (const one of [id, kept]) {
      await team.grant(one, ana.id)
      await team.grant(one, bo.id, { mode: 'read_only' })
      await team.share(one, group)
      await team.own(one, bo.id)
    }
    const gone = await team.drop(id)
    t.match(gone, { status: 200, body: { id, name: 'Support', holders_count: 2 } })
    t.equal((await team.drop(id)).status, 404)
    t.equal((await team.get(id)).status, 404)
    const about = (type: string) =>
      team.events(type).then((events) => events.filter(({ subject }) => subject.id === id))
    t.match(
      (await about('resource.revoked'))
        .map(({ data }) => `${data.member_id ?? data.group_id} ${data.mode}`)
        .sort(),
      [`${ana.id} shared`, `${bo.id} read_only`, `${group} shared`].sort()
    )
    t.match(await about('resource.owner_removed'), [{ data: { member_id: bo.id } }])
    t.match(await about('resource.deleted'), [{ data: { external_id: 'pn_1', name: 'Support' } }])
    const [last] = (await call('GET', `${team.path}/events?type=resource.*&limit=1`)).body.data
    t.equal(last.type, 'resource.deleted')
    t.same(
      (await team.list('/billing-entries')).filter(({ kind }) => kind === 'resource_removed'),
      [
        ...(await team.list('/billing-entries')).filter(
          ({ kind, subject }) => kind === 'resource_removed' && subject.id === ana.id
        )
      ]
    )
    t.match(await team.list(`/resources?member_id=${ana.id}`), [{ id: kept, holders_count: 2 }])
    t.equal(
      await deps.db.$count(resourceGrants, sql`organization_id = ${idToUuid('org', team.id)}`),
      2
    )
    t.equal(
      (await team.create({ external_id: 'pn_1' })).slice(0, 4),
      'res_',
      'its id is free again'
    )
  })

  await t.test('takes resource.manage: owners do not delete', async (t) => {
    const team = await teamWithResources(app)
    const [id, hidden] = [await team.create(), await team.create()]
    const ruler = await team.member('ruler')
    await team.own(id, ruler.id)
    t.equal((await team.drop(id, ruler.as)).status, 403)
    t.equal((await team.drop(hidden, ruler.as)).status, 404)
    t.equal((await team.drop(id, (await team.member('giver')).as)).status, 403)
    t.equal((await team.drop(id, (await team.member('manager')).as)).status, 200)
  })

  await t.test('of a grant and a deletion at the same moment neither is half done', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana] = [await team.create(), await team.member()]
    const [drop, grant] = [() => team.drop(id), () => team.grant(id, ana.id)]
    t.same(
      (await inTurn(deps.db, team.id, [drop, grant])).map(({ status }) => status),
      [200, 404]
    )
    const second = await team.create()
    const answers = await inTurn(deps.db, team.id, [
      () => team.grant(second, ana.id),
      () => team.drop(second)
    ])
    t.same(
      answers.map(({ status }) => status),
      [200, 200]
    )
    t.equal((await team.events('resource.revoked')).length, 1)
    t.same(await team.list(`/members/${ana.id}/resources`), [])
  })

  await t.test('an offer that promised it stays, without it', async (t) => {
    const team = await teamWithResources(app)
    const id = await team.create()
    const { invitation } = await invite(team.path, 'ana@acme.test', {
      resources: { choice: 'existing', ids: [id] }
    })
    await team.drop(id)
    t.same(await team.list(`/members/${invitation.member_id}/resources`), [])
    const { body } = await call('GET', `${team.path}/invitations/${invitation.id}`)
    t.equal(body.status, 'pending')
  })

  await t.test(
    '10,000 members lose it at once, each seat settled; more are too many',
    async (t) => {
      const team = await teamWithResources(app, PRICED)
      const id = await team.create()
      await crowd(app, team, id, 10_000)
      const begun = performance.now()
      t.equal((await team.drop(id)).status, 200)
      t.comment(`${Math.round(performance.now() - begun)} ms`)
      const total = async (of: string) =>
        (await call('GET', `${team.path}/${of}&limit=1&include_total=true`)).body.total
      t.equal(await total('events?type=resource.revoked'), 10_000)
      t.equal(await total('events?type=billing.credit_due'), 10_000)
      t.equal(await total('events?type=resource.deleted'), 1)
      t.equal(
        await deps.db.$count(
          members,
          sql`organization_id = ${idToUuid('org', team.id)} and charged_resources <> 0`
        ),
        0
      )

      const other = await teamWithResources(app)
      const many = await other.create()
      await crowd(app, other, many, 10_001)
      t.match(await other.drop(many), {
        status: 409,
        body: { code: 'resource_held_by_many', max: 10_000 }
      })
      t.equal((await other.get(many)).body.holders_count, 10_001)
    }
  )

  await t.test('the team goes with all of it', async (t) => {
    const team = await teamWithResources(app)
    const [id, ana] = [await team.create(), await team.member()]
    await team.grant(id, ana.id)
    await team.share(id, await team.group(ana.id))
    await team.own(id, ana.id)
    const here = sql`organization_id = ${idToUuid('org', team.id)}`
    for (const table of [resourceGrants, resourceGroupGrants, resourceOwners]) {
      t.equal(await deps.db.$count(table, here), 1)
    }
    await call('POST', `${team.path}/cancel`)
    t.match(await team.grant(id, ana.id, { mode: 'read_only' }), {
      status: 403,
      body: { code: 'organization_canceled' }
    })
    t.equal((await call('DELETE', team.path)).status, 200)
    t.equal((await team.get(id)).status, 404)
  })
})
