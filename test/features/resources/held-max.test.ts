import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { teamWithResources } from '../../helpers/resources.js'

const FULL = { status: 422, body: { code: 'too_many_resources', max: 2 } }

await t.test('nobody has more than the policy lets one have', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app

  const story = async () => {
    const team = await teamWithResources(app, { resources: { held_max: 2 } })
    const made = [await team.create(), await team.create(), await team.create()] as const
    const ana = await team.member()
    await team.grant(made[0], ana.id)
    await team.grant(made[1], ana.id)
    return { team, made, ana }
  }

  await t.test('by the resource, but another mode is no other one', async (t) => {
    const { team, made, ana } = await story()
    t.match(await team.grant(made[2], ana.id), FULL)
    t.equal((await team.grant(made[1], ana.id, { mode: 'read_only' })).status, 200)
    t.equal((await team.grant(made[0], ana.id)).status, 200)
    await team.revoke(made[0], ana.id)
    t.equal((await team.grant(made[2], ana.id)).status, 200)
  })

  await t.test('by the member’s page: what takes the place of others counts alone', async (t) => {
    const { team, made, ana } = await story()
    const patch = (resources: object) =>
      call('PATCH', `${team.path}/members/${ana.id}`, { body: { resources } })
    t.match(await patch({ choice: 'new' }), FULL, 'a new one comes on top')
    t.match(await patch({ choice: 'existing', ids: made }), FULL)
    t.equal((await patch({ choice: 'existing', ids: [made[2], made[0]] })).status, 200)
    t.equal((await patch({ choice: 'existing', ids: ['pn_1', made[0], made[2]] })).status, 200)
  })

  await t.test('by an invitation', async (t) => {
    const { team, made } = await story()
    const body = {
      invitations: [{ email: 'bo@acme.test', resources: { choice: 'existing', ids: made } }]
    }
    t.match(await call('POST', `${team.path}/invitations`, { body }), FULL)
  })

  await t.test('by a hand-over: nobody leaves at another’s cost', async (t) => {
    const { team, made, ana } = await story()
    const [bo, cy] = [await team.member(), await team.member()]
    await team.grant(made[2], bo.id)
    t.match(await team.remove(ana.id, bo.id), FULL)
    t.equal((await call('GET', `${team.path}/members/${ana.id}`)).body.status, 'active')
    await team.revoke(made[2], bo.id)
    await team.grant(made[0], bo.id)
    t.equal((await team.remove(ana.id, bo.id)).status, 200, 'one they share')
    t.equal((await team.remove(bo.id, cy.id)).status, 200)
    t.equal((await team.list(`/members/${cy.id}/resources`)).length, 2)
  })

  await t.test('of two at the same moment one is too many', async (t) => {
    const { team, made, ana } = await story()
    await team.revoke(made[0], ana.id)
    const answers = await inTurn(
      deps.db,
      team.id,
      [made[0], made[2]].map((id) => () => team.grant(id, ana.id))
    )
    t.equal(answers[0]?.status, 200)
    t.match(answers[1], FULL)
  })
})
