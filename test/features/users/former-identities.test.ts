import { readFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import t from 'tap'
import { type FormerIdentity, formerIdentities } from '../../../src/db/tables/former-identities.js'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount } from '../../helpers/reassignments.js'

const MIGRATION = new URL('../../../migrations/0012_people.sql', import.meta.url)

const readAll = ({ deps: { db } }: TestApp): Promise<FormerIdentity[]> =>
  db.select().from(formerIdentities).orderBy(formerIdentities.memberId, formerIdentities.number)

await t.test('by what somebody was known is kept where the seat says otherwise', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, member, organization, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const pass = () => {
    clock.now = new Date(clock.now.getTime() + 1_000)
  }
  const knownOn = async (id: string) =>
    (await readAll(app))
      .filter(({ memberId }) => memberId === id)
      .map(({ number, userId, email, until }) => [number, userId, email, until.getTime()])

  await t.test('when an account is taken over, each time', async (t) => {
    const account = await createAccount(app)
    const { holder } = account
    const heirs = [account.candidate(), account.candidate()]
    for (const heir of heirs) {
      const { token } = await account.reassign(heir.email)
      t.equal((await knownOn(holder.id)).length, heirs.indexOf(heir), 'not while it is pending')
      pass()
      t.equal((await heir.accept(token)).status, 200)
      t.equal((await heir.accept(token)).status, 200, 'and once')
    }
    t.same(await knownOn(holder.id), [
      [1, holder.userId, holder.email, START.getTime() + 1_000],
      [2, heirs[0]?.id, heirs[0]?.email, START.getTime() + 2_000]
    ])
  })

  await t.test('when a removal takes the name off, and by no other', async (t) => {
    const org = await organization({ policy: 'surveymonkey' })
    const [removed, leaver] = [await member(org.path), await member(org.path)]
    await call('DELETE', `${org.path}/members/${removed.id}?confirm=true`)
    t.same(await knownOn(removed.id), [[1, removed.userId, removed.email, START.getTime()]])
    t.same(await knownOn(leaver.id), [])
    const kept = await organization({ policy: 'standard' })
    const ana = await member(kept.path)
    await call('DELETE', `${kept.path}/members/${ana.id}`)
    t.same(await knownOn(ana.id), [])
  })

  await t.test('when an address changes, but not how it is written', async (t) => {
    const org = await organization({
      policy: await policyLike(app, 'standard', { member_fields: ['email', 'name'] })
    })
    const ana = await member(org.path)
    const patch = (body: unknown) => call('PATCH', `${org.path}/members/${ana.id}`, { body })
    await patch({ email: ana.email.toUpperCase(), name: 'Ana' })
    t.same(await knownOn(ana.id), [])
    await patch({ email: `${unique('b')}@acme.test` })
    t.same(await knownOn(ana.id), [[1, ana.userId, ana.email.toUpperCase(), START.getTime()]])
  })
})

await t.test('of what was before, it is found in the log', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, invite, accept, organization, databaseUrl, deps } = app
  const account = await createAccount(app)
  for (const heir of [account.candidate(), account.candidate()]) {
    const { token } = await account.reassign(heir.email.replace('sm.test', 'Élan.test'))
    clock.now = new Date(clock.now.getTime() + 1_000)
    await accept(token, {
      id: heir.id,
      email: heir.email.replace('sm.test', 'Élan.test'),
      name: 'H'
    })
  }
  await call('DELETE', `${account.path}?confirm=true`)
  const org = await organization({ policy: 'surveymonkey' })
  for (const id of ['u_gone', 'u_erased']) {
    const { token } = await invite(org.path, `${id}@Élan.test`)
    const { body } = await accept(token, { id, email: `${id}@Élan.test`, name: `Name of ${id}` })
    await call('DELETE', `${org.path}/members/${String(body.id)}?confirm=true`)
  }
  t.match(await call('POST', '/v1/users/u_erased/erase'), { status: 200 })
  const kept = await readAll(app)
  t.equal(kept.length, 4)

  await deps.db.execute(sql`drop table former_identities`)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(await readFile(MIGRATION, 'utf8')).finally(() => client.end())
  t.same(await readAll(app), kept, 'the same, and nothing of who was erased')
})
