import t from 'tap'
import { type CallOptions, createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { countStatements } from '../../helpers/statements.js'

const NOBODY = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const KINDS = [{ key: 'number', label: { en: 'Number', fr: 'Numéro' } }]

interface Item {
  readonly member_id: string
  readonly status: string
  readonly problem?: { readonly code: string; readonly detail: string }
}

await t.test('POST {o}/members/bulk', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, unique } = app
  const bulk = (path: string, body: object, options: CallOptions = {}) =>
    call('POST', `${path}/members/bulk?confirm=true`, { ...options, body })
  const told = ({ data }: { readonly data: readonly Item[] }) =>
    data.map(({ status, problem }) => problem?.code ?? status)
  const statusOf = async (path: string, id: string) =>
    (await call('GET', `${path}/members/${id}`)).body.status as string
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&limit=100`)).body.data as {
      subject: { id: string }
    }[]

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

  await t.test('suspends and reactivates many, each with a result and an event', async (t) => {
    const { path } = await organization()
    const ids = await crowd(path, 3)
    const [first = '', second = '', third = ''] = ids
    await call('POST', `${path}/members/${second}/suspend`)
    const suspended = await bulk(path, { action: 'suspend', member_ids: [...ids, NOBODY] })
    t.equal(suspended.status, 200)
    t.same(suspended.body, {
      data: [
        { member_id: first, status: 'done' },
        { member_id: second, status: 'unchanged' },
        { member_id: third, status: 'done' },
        { member_id: NOBODY, status: 'error', problem: suspended.body.data[3].problem }
      ],
      summary: { done: 2, unchanged: 1, failed: 1 }
    })
    t.match(suspended.body.data[3].problem, { code: 'not_found', status: 404 })
    t.same(
      (await events(path, 'member.suspended')).map(({ subject }) => subject.id).sort(),
      [...ids].sort()
    )
    const again = await bulk(path, { action: 'reactivate', member_ids: ids })
    t.same(again.body.summary, { done: 3, unchanged: 0, failed: 0 })
    t.equal(await statusOf(path, first), 'active')
  })

  await t.test('changes roles, of those who have the one that was seen', async (t) => {
    const { path } = await organization()
    const [first = '', second = '', third = ''] = await crowd(path, 3)
    await call('PATCH', `${path}/members/${second}`, { body: { role: 'owner' } })
    const change = { action: 'change_role', role: 'admin', expected_role: 'member' }
    const { body } = await bulk(path, { ...change, member_ids: [first, second, third] })
    t.same(told(body), ['done', 'permission_conflict', 'done'])
    t.equal((await events(path, 'member.role_changed')).length, 3, 'with the one before')
  })

  await t.test('puts into groups and takes out of them', async (t) => {
    const { path } = await organization()
    const ids = await crowd(path, 3)
    const group = (await call('POST', `${path}/groups`, { body: { name: 'Design' } })).body
    const at = { group_id: group.id }
    await call('PUT', `${path}/groups/${group.id}/members/${ids[0]}`)
    const added = await bulk(path, { action: 'add_to_group', ...at, member_ids: ids })
    t.same(told(added.body), ['unchanged', 'done', 'done'])
    t.equal((await call('GET', `${path}/groups/${group.id}`)).body.members_count, 3)
    const out = { action: 'remove_from_group', ...at, member_ids: [ids[1], NOBODY] }
    t.same(told((await bulk(path, out)).body), ['done', 'not_found'])
    t.same(told((await bulk(path, out)).body), ['unchanged', 'not_found'])
    t.equal((await events(path, 'group.member_added')).length, 3)
    t.equal((await events(path, 'group.member_removed')).length, 1)
  })

  await t.test('grants a resource and takes it back; alone it is the first’s', async (t) => {
    const kinds = [
      {
        ...KINDS[0],
        modes: [
          { key: 'shared', label: { en: 'Shared', fr: 'Partagé' } },
          { key: 'alone', label: { en: 'Alone', fr: 'Seul' }, exclusive: true }
        ]
      }
    ]
    const policy = await policyLike(app, 'standard', { resources: { kinds } })
    const { path } = await organization({ policy })
    const [first = '', second = '', third = ''] = await crowd(path, 3)
    const resource = async () => {
      const body = { kind: 'number', external_id: unique('n') }
      return (await call('POST', `${path}/resources`, { body })).body.id as string
    }
    const line = { resource: await resource() }
    const give = { action: 'grant', ...line, member_ids: [first, second] }
    t.same(told((await bulk(path, give)).body), ['done', 'done'])
    const more = { ...give, member_ids: [second, third] }
    t.same(told((await bulk(path, more)).body), ['unchanged', 'done'])
    const take = { action: 'revoke', ...line, member_ids: [first, NOBODY] }
    t.same(told((await bulk(path, take)).body), ['done', 'not_found'])
    t.same(told((await bulk(path, take)).body), ['unchanged', 'not_found'])
    const alone = { action: 'grant', resource: await resource(), mode: 'alone' }
    const wanted = await bulk(path, { ...alone, member_ids: [second, third] })
    t.same(told(wanted.body), ['done', 'resource_held'])
    t.equal((await events(path, 'resource.granted')).length, 4)
  })

  await t.test('removes, hands over to one of them, and keeps the last owner', async (t) => {
    const policy = await policyLike(app, 'standard', { removal: { handover: 'optional' } })
    const org = await organization({ policy })
    const [founder] = (await call('GET', `${org.path}/members`)).body.data
    const owners = await crowd(org.path, 2, { role: 'owner' })
    const [heir = '', plain = ''] = await crowd(org.path, 2)
    const ids = [...owners, founder.id, heir, plain]
    const { body } = await bulk(org.path, { action: 'remove', handover_to: heir, member_ids: ids })
    t.same(told(body), ['done', 'done', 'last_holder', 'successor_not_active', 'done'])
    t.equal(await statusOf(org.path, founder.id), 'active')
  })

  await t.test('cancels offers where the policy removes so', async (t) => {
    const policy = await policyLike(app, 'standard', {
      invitations: { cancel_by: ['removal', 'cancel'] }
    })
    const { path } = await organization({ policy })
    const offers = [await invite(path, 'a@bulk.test'), await invite(path, 'b@bulk.test')]
    const ids = offers.map(({ invitation }) => invitation.member_id as string)
    t.same(told((await bulk(path, { action: 'remove', member_ids: ids })).body), ['done', 'done'])
    t.equal((await events(path, 'invitation.canceled')).length, 2)
    t.same(told((await bulk(path, { action: 'remove', member_ids: ids })).body), [
      'member_not_in_team',
      'member_not_in_team'
    ])
  })

  await t.test('is the same few statements for a hundred as for two', async (t) => {
    const { path } = await organization({ policy: await spacious() })
    const many = await crowd(path, 100)
    const few = await crowd(path, 2)
    const group = (await call('POST', `${path}/groups`, { body: { name: 'All' } })).body
    const actions = [
      { action: 'change_role', role: 'admin' },
      { action: 'add_to_group', group_id: group.id },
      { action: 'suspend' },
      { action: 'reactivate' },
      { action: 'remove' }
    ]
    for (const action of actions) {
      const cost = (ids: readonly string[]) =>
        countStatements(t, async () => {
          const { body } = await bulk(path, { ...action, member_ids: ids })
          t.equal(body.summary.done, ids.length)
        })
      t.equal(await cost(many), await cost(few), action.action)
    }
  })
})
