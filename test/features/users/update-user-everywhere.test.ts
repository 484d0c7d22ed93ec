import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { watchTeam } from '../../helpers/as-of.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'
import { countStatements } from '../../helpers/statements.js'

const PICTURE = 'https://cdn.acme.test/ana.png'

await t.test('PATCH /v1/users/{user_id}: picture and address', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization, invite, accept, member, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const member_fields = ['name', 'role', 'email', 'avatar_url']
  const free = await policyLike(app, 'standard', { member_fields })
  const patch = (userId: string, body: unknown, options = {}) =>
    call('PATCH', `/v1/users/${userId}`, { body, ...options })

  /** The same person in a team under each of these policies. */
  async function inTeams(policies: readonly string[]) {
    const userId = unique('u')
    const email = `${userId}@acme.test`
    const teams: { id: string; path: string; memberId: string }[] = []
    for (const policy of policies) {
      const org = await organization({ policy })
      const { token } = await invite(org.path, email)
      const { body } = await accept(token, { id: userId, email, name: 'Ana' })
      teams.push({ ...org, memberId: body.id })
    }
    const read = async (n: number) =>
      (await call('GET', `${teams[n]?.path}/members/${teams[n]?.memberId}`)).body
    const told = async (n: number) =>
      (await call('GET', `${teams[n]?.path}/events?type=member.updated`)).body.data
    return { userId, email, teams, read, told, fresh: `${unique('new')}@acme.test` }
  }

  await t.test(
    'OUPI-106: name and picture reach every membership, the address where the policy has it',
    async (t) => {
      const ana = await inTeams([free, 'oupi', free])
      const [, oupi] = ana.teams
      const body = { name: 'Ana Lima', avatar_url: PICTURE, email: ana.fresh }
      const answer = await patch(ana.userId, body)
      t.same(
        [answer.status, answer.body],
        [
          200,
          {
            user_id: ana.userId,
            updated: 3,
            skipped: [{ organization_id: oupi?.id, code: 'field_not_editable' }]
          }
        ]
      )
      for (const n of [0, 1, 2]) {
        t.match(await ana.read(n), { name: 'Ana Lima', avatar_url: PICTURE })
        const changes = { name: ['Ana', 'Ana Lima'], avatar_url: [null, PICTURE] }
        const events = await ana.told(n)
        t.equal(events.length, 1, 'one event each')
        t.same(events[0].changes, n === 1 ? changes : { ...changes, email: [ana.email, ana.fresh] })
      }
      t.same([(await ana.read(0)).email, (await ana.read(1)).email], [ana.fresh, ana.email])
      t.match(await patch(ana.userId, body), { body: { updated: 0, skipped: { length: 1 } } })
      t.equal((await ana.told(2)).length, 1, 'the same again leaves no event')
    }
  )

  await t.test('an address that they have already is no change, wherever it is', async (t) => {
    const ana = await inTeams(['oupi'])
    t.match(await patch(ana.userId, { email: ana.email }), {
      status: 200,
      body: { updated: 0, skipped: { length: 0 } }
    })
  })

  await t.test('not where somebody else has it, or is offered something by it', async (t) => {
    const ana = await inTeams([free, free, free, free])
    const [one, two, three] = ana.teams
    if (!one || !two || !three) throw new Error('there are four')
    const id = unique('u')
    const { token } = await invite(one.path, ana.fresh)
    await accept(token, { id, email: ana.fresh })
    await invite(two.path, ana.fresh.toUpperCase())
    const bo = await member(three.path)
    await call('POST', `${three.path}/members/${bo.id}/reassign`, {
      body: { email: ana.fresh, send_email: false }
    })
    const { status, body } = await patch(ana.userId, { email: ana.fresh })
    t.match([status, body.updated], [200, 1])
    t.same(body.skipped, [
      { organization_id: one.id, code: 'already_member' },
      { organization_id: two.id, code: 'already_invited' },
      { organization_id: three.id, code: 'already_invited' }
    ])
    t.equal((await ana.read(3)).email, ana.fresh)
    t.equal((await ana.read(0)).email, ana.email)
  })

  await t.test(
    'an offer by it that nobody took is given up, unless nothing changes there',
    async (t) => {
      const policy = await policyLike(app, 'standard', {
        member_fields,
        invitations: { lifetime: 'P30D' }
      })
      const ana = await inTeams([policy, policy])
      const [one, two] = ana.teams
      if (!one || !two) throw new Error('there are two')
      const { invitation } = await invite(one.path, ana.fresh)
      await invite(two.path, ana.fresh)
      clock.now = new Date(START.getTime() + 31 * DAY_MS)
      await call('POST', `${two.path}/cancel`)
      t.match((await patch(ana.userId, { email: ana.fresh })).body, {
        updated: 1,
        skipped: [{ organization_id: two.id, code: 'organization_canceled' }]
      })
      const { body } = await call('GET', `${one.path}/members/${invitation.member_id as string}`)
      t.match(body, { status: 'removed', ended_by: 'canceled' })
    }
  )

  await t.test('of what is over the name alone, as it is history', async (t) => {
    const ana = await inTeams([free])
    const [team] = ana.teams
    await call('DELETE', `${team?.path}/members/${team?.memberId}`)
    t.match((await patch(ana.userId, { email: ana.fresh, name: 'Ana Lima' })).body, {
      updated: 1,
      skipped: [{ organization_id: team?.id, code: 'member_not_in_team' }]
    })
    t.match(await ana.read(0), { name: 'Ana Lima', email: ana.email })
  })

  await t.test('who was there on a day is told as they were then', async (t) => {
    const ana = await inTeams([free])
    const watched = watchTeam(app, ana.teams[0]?.path ?? '')
    for (const body of [{ email: ana.fresh }, { name: null }, { email: ana.email, name: 'A' }]) {
      await watched.record()
      watched.pass()
      t.equal((await patch(ana.userId, body)).body.updated, 1)
    }
    await watched.record()
    t.same(await watched.differences(), [])
  })

  await t.test('two persons who want the same address at once: one has it', async (t) => {
    const ana = await inTeams([free])
    const [team] = ana.teams
    if (!team) throw new Error('there is one')
    const bo = await member(team.path)
    const [first, second] = await inTurn(deps.db, team.id, [
      () => patch(ana.userId, { email: ana.fresh }),
      () => patch(bo.userId, { email: ana.fresh })
    ])
    t.match(first?.body, { updated: 1, skipped: { length: 0 } })
    t.match(second?.body, {
      updated: 0,
      skipped: [{ organization_id: team.id, code: 'already_member' }]
    })
  })

  await t.test('as many statements for three teams as for one', async (t) => {
    const [one, three] = [await inTeams([free]), await inTeams([free, free, free])]
    const body = (name: string, email: string) => ({ name, email, avatar_url: PICTURE })
    const count = (of: typeof one, name: string) =>
      countStatements(t, () => patch(of.userId, body(name, `${unique('c')}@acme.test`)))
    await count(one, 'A')
    t.equal(await count(three, 'B'), await count(one, 'B'))
  })

  await t.test('takes at least one of three, each as it must be', async (t) => {
    const { userId } = await inTeams([free])
    for (const body of [
      {},
      { email: null },
      { email: 'ana' },
      { avatar_url: 'http://cdn.acme.test/a.png' },
      { avatar_url: 'https://a:b@cdn.acme.test/a.png' },
      { avatar_url: '' },
      { role: 'owner' },
      { name: 'A', user_id: 'u_b' }
    ]) {
      t.match(await patch(userId, body), { status: 400, body: { code: 'invalid_request' } })
    }
    t.match(await patch(userId, { avatar_url: null }), { status: 200, body: { updated: 0 } })
    const { key } = await app.apiKey({ organization_ids: [(await organization()).id] })
    t.match(await patch(userId, { avatar_url: PICTURE }, { key }), {
      status: 403,
      body: { code: 'key_limited_to_organizations' }
    })
  })
})
