import { and, eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { type Answer, createTestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'

type Request = () => Promise<Answer>

await t.test('commands that meet', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, accept, member, deps, unique } = app
  /** Both have been let in and wait for the organization; the first gets it first. */
  async function inTurn(
    organizationId: string,
    requests: readonly Request[],
    meanwhile: () => Promise<unknown> = async () => undefined
  ): Promise<Answer[]> {
    const { answers } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, organizationId)
      const answers: Promise<Answer>[] = []
      for (const request of requests) {
        answers.push(request())
        await untilBlocked(deps.db, answers.length)
      }
      await meanwhile()
      return { answers }
    })
    return Promise.all(answers)
  }
  const codes = (answers: readonly Answer[]) =>
    answers.map(({ status, body }) => [status, body.code])

  async function holders(organizationId: string, role = 'owner'): Promise<string[]> {
    const rows = await deps.db
      .select({ id: members.id })
      .from(members)
      .where(
        and(
          eq(members.organizationId, organizationId),
          eq(members.role, role),
          eq(members.status, 'active')
        )
      )
    return rows.map(({ id }) => id)
  }
  const firstMember = async (path: string) =>
    (await call('GET', `${path}/members`)).body.data[0].id as string
  const count = async (path: string, what: string) =>
    (await call('GET', `${path}/${what}?include_total=true`)).body.total as number

  /** Two owners and nobody else, under OpenPhone's rules. */
  async function twoOwners() {
    const org = await organization({ policy: 'openphone' })
    const resources = { choice: 'existing', ids: ['n1'] }
    const first = { id: await firstMember(org.path), as: org.as }
    return { org, first, second: await member(org.path, { role: 'owner', resources }) }
  }
  const demote = (path: string, id: string, actor?: string) => () =>
    call('PATCH', `${path}/members/${id}?confirm=true`, {
      body: { role: 'admin' },
      ...(actor === undefined ? {} : { actor })
    })
  const remove = (path: string, id: string, actor?: string) => () =>
    call('DELETE', `${path}/members/${id}?confirm=true`, {
      ...(actor === undefined ? {} : { actor, headers: { 'muster-channel': 'web' } })
    })

  await t.test('two demotions of the last two owners: one is the last holder', async (t) => {
    const { org, first, second } = await twoOwners()
    const answers = await inTurn(org.id, [
      demote(org.path, second.id, first.as),
      demote(org.path, first.id)
    ])
    t.same(codes(answers), [
      [200, undefined],
      [409, 'last_holder']
    ])
    t.same(await holders(org.id), [first.id])
  })

  await t.test('two owners who demote each other: the second no longer may', async (t) => {
    const { org, first, second } = await twoOwners()
    const answers = await inTurn(org.id, [
      demote(org.path, second.id, first.as),
      demote(org.path, first.id, second.as)
    ])
    t.same(codes(answers), [
      [200, undefined],
      [403, 'role_not_manageable']
    ])
    t.same(await holders(org.id), [first.id])
  })

  await t.test('two owners who remove each other: the second is nobody any more', async (t) => {
    const { org, first, second } = await twoOwners()
    const answers = await inTurn(org.id, [
      remove(org.path, first.id, second.as),
      remove(org.path, second.id, first.as)
    ])
    t.same(codes(answers), [
      [200, undefined],
      [404, 'not_found']
    ])
    t.same(await holders(org.id), [second.id])
    t.equal(await count(org.path, 'members'), 1)
  })

  await t.test('two owners who leave at once: one has to stay', async (t) => {
    const org = await organization()
    const second = await member(org.path, { role: 'owner' })
    const leave = (actor: string) => () => call('POST', `${org.path}/leave`, { actor })
    const answers = await inTurn(org.id, [leave(second.as), leave(org.as)])
    t.same(codes(answers), [
      [200, undefined],
      [409, 'last_holder']
    ])
    t.equal((await holders(org.id)).length, 1)
  })

  await t.test(
    'two swaps of ownership: one owner at every instant, the second refused',
    async (t) => {
      const org = await organization({ policy: 'ampliphi' })
      const owner = await firstMember(org.path)
      const [ana, bo] = [await member(org.path), await member(org.path)]
      const transfer = (id: string) => () =>
        call('POST', `${org.path}/transfer-ownership`, { actor: org.as, body: { member_id: id } })
      const seen: string[][] = []
      const look = async () => {
        seen.push(await holders(org.id))
      }
      const both = inTurn(org.id, [transfer(ana.id), transfer(bo.id)], look)
      const ended = both.then(() => true)
      for (let isOver = false; !isOver; ) {
        isOver = await Promise.race([ended, look().then(() => false)])
      }
      t.same(codes(await both), [
        [200, undefined],
        [403, 'not_permitted']
      ])
      await look()
      t.same(
        seen.filter((ids) => ids.length !== 1),
        []
      )
      t.same([seen[0], seen.at(-1)], [[owner], [ana.id]])
      t.same(await holders(org.id, 'admin'), [owner])
    }
  )

  await t.test('a swap that is half written is not seen', async (t) => {
    const org = await organization({ policy: 'ampliphi' })
    const owner = await firstMember(org.path)
    const ana = await member(org.path)
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx
        .select()
        .from(members)
        .where(and(eq(members.organizationId, org.id), eq(members.id, owner)))
        .for('update')
      const answer = call('POST', `${org.path}/transfer-ownership`, {
        actor: org.as,
        body: { member_id: ana.id }
      })
      await untilBlocked(deps.db)
      t.same(await holders(org.id), [owner])
      return { answer }
    })
    t.equal((await answer).status, 200)
    t.same(await holders(org.id), [ana.id])
  })

  await t.test('a transfer to somebody who is suspended first moves nothing', async (t) => {
    const org = await organization()
    const owner = await firstMember(org.path)
    const ana = await member(org.path)
    const answers = await inTurn(org.id, [
      () => call('POST', `${org.path}/members/${ana.id}/suspend`),
      () =>
        call('POST', `${org.path}/transfer-ownership`, {
          actor: org.as,
          body: { member_id: ana.id }
        })
    ])
    t.same(codes(answers), [
      [200, undefined],
      [409, 'member_not_active']
    ])
    t.same(await holders(org.id), [owner])
  })

  /** Somebody invited under rules by which removing them is how they are uninvited. */
  async function invited() {
    const org = await organization({ policy: 'ampliphi' })
    const user = { id: unique('u'), email: `${unique('ana')}@races.test` }
    const { token, invitation } = await invite(org.path, user.email)
    const id = invitation.member_id as string
    const read = async () => (await call('GET', `${org.path}/members/${id}`)).body
    const told = async () => {
      const { body } = await call('GET', `${org.path}/events?limit=2`)
      return body.data.map(({ type }: { type: string }) => type)
    }
    return { org, read, told, taking: () => accept(token, user), removing: remove(org.path, id) }
  }

  await t.test('accepted, then removed: a member who was there is gone', async (t) => {
    const { org, read, told, taking, removing } = await invited()
    const answers = await inTurn(org.id, [taking, removing])
    t.same(codes(answers), [
      [200, undefined],
      [200, undefined]
    ])
    t.match(await read(), { status: 'removed', ended_by: 'removed' })
    t.same(await told(), ['member.removed', 'member.joined'])
  })

  await t.test('removed, then accepted: the link is dead', async (t) => {
    const { org, read, told, taking, removing } = await invited()
    const answers = await inTurn(org.id, [removing, taking])
    t.same(codes(answers), [
      [200, undefined],
      [410, 'invitation_canceled']
    ])
    t.match(await read(), { status: 'removed', ended_by: 'canceled', user_id: null })
    t.same(await told(), ['invitation.canceled', 'member.invited'])
  })

  /** An administrator's command that was let in, and waits behind what is done to the administrator. */
  async function overtaken(path: string, id: string, actor: string, done: Request) {
    const invited = await count(path, 'invitations')
    const answers = await inTurn(id, [
      done,
      () => call('POST', `${path}/invitations`, { actor, body: { emails: 'late@races.test' } })
    ])
    return { answers, isUnchanged: (await count(path, 'invitations')) === invited }
  }

  await t.test('a command whose actor’s role was changed meanwhile is refused', async (t) => {
    const org = await organization()
    const admin = await member(org.path, { role: 'admin' })
    const path = `${org.path}/members/${admin.id}`
    const { answers, isUnchanged } = await overtaken(org.path, org.id, admin.as, () =>
      call('PATCH', path, { actor: org.as, body: { role: 'member' } })
    )
    t.same(codes(answers), [
      [200, undefined],
      [403, 'not_permitted']
    ])
    t.ok(isUnchanged)
  })

  await t.test('a command whose actor was suspended or removed meanwhile is refused', async (t) => {
    const org = await organization()
    for (const act of ['suspend', 'remove'] as const) {
      const admin = await member(org.path, { role: 'admin' })
      const path = `${org.path}/members/${admin.id}`
      const { answers, isUnchanged } = await overtaken(org.path, org.id, admin.as, () =>
        act === 'suspend' ? call('POST', `${path}/suspend`) : call('DELETE', path)
      )
      t.same(
        codes(answers),
        [
          [200, undefined],
          [404, 'not_found']
        ],
        act
      )
      t.ok(isUnchanged)
    }
  })

  await t.test('activity of somebody who is being suspended is not noted', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const isAna = and(eq(members.organizationId, org.id), eq(members.id, ana.id))
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx.update(members).set({ status: 'suspended' }).where(isAna)
      const answer = call('POST', `${org.path}/members/${ana.id}/activity`, { actor: ana.as })
      await untilBlocked(deps.db)
      return { answer }
    })
    t.same(codes([await answer]), [[409, 'member_not_active']])
    const [row] = await deps.db.select().from(members).where(isAna)
    t.equal(row?.lastActiveAt, null)
  })
})
