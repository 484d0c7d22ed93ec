import { sql } from 'drizzle-orm'
import t from 'tap'
import { resourceGrants, resources } from '../../../src/db/tables/resources.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { teamWithResources } from '../../helpers/resources.js'

const HELD = { status: 409, body: { code: 'resource_held' } }

await t.test('who has a resource exclusively has it alone', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, invite } = app

  const story = async () => {
    const team = await teamWithResources(app)
    const [id, ana, bo] = [await team.create(), await team.member(), await team.member()]
    const holders = async () =>
      (await team.list(`/resources/${id}/grants`)).map((one) => [one.member_id, one.mode])
    const give = (memberId: string, mode: string) => () => team.grant(id, memberId, { mode })
    return { team, id, ana, bo, holders, give }
  }

  await t.test('of two who get it at the same moment the first has it', async (t) => {
    const { team, ana, bo, holders, give } = await story()
    const [first, second] = await inTurn(deps.db, team.id, [
      give(ana.id, 'exclusive'),
      give(bo.id, 'exclusive')
    ])
    t.equal(first?.status, 200)
    t.match(second, HELD)
    t.same(await holders(), [[ana.id, 'exclusive']])
    t.equal((await team.events('resource.granted')).length, 1)
  })

  await t.test('exclusive and shared at the same moment: whichever was first', async (t) => {
    for (const [one, two] of [
      ['exclusive', 'shared'],
      ['shared', 'exclusive'],
      ['read_only', 'exclusive']
    ] as const) {
      const { team, ana, bo, holders, give } = await story()
      const [first, second] = await inTurn(deps.db, team.id, [give(ana.id, one), give(bo.id, two)])
      t.equal(first?.status, 200)
      t.match(second, HELD, `${one} before ${two}`)
      t.same(await holders(), [[ana.id, one]])
    }
  })

  await t.test(
    'shared becomes exclusive while another waits for it, or the other way',
    async (t) => {
      const { team, ana, bo, holders, give } = await story()
      await give(ana.id, 'shared')()
      const [turned, waited] = await inTurn(deps.db, team.id, [
        give(ana.id, 'exclusive'),
        give(bo.id, 'shared')
      ])
      t.equal(turned?.status, 200)
      t.match(waited, HELD)
      t.same(await holders(), [[ana.id, 'exclusive']])
      const [back, next] = await inTurn(deps.db, team.id, [
        give(ana.id, 'shared'),
        give(bo.id, 'shared')
      ])
      t.same([back?.status, next?.status], [200, 200])
      t.match(await give(bo.id, 'exclusive')(), HELD, 'somebody else has it')
      t.same((await holders()).length, 2)
    }
  )

  await t.test('a group, an invitation and a member page wait for the same lock', async (t) => {
    const { team, id, ana, bo, holders, give } = await story()
    const group = await team.group(bo.id)
    const body = {
      invitations: [
        { email: 'new@acme.test', resources: { choice: 'existing', ids: [id], mode: 'shared' } }
      ],
      send_email: false
    }
    const patch = { resources: { choice: 'existing', ids: [id], mode: 'exclusive' } }
    const answers = await inTurn(deps.db, team.id, [
      give(ana.id, 'exclusive'),
      () => team.share(id, group),
      () => call('POST', `${team.path}/invitations`, { body }),
      () => call('PATCH', `${team.path}/members/${bo.id}`, { body: patch })
    ])
    t.equal(answers[0]?.status, 200)
    for (const answer of answers.slice(1)) t.match(answer, HELD)
    t.same(await holders(), [[ana.id, 'exclusive']])
    await team.revoke(id, ana.id)
    t.equal((await call('PATCH', `${team.path}/members/${bo.id}`, { body: patch })).status, 200)
  })

  await t.test('one call gives it to one, in the order of the call', async (t) => {
    const { team, id } = await story()
    const resources = { choice: 'existing', ids: [id], mode: 'exclusive' }
    const { body } = await call('POST', `${team.path}/invitations`, {
      body: {
        invitations: ['a', 'b'].map((name) => ({ email: `${name}@acme.test`, resources })),
        send_email: false
      }
    })
    t.match(
      body.data.map(
        (one: { status: string; problem?: { code: string } }) => one.problem?.code ?? null
      ),
      [null, 'resource_held']
    )
  })

  await t.test('an offer holds it until it ends', async (t) => {
    const { team, id, ana, give } = await story()
    const { token } = await invite(team.path, 'new@acme.test', {
      resources: { choice: 'existing', ids: [id], mode: 'exclusive' }
    })
    t.match(await give(ana.id, 'shared')(), HELD)
    await call('POST', '/v1/invitations/decline', { body: { token } })
    t.equal((await give(ana.id, 'exclusive')()).status, 200)
  })

  await t.test('handed over it is the successor’s alone', async (t) => {
    const { team, ana, bo, holders, give } = await story()
    await give(ana.id, 'exclusive')()
    await team.remove(ana.id, bo.id)
    t.same(await holders(), [[bo.id, 'exclusive']])
    t.match(await team.events('resource.handed_over'), [
      { data: { from_member_id: ana.id, to_member_id: bo.id, mode: 'exclusive' } }
    ])
    t.same(await team.events('resource.revoked'), [])
  })

  await t.test('the database refuses what no command would try', async (t) => {
    const { team, id, ana, bo, give } = await story()
    await give(ana.id, 'exclusive')()
    const row = {
      organizationId: team.id,
      resourceId: id,
      memberId: bo.id,
      mode: 'shared',
      exclusive: true,
      charged: true,
      lastUsedAt: null,
      createdAt: START
    }
    const { db } = deps
    const fails = (work: () => Promise<unknown>, code: string, message: string) =>
      t.rejects(work(), { cause: { code } }, message)
    await fails(
      () => db.insert(resourceGrants).values(row),
      '23505',
      'a second one beside an exclusive one'
    )
    await fails(
      () => db.insert(resourceGrants).values({ ...row, exclusive: false }),
      '23503',
      'one that says that the resource is shared'
    )
    await t.rejects(
      () =>
        db
          .update(resources)
          .set({ exclusive: false })
          .where(sql`id = ${idToUuid('res', id)}`),
      'a resource that says so of itself'
    )
    const group = await team.group(bo.id)
    const place = [idToUuid('org', team.id), idToUuid('res', id), idToUuid('grp', group)]
    for (const [exclusive, code] of [
      [true, '23514'],
      [false, '23503']
    ] as const) {
      await fails(
        () =>
          db.execute(sql`insert into resource_group_grants
            (organization_id, resource_id, group_id, mode, exclusive, created_at)
            values (${place[0]}, ${place[1]}, ${place[2]}, 'shared', ${exclusive}, now())`),
        code,
        'a group’s'
      )
    }
    await fails(
      () => db.execute(sql`update resource_grants set mode = 'shared'`),
      'P0001',
      'another mode of the same grant'
    )
    await fails(
      () => db.execute(sql`delete from resources where id = ${idToUuid('res', id)}`),
      '23503',
      'a resource from under its grant'
    )
    t.match(await team.list(`/resources/${id}/grants`), [{ member_id: ana.id, mode: 'exclusive' }])
  })
})
