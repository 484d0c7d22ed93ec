import t from 'tap'
import { jobs } from '../../../src/db/tables/jobs.js'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'

await t.test('POST {o}/members', async (t) => {
  const { call, organization, member, invite, accept, clock, deps } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const post = (path: string, people: unknown[], options: CallOptions & { query?: string } = {}) =>
    call('POST', `${path}/members${options.query ?? ''}`, { ...options, body: { members: people } })
  const codes = (body: { data: { problem?: { code: string } }[] }) =>
    body.data.map(({ problem }) => problem?.code)
  const joined = async (path: string) =>
    (await call('GET', `${path}/events?type=member.joined&limit=100`)).body.data

  await t.test(
    'brings active members with everything said of them, by event but no mail',
    async (t) => {
      const org = await organization({
        policy: 'openphone'
      })
      const before = await deps.db.$count(jobs)
      const ana = {
        user_id: 'u_ana',
        email: 'Ana@Story.test',
        name: 'Ana',
        role: 'admin',
        external_id: 'crm-1',
        metadata: { team: 'blue' },
        joined_at: '2021-05-06T07:08:09+02:00'
      }
      const resources = { choice: 'existing', ids: ['ws_1'] }
      const { status, body } = await post(org.path, [
        { ...ana, resources },
        { user_id: 'u_bo', email: 'bo@story.test' }
      ])
      t.equal(status, 201)
      t.match(body, {
        summary: { created: 2, unchanged: 0, failed: 0 },
        data: [
          { status: 'created', email: 'Ana@Story.test' },
          {
            status: 'created',
            member: { role: 'member', status: 'active', joined_at: START.toISOString() }
          }
        ]
      })
      const { body: found } = await call('GET', `${org.path}/members/${body.data[0].member.id}`)
      t.match(found, body.data[0].member)
      t.match(found, {
        ...ana,
        status: 'active',
        invitation_id: null,
        joined_at: '2021-05-06T05:08:09.000Z',
        created_at: START.toISOString()
      })
      t.match(await joined(org.path), [
        { data: { user_id: 'u_bo', role: 'member', imported: true } },
        {
          subject: { type: 'member', id: found.id },
          data: { user_id: 'u_ana', email: 'Ana@Story.test', role: 'admin', imported: true },
          changes: { status: [null, 'active'] }
        },
        {}
      ])
      t.equal(await deps.db.$count(jobs), before, 'though this policy tells of who joins')
      t.equal((await call('GET', `${org.path}/members`, { actor: 'user:u_ana' })).status, 200)
    }
  )

  await t.test('repeated, answers with the same members and changes nothing', async (t) => {
    const org = await organization()
    const people = [
      { user_id: 'u_1', email: 'one@again.test', role: 'admin', external_id: 'x1' },
      { user_id: 'u_2', email: 'two@again.test', name: 'Two' }
    ]
    const first = await post(org.path, people)
    const before = await dumpRows(deps.db)
    clock.now = new Date(START.getTime() + DAY_MS)
    const again = await post(org.path, [...people].reverse())
    t.equal(again.status, 200)
    t.same(again.body.summary, { created: 0, unchanged: 2, failed: 0 })
    t.same(
      again.body.data.map((item: { status: string; member: unknown }) => [
        item.status,
        item.member
      ]),
      [...first.body.data].reverse().map(({ member }: { member: unknown }) => ['unchanged', member])
    )
    t.same(await dumpRows(deps.db), before)
  })

  await t.test(
    'repeated where all seats and roles are taken, still finds who is there',
    async (t) => {
      const org = await organization({ policy: 'ampliphi', billing: { seats: 2 } })
      const { body: team } = await call('GET', `${org.path}/members`)
      const [creator] = team.data
      const owner = { user_id: org.owner.user_id, email: org.owner.email, role: creator.role }
      const people = [owner, { user_id: 'u_2', email: 'two@full.test' }]
      await post(org.path, people)
      t.match((await post(org.path, people)).body.summary, { unchanged: 2 })
    }
  )

  await t.test('changes nobody who is there as somebody else, or otherwise', async (t) => {
    const org = await organization()
    const people = [
      { user_id: 'u_1', email: 'one@other.test', external_id: 'x1' },
      { user_id: 'u_2', email: 'two@other.test' },
      { user_id: 'u_3', email: 'three@other.test' }
    ]
    const { body: first } = await post(org.path, people)
    const { id: third } = first.data[2].member
    await call('POST', `${org.path}/members/${third}/suspend`, { body: {} })
    const before = await dumpRows(deps.db)
    const { status, body } = await post(org.path, [
      { user_id: 'u_x', email: 'ONE@other.test' },
      { user_id: 'u_2', email: 'changed@other.test' },
      { user_id: 'u_1', email: 'one2@other.test', external_id: 'x1' },
      { user_id: 'u_3', email: 'three@other.test' }
    ])
    t.equal(status, 200)
    t.same(codes(body), ['already_member', 'already_member', 'external_id_taken', 'already_member'])
    t.match(body.data[1].problem, { status: 409, member_id: first.data[1].member.id })
    const { body: role } = await post(org.path, [{ ...people[1], role: 'admin' }])
    t.same(codes(role), ['already_member'], 'a role is changed by a role change')
    const { body: id } = await post(org.path, [{ ...people[0], external_id: 'x2' }])
    t.same(codes(id), ['already_member'])
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('judges each by itself, and takes a person once', async (t) => {
    const org = await organization({
      policy: 'oupi',
      billing: { entitlements: ['team'], seats: 20 }
    })
    const { status, body } = await post(org.path, [
      { user_id: 'u_1', email: 'not an address' },
      { user_id: 'u_1', email: 'one@batch.test', external_id: 'x1' },
      { user_id: 'u_2', email: 'ONE@batch.test' },
      { user_id: 'u_1', email: 'other@batch.test' },
      { user_id: 'u_3', email: 'three@batch.test', role: 'emperor' },
      { user_id: 'u_4', email: 'four@batch.test', external_id: 'x1' },
      { user_id: 'u_5', email: 'five@batch.test', joined_at: '2030-01-01T00:00:00.001Z' },
      { user_id: 'u_6', email: 'six@batch.test', joined_at: '0000-01-01T00:00:00Z' },
      { user_id: 'u_7', email: 'seven@batch.test', resources: { choice: 'existing' } },
      { user_id: 'u_8', email: 'eight@batch.test', joined_at: START.toISOString() }
    ])
    t.equal(status, 201)
    t.same(codes(body), [
      'invalid_email',
      undefined,
      'duplicate_address',
      'duplicate_user',
      'unknown_role',
      'external_id_taken',
      'joined_at_not_past',
      'joined_at_not_past',
      'resources_not_offered',
      undefined
    ])
    t.same(body.summary, { created: 2, unchanged: 0, failed: 8 })
    const alone = await post(org.path, [{ user_id: 'u_9', email: 'nobody' }])
    t.match(alone, { status: 200, body: { data: [{ problem: { code: 'invalid_email' } }] } })
  })

  await t.test('does not ask what the policy’s form for inviting asks', async (t) => {
    const org = await organization({ policy: 'respondio' })
    const person = { user_id: 'u_1', email: 'one@form.test', name: 'A name' }
    t.equal((await invite(org.path, person.email, { name: 'A name' })).answer.status, 422)
    t.equal((await post(org.path, [person])).status, 201)
  })

  await t.test(
    'refuses an address with an open offer, and takes the seat of one that ran out',
    async (t) => {
      const org = await organization({ billing: { seats: 2 } })
      const address = 'kim@offer.test'
      const person = { user_id: 'u_kim', email: address }
      const { invitation, token } = await invite(org.path, address, {
        name: 'Kim',
        external_id: 'x1',
        role: 'admin'
      })
      const { body: refused } = await post(org.path, [person])
      t.match(refused.data[0].problem, { code: 'already_invited', invitation_id: invitation.id })

      clock.now = new Date(START.getTime() + 7 * DAY_MS)
      const { body } = await post(org.path, [person])
      const { member: kim } = body.data[0]
      t.match(kim, { id: invitation.member_id, name: 'Kim', role: 'member', external_id: 'x1' })
      t.match((await call('GET', `${org.path}/members/${kim.id}`)).body, kim)
      t.match(await joined(org.path), [
        { changes: { status: ['invitation_expired', 'active'] } },
        {}
      ])
      const { body: expired } = await call('GET', `${org.path}/events?type=invitation.expired`)
      t.equal(expired.data.length, 1)

      const old = `${org.path}/invitations/${String(invitation.id)}`
      t.equal(
        (await accept(token, { id: 'u_thief', email: address })).body.code,
        'invitation_expired'
      )
      const resent = await call('POST', `${old}/resend`, { body: { via: 'link' } })
      t.equal(resent.body.code, 'invitation_replaced')
      t.equal((await call('DELETE', old)).status, 409)
      t.match((await call('GET', `${org.path}/members/${kim.id}`)).body, { status: 'active' })
    }
  )

  await t.test('in a dry run answers the same and writes nothing, also under a key', async (t) => {
    const org = await organization({ billing: { seats: 3 } })
    await invite(org.path, 'late@dry.test')
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const there = await member(org.path)
    const people = [
      { user_id: there.userId, email: there.email },
      { user_id: 'u_late', email: 'late@dry.test' },
      { user_id: 'u_full', email: 'full@dry.test' }
    ]
    const headers = { 'idempotency-key': 'import-1' }
    const before = await dumpRows(deps.db)
    const dry = await post(org.path, people, { query: '?dry_run=true', headers })
    t.same(await dumpRows(deps.db), before)
    t.equal(dry.status, 200)
    const real = await post(org.path, people, { headers })
    t.equal(real.status, 201)
    t.same(dry.body.summary, { created: 1, unchanged: 1, failed: 1 })
    t.same(real.body.summary, dry.body.summary)
    t.same(codes(dry.body), codes(real.body))
    t.same(dry.body.data[0], real.body.data[0], 'whoever is there is shown')
    t.notOk('member' in dry.body.data[1], 'whoever is not has no id yet')
    const replayed = await post(org.path, people, { headers })
    t.equal(replayed.headers.get('idempotent-replayed'), 'true')
    t.same(replayed.body, real.body)
  })
})
