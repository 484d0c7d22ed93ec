import { eq } from 'drizzle-orm'
import t from 'tap'
import { groupMembers } from '../../../src/db/tables/groups.js'
import { members } from '../../../src/db/tables/members.js'
import { newId } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { inTurn, interleave } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'
import { countStatements } from '../../helpers/statements.js'

interface Told {
  readonly subject: { readonly id: string }
  readonly data: { readonly member_id: string }
}

await t.test('PUT {o}/groups/{group_id}/members', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, invite, deps, unique } = app

  /** A team of so many, and a group in it. */
  const team = async (count: number, fields: Record<string, unknown> = {}) => {
    const org = await organization(fields)
    const people = Array.from({ length: count }, () => {
      const id = unique('u')
      return { user_id: id, email: `${id}@many.test` }
    })
    const imported =
      count === 0
        ? []
        : (await call('POST', `${org.path}/members`, { body: { members: people } })).body.data
    const { body } = await call('POST', `${org.path}/groups`, { body: { name: 'Design' } })
    const at = `${org.path}/groups/${String(body.id)}`
    const told = async (what: string): Promise<string[]> => {
      const path = `${org.path}/events?type=group.member_${what}&subject_id=${String(body.id)}`
      const { body: events } = await call('GET', `${path}&limit=100`)
      return events.data.map(({ data }: Told) => data.member_id).reverse()
    }
    return {
      org,
      at,
      groupId: body.id as string,
      ids: imported.map(({ member: one }: { member: { id: string } }) => one.id) as string[],
      put: (member_ids: readonly string[], more: object = {}, actor?: string) =>
        call('PUT', `${at}/members`, {
          body: { member_ids, ...more },
          ...(actor === undefined ? {} : { actor })
        }),
      added: () => told('added'),
      removed: () => told('removed'),
      inIt: async (): Promise<string[]> =>
        (await call('GET', `${org.path}/members?group_id=${String(body.id)}&limit=100`)).body.data
          .map(({ id }: { id: string }) => id)
          .sort()
    }
  }

  await t.test('says who is in it, with one event for each who comes or goes', async (t) => {
    const { ids, put, inIt, added, removed, groupId } = await team(4)
    const [a = '', b = '', c = '', d = ''] = ids
    t.match(await put([b, a, c]), { status: 200, body: { id: groupId, members_count: 3 } })
    t.same(await inIt(), [a, b, c].sort())
    t.same(await added(), [b, a, c], 'in the order given')
    t.match(await put([c, d]), { status: 200, body: { members_count: 2 } })
    t.same(await inIt(), [c, d].sort())
    t.same(await added(), [b, a, c, d])
    t.same((await removed()).sort(), [a, b].sort())
    t.match(await put([]), { status: 200, body: { members_count: 0 } })
    t.same(await inIt(), [])
  })

  await t.test('leaves the others where it is told to', async (t) => {
    const { ids, put, inIt, added, removed } = await team(3)
    const [a = '', b = '', c = ''] = ids
    await put([a])
    t.match(await put([b, c], { keep_others: true }), { body: { members_count: 3 } })
    t.same(await inIt(), [...ids].sort())
    t.match(await put([], { keep_others: true }), { body: { members_count: 3 } })
    t.same([await added(), await removed()], [ids, []])
  })

  await t.test('repeated, changes nothing', async (t) => {
    const { ids, put } = await team(2)
    await put(ids)
    const before = await dumpRows(deps.db)
    t.match(await put(ids), { status: 200, body: { members_count: 2 } })
    t.match(await put([...ids].reverse(), { keep_others: true }), { status: 200 })
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('takes a thousand, in as many statements as one', async (t) => {
    const { ids, put, inIt, org } = await team(1_000, { billing: { seats: 2_000 } })
    const few = await team(1)
    const forOne = await countStatements(t, () => few.put(few.ids))
    t.equal(await countStatements(t, () => put(ids)), forOne)
    t.equal((await inIt()).length, 100, 'one page')
    const { id } = await member(org.path)
    const tooMany = await put([...ids, id])
    t.match([tooMany.status, tooMany.body.errors], [400, [{ pointer: '#/member_ids' }]])
    await put([id], { keep_others: true })
    const all = await put([])
    t.match([all.status, all.body.code, all.body.max], [422, 'group_too_large', 1_000])
    t.match(await put([id]), { status: 200, body: { members_count: 1 } })
  })

  await t.test('takes everybody or nobody', async (t) => {
    const { org, ids, put, inIt } = await team(2)
    const elsewhere = await team(1)
    const gone = await member(org.path)
    await call('DELETE', `${org.path}/members/${gone.id}?confirm=true`)
    const [ours = ''] = ids
    await put([ours])
    const nobody = newId('mem')
    const unknown = await put([...ids, ...elsewhere.ids, nobody])
    t.match(unknown, {
      status: 422,
      body: { code: 'unknown_members', members: [...elsewhere.ids, nobody] }
    })
    const removed = await put([...ids, gone.id])
    t.match(removed, { status: 409, body: { code: 'member_removed', members: [gone.id] } })
    t.same(await inIt(), [ours])
    const { invitation } = await invite(org.path, `${unique('soon')}@many.test`)
    t.match((await put([invitation.member_id])).body, { members_count: 1 }, 'the invited too')
  })

  await t.test('is for whoever manages groups, of this organization', async (t) => {
    const { org, ids, put, at, inIt } = await team(1)
    const admin = await member(org.path, { role: 'admin' })
    const plain = await member(org.path)
    t.match(await put(ids, {}, plain.as), { status: 403, body: { code: 'not_permitted' } })
    t.same(await inIt(), [])
    t.match(await put(ids, {}, admin.as), { status: 200 })
    const other = await team(0)
    const foreign = at.replace(org.path, other.org.path)
    const answer = await call('PUT', `${foreign}/members`, { body: { member_ids: [] } })
    t.equal(answer.status, 404)
    const missing = at.replace(/grp_.*/, newId('grp'))
    t.equal((await call('PUT', `${missing}/members`, { body: { member_ids: [] } })).status, 404)
    t.same(await inIt(), ids)
  })

  await t.test('refuses what cannot be meant', async (t) => {
    const { ids, put, at } = await team(1)
    for (const body of [
      {},
      { member_ids: 'all' },
      { member_ids: [...ids, ...ids] },
      { member_ids: ['u_1'] },
      { member_ids: ids, keep_others: 'yes' },
      { member_ids: ids, replace: true }
    ]) {
      const { status } = await call('PUT', `${at}/members`, { body })
      t.equal(status, 400, JSON.stringify(body))
    }
    t.equal((await put([])).status, 200)
  })

  await t.test('never puts in whoever is being removed at the same moment', async (t) => {
    const { org, ids, put, inIt, added } = await team(2)
    const [gone = ''] = ids
    const answer = await interleave(deps.db, org.id, {
      request: () => put(ids),
      meanwhile: (tx) =>
        tx
          .update(members)
          .set({ status: 'removed', endedBy: 'removed', removedAt: START })
          .where(eq(members.id, gone))
    })
    t.match([answer.status, answer.body.code], [409, 'member_removed'])
    t.same([await inIt(), await added()], [[], []])
  })

  await t.test('of two at once the second has the last word, and events tell both', async (t) => {
    const { org, ids, put, inIt, added, removed } = await team(3)
    const [a = '', b = '', c = ''] = ids
    const answers = await inTurn(deps.db, org.id, [() => put([a, b]), () => put([b, c])])
    t.same(
      answers.map(({ status, body }) => [status, body.members_count]),
      [
        [200, 2],
        [200, 2]
      ]
    )
    t.same(await inIt(), [b, c].sort())
    t.same([await added(), await removed()], [[a, b, c], [a]])
    const rows = await deps.db.$count(groupMembers, eq(groupMembers.organizationId, org.id))
    t.equal(rows, 2)
  })

  await t.test('is refused where the plan has no groups, as is every change of them', async (t) => {
    const policy = await policyLike(app, 'standard', { groups: { allowed: 'entitled' } })
    const sold = await team(1, { policy, billing: { entitlements: ['groups'] } })
    t.equal((await sold.put(sold.ids)).status, 200)
    const { org, at, ids } = sold
    await call('PUT', `${org.path}/billing`, { body: { plan: 'small', entitlements: [] } })
    const [id = ''] = ids
    const lacks = { status: 402, body: { code: 'not_entitled', entitlement: 'groups' } }
    for (const actor of [undefined, org.as]) {
      const options = actor === undefined ? {} : { actor }
      const refused = (method: string, path: string, body?: object) =>
        call(method, path, { ...options, ...(body ? { body } : {}) })
      t.match(await refused('PUT', `${at}/members`, { member_ids: [] }), lacks)
      t.match(await refused('POST', `${org.path}/groups`, { name: 'More' }), lacks)
      t.match(await refused('PATCH', at, { name: 'Other' }), lacks)
      t.match(await refused('PUT', `${at}/members/${id}`), lacks)
      t.match(await refused('DELETE', `${at}/members/${id}`), lacks)
      t.match(await refused('DELETE', at), lacks)
    }
    t.match(await call('GET', at), { status: 200, body: { members_count: 1 } }, 'it is still seen')
    const asked = { body: { permission: 'group.manage' }, actor: org.as }
    t.match((await call('POST', `${org.path}/authorize`, asked)).body, {
      allowed: false,
      code: 'not_entitled',
      entitlement: 'groups'
    })
  })
})
