import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount } from '../../helpers/reassignments.js'
import { countStatements } from '../../helpers/statements.js'

interface Told {
  readonly organization: Readonly<Record<string, string | null>>
  readonly member_id: string
  readonly can_get_in: boolean
  readonly code: string | null
}

await t.test('GET /v1/users/{user_id}/memberships', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization, invite, accept, apiKey, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const list = (userId: string, query = '', options = {}) =>
    call('GET', `/v1/users/${userId}/memberships${query}`, options)
  const standing = async (userId: string, query = '') =>
    ((await list(userId, query)).body.data as Told[]).map(({ can_get_in: can, code }) => [
      can,
      code
    ])

  /** The same person in a team of each kind, in this order. */
  async function inTeams(policies: readonly string[]) {
    const userId = unique('u')
    const email = `${userId}@acme.test`
    const teams: { id: string; path: string; memberId: string; as: string }[] = []
    for (const policy of policies) {
      const org = await organization({ policy, external_id: unique('ext') })
      const { token } = await invite(
        org.path,
        email,
        policy === 'respondio' ? { role: 'member' } : {}
      )
      const { body } = await accept(token, { id: userId, email })
      teams.push({ ...org, memberId: body.id })
    }
    return { userId, teams }
  }

  await t.test(
    'OUPI-127: tells between which accounts somebody can switch, a personal one among them',
    async (t) => {
      const { userId, teams } = await inTeams(['standard', 'oupi'])
      const own = await organization({
        policy: 'standard',
        name: 'Personal',
        owner: { user_id: userId, email: `${userId}@home.test`, name: 'Ana' }
      })
      const { status, body } = await list(userId, '', { headers: { 'accept-language': 'fr' } })
      t.match([status, body.has_more, body.total], [200, false, undefined])
      t.equal(body.data.length, 3)
      t.same(
        body.data.map(({ organization: { id } }: Told) => id),
        [...teams.map(({ id }) => id), own.id]
      )
      const { body: team } = await call('GET', teams[0]?.path ?? '')
      t.match(body.data[0], {
        organization: {
          id: team.id,
          external_id: team.external_id,
          name: 'Acme',
          status: 'active',
          policy: 'standard'
        },
        member_id: teams[0]?.memberId,
        role: 'member',
        role_label: 'Membre',
        status: 'active',
        status_label: 'Actif',
        can_get_in: true,
        code: null,
        joined_at: START.toISOString(),
        last_active_at: null
      })
      t.match(body.data[2], { organization: { name: 'Personal' }, role: 'owner' })
    }
  )

  await t.test('says of each whether they get in, and why not', async (t) => {
    const { userId, teams } = await inTeams(['standard', 'respondio', 'standard', 'standard'])
    const [suspended, canceled, reassigned] = teams
    if (!suspended || !canceled || !reassigned) throw new Error('there are four')
    await call('POST', `${suspended.path}/members/${suspended.memberId}/suspend`)
    await call('POST', `${canceled.path}/cancel`)
    await call('POST', `${reassigned.path}/members/${reassigned.memberId}/reassign`, {
      body: { email: `${unique('heir')}@acme.test`, send_email: false }
    })
    t.same(await standing(userId), [
      [false, 'member_suspended'],
      [false, 'organization_canceled'],
      [false, 'reassignment_pending'],
      [true, null]
    ])
    const { body } = await list(userId, '?status=suspended')
    t.match(body.data, [{ organization: { id: suspended.id }, status: 'suspended' }])
    t.equal(body.data.length, 1)
    const one = await list(userId)
    t.match(one.body.data[1], { organization: { status: 'canceled' }, status: 'active' })
  })

  await t.test(
    'a canceled organization whose policy lets members in is told as open',
    async (t) => {
      const cancellation = { effects: ['workflows_stopped'] }
      const { userId, teams } = await inTeams([await policyLike(app, 'standard', { cancellation })])
      await call('POST', `${teams[0]?.path}/cancel`)
      t.same(await standing(userId), [[true, null]])
    }
  )

  await t.test('what is over only when it is asked for', async (t) => {
    const { userId, teams } = await inTeams(['standard', 'standard'])
    const [over, there] = teams
    if (!over || !there) throw new Error('there are two')
    await call('DELETE', `${over.path}/members/${over.memberId}`)
    const idsOf = async (query: string) =>
      ((await list(userId, query)).body.data as Told[]).map((one) => one.organization['id'])
    t.same(await idsOf(''), [there.id])
    t.same(await idsOf('?status=removed'), [over.id])
    t.same(await idsOf('?include_removed=true'), [over.id, there.id])
    t.same(await standing(userId, '?status=removed'), [[false, 'not_a_member']])
  })

  await t.test('nor of organizations that are deleted, or due to be', async (t) => {
    const { userId, teams } = await inTeams(['standard', 'standard'])
    await call('DELETE', `${teams[0]?.path}?confirm=true`)
    t.equal((await list(userId)).body.data.length, 1)
    const policy = await policyLike(app, 'standard', {
      cancellation: { flag_after: 'P1D', delete_after: 'P2D' }
    })
    const due = await inTeams([policy])
    await call('POST', `${due.teams[0]?.path}/cancel`)
    t.equal((await list(due.userId)).body.data.length, 1)
    clock.now = new Date(START.getTime() + DAY_MS)
    t.match((await list(due.userId)).body.data, [
      { organization: { status: 'flagged_for_deletion' } }
    ])
    clock.now = new Date(START.getTime() + 2 * DAY_MS)
    t.equal((await list(due.userId)).body.data.length, 0)
  })

  await t.test('nothing of a seat that is another’s by now, or that bears no name', async (t) => {
    const account = await createAccount(app)
    const heir = account.candidate()
    const { token } = await account.reassign(heir.email)
    t.equal((await list(account.holder.userId)).body.data.length, 1)
    t.equal((await heir.accept(token)).status, 200)
    t.same((await list(account.holder.userId, '?include_removed=true')).body.data, [])
    t.equal((await list(heir.id)).body.data.length, 1)
    t.equal((await call('DELETE', `${account.path}?confirm=true`)).status, 200)
    t.same((await list(heir.id, '?include_removed=true')).body.data, [])
  })

  await t.test('in pages, with how many there are', async (t) => {
    const { userId, teams } = await inTeams(['standard', 'standard', 'standard'])
    const first = await list(userId, '?limit=2&include_total=true')
    t.match(first.body, { has_more: true, total: 3, data: { length: 2 } })
    const next = await list(
      userId,
      `?limit=2&include_total=true&cursor=${first.body.next_cursor as string}`
    )
    t.match(next.body, { has_more: false, next_cursor: null, total: 3 })
    t.same(
      next.body.data.map((one: Told) => one.member_id),
      [teams[2]?.memberId]
    )
    const behind = Buffer.from(teams[2]?.memberId ?? '').toString('base64url')
    t.match((await list(userId, `?include_total=true&cursor=${behind}`)).body, {
      data: [],
      total: 3
    })
    for (const query of ['?cursor=x', '?limit=0', '?limit=101', '?status=gone', '?q=a']) {
      t.equal((await list(userId, query)).status, 400, query)
    }
  })

  await t.test('an empty list of whom nobody knows, and who is only invited', async (t) => {
    t.match(await list('u_nobody'), { status: 200, body: { data: [], has_more: false } })
    t.match((await list('u_nobody', '?include_total=true')).body, { total: 0 })
    const org = await organization()
    const email = `${unique('open')}@acme.test`
    await invite(org.path, email)
    t.same((await list(encodeURIComponent(email))).body.data, [])
    t.equal((await list('a%0a')).status, 400)
  })

  await t.test(
    'a limited key sees its own organizations, and not that there are others',
    async (t) => {
      const { userId, teams } = await inTeams(['standard', 'standard'])
      const [mine, others] = teams
      if (!mine || !others) throw new Error('there are two')
      const { key } = await apiKey({ organization_ids: [mine.id], scopes: ['users:read'] })
      const { status, body } = await list(userId, '?include_total=true&include_removed=true', {
        key
      })
      t.match([status, body.total, body.has_more], [200, 1, false])
      t.match(body.data, [{ organization: { id: mine.id } }])
      const elsewhere = await apiKey({ organization_ids: [(await organization()).id] })
      const none = await list(userId, '?include_total=true', { key: elsewhere.key })
      const nobody = await list('u_nobody', '?include_total=true', { key: elsewhere.key })
      t.same(none.body, nobody.body)
      const behind = Buffer.from(others.memberId).toString('base64url')
      t.match((await list(userId, `?cursor=${behind}&include_total=true`, { key })).body, {
        total: 1
      })
    }
  )

  await t.test('by the host alone, with the scope for it', async (t) => {
    const { userId } = await inTeams(['standard'])
    const asked = await list(userId, '', { actor: `user:${userId}` })
    t.match([asked.status, asked.body.errors[0].pointer], [400, 'header:/Muster-Actor'])
    const { key } = await apiKey({ scopes: ['members:read'] })
    t.match(await list(userId, '', { key }), { status: 403, body: { code: 'insufficient_scope' } })
    t.equal((await list(userId, '', { key: null })).status, 401)
  })

  await t.test('in one statement beside the proof of the key, by the index', async (t) => {
    const { userId } = await inTeams(['standard', 'oupi', 'standard'])
    await list(userId)
    t.equal(await countStatements(t, () => list(userId, '?include_total=true')), 2)
    const { rows } = await app.deps.db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`)
      return tx.execute<{ 'QUERY PLAN': string }>(sql`
        explain select m.id from members m join organizations o on o.id = m.organization_id
        where m.user_id = ${userId} and m.status <> 'removed' order by m.id limit 26`)
    })
    t.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /members_by_user/)
  })
})
