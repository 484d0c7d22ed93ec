import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { watchTeam } from '../../helpers/as-of.js'
import { joiningOf, withDomain } from '../../helpers/joining.js'
import { policyDocument, policyLike } from '../../helpers/policies.js'
import { createAccount, restoring } from '../../helpers/reassignments.js'

/** Written down as gone by the database's own hand, as `drop-old-events` leaves it. */
const sealDropped = (id: string, until: Date) => sql`
  insert into event_seals (organization_id, number, first_position, last_position, event_count,
    last_occurred_at, chain_kept_until, keep_until, previous_hash, digests, root, hash, sealed_at,
    key_id, signature)
  values (${idToUuid('org', id)}, 1, 1, 2, 2, ${until.toISOString()}, now(), now(), '', null, '', '',
    now(), 'k1', '')`

await t.test('GET {o}/members?as_of=', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization, member, invite, accept, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const same = async (t: Test, team: ReturnType<typeof watchTeam>, count: number) => {
    t.equal(team.count(), count)
    t.same(await team.differences(), [])
  }
  /** Does one after the other, each at an instant of its own, and asks for all of them at the end. */
  async function tell(t: Test, path: string, steps: readonly (() => Promise<unknown>)[]) {
    const team = watchTeam(app, path)
    for (const step of steps) {
      await team.record()
      team.pass()
      await step()
    }
    await team.record()
    await same(t, team, steps.length + 1)
    return team
  }
  const openOffer = async (path: string) =>
    (await call('GET', `${path}/invitations?status=pending`)).body.data[0].id as string
  const days = (count: number) => async () => {
    clock.now = new Date(clock.now.getTime() + count * DAY_MS)
  }
  const ok = async (answer: Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await answer
    if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`)
    return body
  }

  await t.test('roles, suspension, names, and who was there at all', async (t) => {
    const org = await organization({
      policy: 'oupi',
      billing: { entitlements: ['team'], seats: 9 }
    })
    const ana = await member(org.path)
    const at = `${org.path}/members/${ana.id}`
    const team = await tell(t, org.path, [
      () => ok(call('PATCH', at, { body: { role: 'admin' } })),
      () => ok(call('POST', `${at}/suspend?confirm=true`)),
      () => ok(call('PATCH', `/v1/users/${ana.userId}`, { body: { name: 'Ana Ruiz' } })),
      () => ok(call('POST', `${at}/reactivate`)),
      () => ok(call('PATCH', at, { body: { role: 'member' } })),
      () => ok(call('DELETE', `${at}?confirm=true`)),
      () => member(org.path)
    ])
    const [asAdmin, suspended, gone] = [1_000, 2_000, 6_000].map((ms) => START.getTime() + ms)
    const find = async (ms = 0, query = '') => (await team.asOf(new Date(ms), query)).body.data
    t.match(await find(asAdmin, '&role=admin'), [{ id: ana.id, status: 'active' }])
    t.match(await find(asAdmin, '&status=suspended'), [])
    t.match(await find(suspended, '&status=suspended&role=admin'), [
      { id: ana.id, name: null, has_access: false }
    ])
    t.same(await find(START.getTime() - 1), [], 'before there was an organization')
    t.match(await find(gone, '&status=removed'), [{ id: ana.id, has_access: false }])
    t.equal((await find(gone)).length, 1)
  })

  await t.test('an offer that nobody took, whenever that was written down', async (t) => {
    const org = await organization()
    const email = `${unique('late')}@acme.test`
    const { invitation } = await invite(org.path, email, { role: 'admin', name: 'Late' })
    const team = watchTeam(app, org.path)
    for (const days of [0, 6.9, 0.1, 1]) {
      team.pass(days * DAY_MS)
      await team.record()
    }
    const [over] = (await team.asOf(new Date(START.getTime() + 7 * DAY_MS))).body.data.slice(1)
    t.match(over, { id: invitation.member_id, status: 'invitation_expired', has_access: false })
    await expireInvitations.run(deps)
    await team.record()
    team.pass()
    await ok(
      call('POST', `${org.path}/invitations/${invitation.id}/resend`, { body: { via: 'link' } })
    )
    await team.record()
    team.pass(8 * DAY_MS)
    await team.record()
    team.pass(DAY_MS)
    await ok(
      call('POST', `${org.path}/invitations`, {
        body: { invitations: [{ email: email.toUpperCase(), role: 'member', name: 'Else' }] }
      })
    )
    await team.record()
    team.pass()
    await ok(call('DELETE', `${org.path}/invitations/${await openOffer(org.path)}`))
    await team.record()
    await same(t, team, 8)
  })
  await t.test('the address and the name with which somebody accepted', async (t) => {
    const policy = await policyLike(app, 'standard', { invitations: { email_must_match: false } })
    const org = await organization({ policy })
    const id = unique('u')
    const { token } = await invite(org.path, `${id}@work.test`, { name: 'Invited' })
    const other = await invite(org.path, `${id}@other.test`)
    await tell(t, org.path, [
      () => ok(accept(token, { id, email: `${id}@home.test`, name: 'Accepted' })),
      () => ok(call('POST', '/v1/invitations/decline', { key: null, body: { token: other.token } }))
    ])
  })

  await t.test(
    'whoever held an account: taken over, redirected, timed out, restored',
    async (t) => {
      for (const policy of ['surveymonkey', await restoring(app)]) {
        clock.now = START
        const account = await createAccount(app, policy)
        const [first, second] = [account.candidate(), account.candidate()]
        let token = ''
        const team = await tell(t, account.org.path, [
          async () => ok(account.reassign(first.email).then(({ answer }) => answer)),
          async () => ok(account.reassign(second.email).then(({ answer }) => answer)),
          days(31),
          async () => expireInvitations.run(deps),
          async () => {
            token = (await account.reassign(second.email)).token
          },
          () => ok(second.accept(token, { name: 'Heir' })),
          async () => ok(account.reassign(first.email).then(({ answer }) => answer)),
          () => ok(account.cancel())
        ])
        const at = new Date(START.getTime() + 3_000 + 29 * DAY_MS)
        const pending = (await team.asOf(at, '&status=reassignment_pending')).body.data
        t.match(pending, [{ id: account.holder.id, user_id: account.holder.userId }])
      }
    }
  )

  await t.test('ownership, a policy’s new roles, imports and domains', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    const heir = await member(org.path, { role: 'admin' })
    await tell(t, org.path, [
      () =>
        ok(
          call('POST', `${org.path}/transfer-ownership?confirm=true`, {
            body: { member_id: heir.id }
          })
        )
    ])

    const key = unique('p')
    const put = (fields: Record<string, unknown>, rest: object = {}) =>
      ok(
        call('PUT', `/v1/policies/${key}`, {
          body: { document: policyDocument(key, fields), ...rest }
        })
      )
    await put({})
    const team = await organization({ policy: key })
    await member(team.path, { role: 'editor' })
    const email = `${unique('i')}@acme.test`
    await invite(team.path, email, { role: 'editor' })
    const roles = policyDocument(key).roles.filter((role) => role.key !== 'editor')
    const imported = (fields: object) =>
      ok(call('POST', `${team.path}/members`, { body: { members: [{ ...fields }] } }))
    await tell(t, team.path, [
      () => put({ roles }, { role_mapping: { editor: 'member' } }),
      () =>
        imported({
          user_id: unique('u'),
          email: 'new@import.test',
          joined_at: '2020-01-01T00:00:00Z'
        }),
      days(8),
      () => imported({ user_id: unique('u'), email, joined_at: '2020-01-01T00:00:00Z' })
    ])

    const domain = await withDomain(app)
    const { id, name } = domain.ana
    await invite(domain.path, domain.ana.email.toUpperCase())
    await tell(t, domain.path, [
      days(31),
      () => ok(joiningOf(app).join(domain.path, { ...domain.ana, id, name }))
    ])
  })

  await t.test('nobody has access while the organization is canceled', async (t) => {
    const org = await organization()
    const team = await tell(t, org.path, [
      () => ok(call('POST', `${org.path}/cancel`)),
      () => ok(call('POST', `${org.path}/restore`))
    ])
    const access = async (ms: number) =>
      (await team.asOf(new Date(START.getTime() + ms))).body.data[0].has_access
    t.same([await access(0), await access(1_000), await access(2_000)], [true, false, true])
  })

  await t.test('of an erased person what is left', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    clock.now = new Date(START.getTime() + 1_000)
    await ok(call('DELETE', `${org.path}/members/${ana.id}`))
    await ok(call('POST', `/v1/users/${ana.userId}/erase`))
    const { status, body } = await call('GET', `${org.path}/members?as_of=${START.toISOString()}`)
    t.equal(status, 200)
    const told = { user_id: null, email: 'erased', name: null, role: 'member', status: 'active' }
    t.same(body.data[1], { id: ana.id, ...told, joined_at: START.toISOString(), has_access: true })
    t.equal(body.as_of, START.toISOString())
  })

  await t.test('turns pages, and counts', async (t) => {
    const org = await organization()
    for (const role of ['member', 'admin', 'member', 'member']) await member(org.path, { role })
    clock.now = new Date(START.getTime() + 1_000)
    await member(org.path)
    const ids: string[] = []
    let cursor = ''
    do {
      const query = `as_of=${START.toISOString()}&role=member&limit=2&include_total=true${cursor}`
      const { body } = await call('GET', `${org.path}/members?${query}`)
      t.equal(body.total, 3)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.has_more ? `&cursor=${String(body.next_cursor)}` : ''
    } while (cursor !== '')
    const { body } = await call('GET', `${org.path}/members?role=member`)
    t.same(
      ids,
      body.data.slice(0, 3).map(({ id }: { id: string }) => id)
    )
    const none = await call(
      'GET',
      `${org.path}/members?as_of=2029-12-31T00:00:00Z&include_total=true`
    )
    t.match(none.body, { data: [], total: 0, has_more: false })
  })

  await t.test('refuses what it cannot tell', async (t) => {
    const org = await organization()
    const ask = async (query: string, options = {}) => {
      const { status, body } = await call('GET', `${org.path}/members?${query}`, options)
      return [status, body.code, body.errors?.[0]?.pointer]
    }
    const at = START.toISOString()
    for (const [name, value] of [
      ['q', 'ana'],
      ['email', 'ana@acme.test'],
      ['user_id', 'u_ana'],
      ['external_id', 'x'],
      ['group_id', 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z']
    ]) {
      t.same(await ask(`as_of=${at}&${name}=${value}`), [
        400,
        'invalid_request',
        `querystring:/${name}`
      ])
    }
    for (const asOf of [
      '2030-01-01T00:00:00.001Z',
      '0000-01-01T00:00:00Z',
      '2029-13-01T00:00:00Z',
      'now',
      ''
    ]) {
      t.match(await ask(`as_of=${asOf}`), [400, 'invalid_request', 'querystring:/as_of'], asOf)
    }
    await deps.db.execute(sealDropped(org.id, START))
    const { status, body } = await call(
      'GET',
      `${org.path}/members?as_of=2029-12-31T23:59:59.999Z`,
      {
        headers: { 'accept-language': 'fr' }
      }
    )
    t.match([status, body.code, body.horizon], [410, 'before_retention', at])
    t.match(body.detail, `Le journal de ce qui s’est passé remonte au ${at}.`)
    t.match(await ask(`as_of=${at}`), [200])
  })

  await t.test('is for members who may see the log as well as the team', async (t) => {
    const org = await organization()
    const plain = await member(org.path)
    const ask = async (actor: string, query = `?as_of=${START.toISOString()}`) =>
      (await call('GET', `${org.path}/members${query}`, { actor })).status
    t.same([await ask(plain.as, ''), await ask(plain.as)], [200, 403])
    t.equal(await ask(org.as), 200)
  })
})
