import t from 'tap'
import { type CallOptions, createTestApp } from '../../helpers/app.js'
import { betweenParts } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const NOBODY = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const NO_GROUP = 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z'

const nth = (_: unknown, index: number) => `mem_${String(index).padStart(26, '0')}`

interface Item {
  readonly member_id: string
  readonly status: string
  readonly problem?: { readonly code: string; readonly detail: string }
}

await t.test('what POST {o}/members/bulk refuses', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, unique, apiKey, deps } = app
  const bulk = (path: string, body: object, options: CallOptions = {}) =>
    call('POST', `${path}/members/bulk?confirm=true`, { ...options, body })
  const told = ({ data }: { readonly data: readonly Item[] }) =>
    data.map(({ status, problem }) => problem?.code ?? status)
  const statusOf = async (path: string, id: string) =>
    (await call('GET', `${path}/members/${id}`)).body.status as string

  /** The standard, of which as many as you like make use. */
  const spacious = () => policyLike(app, 'standard', { seats: { mode: 'per_member' } })

  /** Active members, in the order of their ids. */
  async function crowd(path: string, size: number, fields: object = {}): Promise<string[]> {
    const people = Array.from({ length: size }, () => {
      const user_id = unique('u')
      return { user_id, email: `${user_id}@acme.test`, ...fields }
    })
    const { body } = await call('POST', `${path}/members`, { body: { members: people } })
    return body.data.map((one: { member: { id: string } }) => one.member.id)
  }

  await t.test('who is not told apart, or asks for what is no request', async (t) => {
    const { path } = await organization()
    const [id = ''] = await crowd(path, 1)
    const role = { action: 'change_role', role: 'admin' }
    const refused: [string, object][] = [
      ['unknown action', { action: 'erase', member_ids: [id] }],
      ['no action', { member_ids: [id] }],
      ['nobody', { action: 'suspend', member_ids: [] }],
      ['no list', { action: 'suspend' }],
      ['somebody twice', { action: 'suspend', member_ids: [id, id] }],
      ['no id', { action: 'suspend', member_ids: ['u_ana'] }],
      ['no text', { action: 'suspend', member_ids: [null] }],
      ['too many', { action: 'suspend', member_ids: Array.from({ length: 1_001 }, nth) }],
      ['a field of another action', { action: 'suspend', role: 'admin', member_ids: [id] }],
      ['another’s group', { ...role, group_id: NO_GROUP, member_ids: [id] }],
      ['a mode of nothing', { action: 'revoke', mode: 'shared', member_ids: [id] }],
      ['no role', { action: 'change_role', member_ids: [id] }],
      ['an empty role', { action: 'change_role', role: '', member_ids: [id] }],
      ['no group', { action: 'add_to_group', member_ids: [id] }],
      ['no resource', { action: 'grant', member_ids: [id] }],
      ['a field that nothing has', { action: 'suspend', force: true, member_ids: [id] }]
    ]
    for (const [name, body] of refused) {
      const answer = await bulk(path, body)
      t.match([answer.status, answer.body.code], [400, 'invalid_request'], name)
    }
    const foreign = await bulk(path, { action: 'suspend', role: 'admin', member_ids: [id] })
    t.match(foreign.body.errors, [{ pointer: '#/role', detail: 'says nothing with suspend' }])
    const missing = await bulk(path, { action: 'grant', member_ids: [id] })
    t.match(missing.body.errors, [{ pointer: '#/resource' }])
    t.equal(await statusOf(path, id), 'active')
  })

  await t.test('a thousand are one request', async (t) => {
    const { path } = await organization()
    const ids = Array.from({ length: 1_000 }, nth)
    const { status, body } = await bulk(path, { action: 'suspend', member_ids: ids })
    t.equal(status, 200)
    t.same(body.summary, { done: 0, unchanged: 0, failed: 1_000 })
    t.same(
      body.data.map(({ member_id }: Item) => member_id),
      ids
    )
  })

  await t.test('members, groups and resources of another tenant are not there', async (t) => {
    const [ours, theirs] = [await organization(), await organization()]
    const [own = ''] = await crowd(ours.path, 1)
    const [foreign = ''] = await crowd(theirs.path, 1)
    const group = (await call('POST', `${theirs.path}/groups`, { body: { name: 'Theirs' } })).body
    const { body } = await bulk(ours.path, { action: 'remove', member_ids: [foreign, own] })
    t.same(told(body), ['not_found', 'done'])
    t.equal(await statusOf(theirs.path, foreign), 'active')
    const into = { action: 'add_to_group', group_id: group.id, member_ids: [own] }
    t.match(await bulk(ours.path, into), { status: 404, body: { code: 'not_found' } })
    const handover = { action: 'suspend', member_ids: [own] }
    t.equal((await bulk('/v1/organizations/org_x', handover)).status, 404)
  })

  await t.test('takes the scope that the same takes of one', async (t) => {
    const { path } = await organization()
    const [id = ''] = await crowd(path, 1)
    const group = (await call('POST', `${path}/groups`, { body: { name: 'Scoped' } })).body
    const { key } = await apiKey({ scopes: ['members:write'] })
    const into = { action: 'add_to_group', group_id: group.id, member_ids: [id] }
    t.match(await bulk(path, into, { key }), {
      status: 403,
      body: { code: 'insufficient_scope', scope: 'groups:write' }
    })
    const give = { action: 'grant', resource: NOBODY.replace('mem', 'res'), member_ids: [id] }
    t.match(await bulk(path, give, { key }), { body: { scope: 'resources:write' } })
    t.equal((await bulk(path, { action: 'suspend', member_ids: [id] }, { key })).status, 200)
  })

  await t.test('whoever may not do it at all is told so, and nothing of the members', async (t) => {
    const { path } = await organization()
    const { as } = await member(path)
    const [id = ''] = await crowd(path, 1)
    for (const action of ['suspend', 'reactivate', 'remove'])
      t.match(await bulk(path, { action, member_ids: [id, NOBODY] }, { actor: as }), {
        status: 403,
        body: { code: 'not_permitted' }
      })
  })

  await t.test('by the rules of oneself: the others go on', async (t) => {
    const org = await organization()
    const [founder] = (await call('GET', `${org.path}/members`)).body.data
    const [id = ''] = await crowd(org.path, 1)
    const ids = [founder.id, id]
    for (const [action, code] of [
      ['suspend', 'self_action'],
      ['reactivate', 'self_action'],
      ['remove', 'self_removal']
    ] as const) {
      const { body } = await bulk(org.path, { action, member_ids: ids }, { actor: org.as })
      t.same(told(body), [code, 'done'], action)
    }
  })

  await t.test('whoever gives their own role away goes on with what is left', async (t) => {
    const { authority } = (await call('GET', '/v1/policies/standard')).body.document
    const policy = await policyLike(app, 'standard', {
      authority: { ...authority, own_role_change: true }
    })
    const org = await organization({ policy })
    const [founder] = (await call('GET', `${org.path}/members`)).body.data
    await crowd(org.path, 1, { role: 'owner' })
    const [first = '', last = ''] = await crowd(org.path, 2, { role: 'admin' })
    const demote = { action: 'change_role', role: 'member', member_ids: [first, founder.id, last] }
    const { body } = await bulk(org.path, demote, { actor: org.as })
    t.same(told(body), ['done', 'done', 'not_permitted'])
  })

  await t.test('asks for a confirmation as the policy does, each time', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    const ids = await crowd(path, 2)
    const body = { action: 'remove', member_ids: ids }
    const asked = await call('POST', `${path}/members/bulk`, { body })
    t.same(told(asked.body), ['confirmation_required', 'confirmation_required'])
    t.same(told((await bulk(path, body)).body), ['done', 'done'])
  })

  await t.test('tells problems in the language of whoever asks', async (t) => {
    const { path } = await organization()
    const headers = { 'accept-language': 'fr' }
    const { body } = await bulk(path, { action: 'suspend', member_ids: [NOBODY] }, { headers })
    t.match(body.data[0].problem, { title: 'Introuvable' })
  })

  await t.test('a canceled organization refuses all of it', async (t) => {
    const { path } = await organization()
    const [id = ''] = await crowd(path, 1)
    await call('POST', `${path}/cancel?confirm=true`)
    t.match(await bulk(path, { action: 'suspend', member_ids: [id] }), {
      status: 403,
      body: { code: 'organization_canceled' }
    })
  })

  await t.test('an actor who is gone by the second hundred loses the rest', async (t) => {
    const org = await organization({ policy: await spacious() })
    const admin = await member(org.path, { role: 'admin' })
    const ids = await crowd(org.path, 150)
    const body = { action: 'suspend', member_ids: ids }
    for (const [end, code] of [
      [
        () => call('PATCH', `${org.path}/members/${admin.id}`, { body: { role: 'member' } }),
        'not_permitted'
      ],
      [() => call('DELETE', `${org.path}/members/${admin.id}`), 'not_found']
    ] as const) {
      await call('PATCH', `${org.path}/members/${admin.id}`, { body: { role: 'admin' } })
      await bulk(org.path, { action: 'reactivate', member_ids: ids })
      const headers = { 'idempotency-key': unique('k') }
      const { status, body: answer } = await betweenParts(deps.db, org.id, {
        request: () => bulk(org.path, body, { actor: admin.as, headers }),
        meanwhile: async () => t.equal((await end()).status, 200)
      })
      t.equal(status, 200)
      t.same(answer.summary, { done: 100, unchanged: 0, failed: 50 })
      t.same([...new Set(told(answer).slice(100))], [code])
    }
  })
})
