import { eq, sql } from 'drizzle-orm'
import pg from 'pg'
import t, { type Test } from 'tap'
import { jobs } from '../../../src/db/tables/jobs.js'
import { members } from '../../../src/db/tables/members.js'
import { policies } from '../../../src/db/tables/policies.js'
import { RECIPIENTS_MAX } from '../../../src/features/notifications/recipients.js'
import { newId } from '../../../src/ids.js'
import { JOBS } from '../../../src/jobs/index.js'
import { runJob } from '../../../src/jobs/run-job.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import { createTestApp, START } from '../../helpers/app.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyDocument, policyLike, role } from '../../helpers/policies.js'

await t.test('who is told of what happens', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, deps, unique } = app
  const told = (who: { email: string }) => toldTo(app, who.email)
  const suspend = (path: string, id: string, actor?: string) =>
    call('POST', `${path}/members/${id}/suspend`, { ...(actor ? { actor } : {}), body: {} })
  /** Under `standard`, which then tells of this alone; nothing of how its members joined. */
  const telling = async (notifications: unknown) => {
    const policy = await policyLike(app, 'standard', { notifications })
    const org = await organization({ policy })
    const admin = await member(org.path, { role: 'admin', name: 'Ada' })
    const ana = await member(org.path, { name: 'Ana' })
    return { ...org, policy, admin, ana }
  }

  await t.test('active holders of the roles, but not whoever did it (OP-99)', async (t) => {
    const org = await organization({ policy: 'openphone' })
    const resources = { choice: 'new' }
    const admin = await member(org.path, { role: 'admin', resources })
    const away = await member(org.path, { role: 'admin', resources })
    const plain = await member(org.path, { role: 'member', resources })
    const ana = await member(org.path, { role: 'member', resources })
    await deps.db.execute(
      sql`update members set status = 'suspended' where user_id = ${away.userId}`
    )
    const { status } = await call('PATCH', `${org.path}/members/${ana.id}?confirm=true`, {
      actor: org.as,
      body: { role: 'admin' }
    })
    t.equal(status, 200)
    t.same(await told(admin), [
      `Olga a changé un rôle dans Acme\u00a0: ${ana.email} passe de «\u202fMembre\u202f» à ` +
        '«\u202fAdministrateur\u202f».'
    ])
    t.match(
      await told(ana),
      [/^Votre rôle dans Acme est désormais «\u202fAdmin/],
      'now one of them'
    )
    for (const nobody of [away, plain, org.owner]) t.same(await told(nobody), [])
  })

  await t.test('the member concerned, where the policy says so', async (t) => {
    const org = await telling([{ event: 'member.role_changed', member: true }])
    await call('PATCH', `${org.path}/members/${org.ana.id}`, {
      actor: org.as,
      body: { role: 'admin' }
    })
    t.match(await told(org.ana), ['Your role in Acme is now “Admin”. Before, it was “Member”.'])
    for (const nobody of [org.admin, org.owner]) t.same(await told(nobody), [])
  })

  await t.test('whoever joins is welcomed although they did it themselves', async (t) => {
    const org = await organization({ policy: 'oupi', name: 'Atelier', locale: 'en' })
    const ana = await member(org.path, { role: 'admin' })
    t.match(await told(org.owner), [
      /^u_\w+@acme\.test joined Atelier with the role “Administrator”/
    ])
    t.match(await told(ana), ['You are now a member of Atelier with the role “Administrator”.'])
    const policy = await policyLike(app, 'oupi', {
      notifications: [{ event: 'member.joined', roles: ['*'] }]
    })
    const other = await organization({ policy, locale: 'en' })
    const bo = await member(other.path, { role: 'admin' })
    t.equal((await told(other.owner)).length, 1)
    t.same(await told(bo), [], 'but not as one of the team')
  })

  await t.test('of a suspension and its end, each while it is so', async (t) => {
    const org = await telling([
      { event: 'member.suspended', roles: ['owner'], member: true },
      { event: 'member.reactivated', member: true }
    ])
    const { ana, admin } = org
    await suspend(org.path, ana.id, admin.as)
    t.same(await told(ana), [
      'Your access to Acme is suspended until somebody of the team restores it.'
    ])
    t.same(await told(org.owner), ['Ada suspended the access of Ana to Acme.'])
    await call('POST', `${org.path}/members/${ana.id}/reactivate`, { body: {} })
    t.same((await told(ana))[0], 'Your access to Acme is no longer suspended.')
    t.equal((await told(org.owner)).length, 1)

    await suspend(org.path, ana.id)
    await call('POST', `${org.path}/members/${ana.id}/reactivate`, { body: {} })
    t.notMatch((await told(ana)).slice(0, -2).join(), 'suspended until', 'that it was: too late')
  })

  await t.test('whoever is removed, by the address that they had', async (t) => {
    const policy = await policyLike(app, 'standard', {
      notifications: [{ event: 'member.removed', roles: ['admin'], member: true }],
      removal: { username: 'dissociated' }
    })
    const org = await organization({ policy })
    const [admin, ana] = [await member(org.path, { role: 'admin' }), await member(org.path)]
    const { status } = await call('DELETE', `${org.path}/members/${ana.id}?confirm=true`, {
      actor: org.as
    })
    t.equal(status, 200)
    t.same(await told(ana), ['You were removed from Acme and have no more access to it.'])
    t.same(await told(admin), [`Olga removed ${ana.email} from Acme.`])
  })

  await t.test('of ownership, whoever gets it and whoever gave it', async (t) => {
    const org = await telling([{ event: 'ownership.transferred', roles: ['admin'], member: true }])
    const { status } = await call('POST', `${org.path}/transfer-ownership?confirm=true`, {
      actor: org.as,
      body: { member_id: org.ana.id }
    })
    t.equal(status, 200)
    t.same(await told(org.ana), ['Olga gave the ownership of Acme to you.'])
    for (const other of [org.admin, org.owner]) {
      t.same(await told(other), ['Olga gave the ownership of Acme to Ana.'])
    }
  })

  await t.test('nobody, where the policy names nobody: not even a job is left', async (t) => {
    const org = await telling([{ event: 'member.reactivated', member: true }])
    await runAllJobs(deps)
    await suspend(org.path, org.ana.id)
    t.same(await jobRows(deps), [])
    const founded = await organization({ policy: 'oupi' })
    await call('POST', `${founded.path}/members?confirm=true`, {
      body: {
        members: [{ user_id: unique('u'), email: `${unique('i')}@acme.test`, role: 'admin' }]
      }
    })
    t.same(await jobRows(deps), [], 'nor for a team that begins, or is brought along')
  })

  await t.test('a command asks the database nothing more for it', async (t) => {
    const asked: unknown[] = []
    for (const notifications of [[], [{ event: 'member.suspended', member: true }]]) {
      const org = await telling(notifications)
      await suspend(org.path, org.admin.id) // What is asked only once has been.
      asked.push(await statementsOf(t, () => suspend(org.path, org.ana.id)))
      t.equal((await jobRows(deps)).length, 2 * notifications.length)
      await runAllJobs(deps)
    }
    t.equal(asked[0], asked[1])
    t.ok(asked[0])
  })

  await t.test('the newest version of the policy decides, not that of the event', async (t) => {
    const org = await telling([{ event: 'member.suspended', roles: ['owner'] }])
    await suspend(org.path, org.ana.id)
    const document = PolicyDocument.parse({
      ...(await policyOf(org.policy)),
      notifications: [{ event: 'member.suspended', roles: ['admin'] }]
    })
    await deps.db
      .insert(policies)
      .values({ key: org.policy, version: 2, document, createdAt: START })
    t.same(await told(org.owner), [])
    t.equal((await told(org.admin)).length, 1)
  })

  await t.test('selectors: an organization’s own roles, and every role', async (t) => {
    const key = unique('p')
    const MANAGES = ['team.view', 'member.invite', 'member.remove', 'member.suspend', 'role.manage']
    const over = [{ actor: 'owner', roles: ['*'] }]
    const put = (roles: string[]) =>
      call('PUT', `/v1/policies/${key}`, {
        body: {
          document: policyDocument(key, {
            roles: [role('owner', MANAGES, { rank: 100, min: 1 }), role('member')],
            authority: { invite: over, remove: over, suspend: over },
            suspension: { enabled: true },
            custom_roles: { allowed: 'always', rank: 5 },
            notifications: [{ event: 'member.suspended', roles }]
          })
        }
      })
    t.equal((await put(['custom'])).status, 201)
    const org = await organization({ policy: key })
    const made = await call('POST', `${org.path}/roles`, {
      body: { key: 'helper', label: { en: 'Helper', fr: 'Aide' }, permissions: [] }
    })
    t.equal(made.status, 201)
    const [own, bo, ana] = [
      await member(org.path, { role: 'helper' }),
      await member(org.path),
      await member(org.path)
    ]
    await suspend(org.path, ana.id)
    t.equal((await told(own)).length, 1)
    for (const nobody of [bo, org.owner]) t.same(await told(nobody), [])
    await put(['*'])
    await suspend(org.path, bo.id)
    t.equal((await told(own)).length, 2)
    t.equal((await told(org.owner)).length, 1)
    t.same(await told(bo), [], 'who is no longer active')
  })

  await t.test('so many at most, and whom it concerns in any case', async (t) => {
    const org = await telling([{ event: 'member.reactivated', roles: ['member'], member: true }])
    await call('PUT', `${org.path}/billing`, { body: { seats: 2 * RECIPIENTS_MAX } })
    const [one] = await deps.db.select().from(members).where(eq(members.id, org.ana.id))
    if (!one) throw new Error('Ana is a member')
    const many = Array.from({ length: RECIPIENTS_MAX }, (_, index) => {
      const email = `${index}@many.test`
      return { ...one, id: newId('mem'), userId: `u_many_${index}`, email, emailKey: email }
    })
    await deps.db.insert(members).values(many)
    // Of all, the last by id.
    const late = await member(org.path)
    await suspend(org.path, late.id)
    const reactivated = await call('POST', `${org.path}/members/${late.id}/reactivate`, {
      body: {}
    })
    t.equal(reactivated.status, 200)
    const [fanOut] = await jobRows(deps)
    if (!fanOut) throw new Error('nothing is to be told')
    await runJob(deps, JOBS, { organization_id: fanOut.organizationId, job_id: fanOut.id })
    const payloads = (await jobRows(deps)).map(({ payload }) => payload['member_id'])
    t.equal(payloads.length, RECIPIENTS_MAX)
    t.ok(payloads.includes(late.id))
    await deps.db.delete(jobs)
  })

  async function policyOf(key: string) {
    const [row] = await deps.db.select().from(policies).where(sql`key = ${key}`)
    return row?.document as object
  }
})

/** How many statements are run meanwhile, but for the call that a job waits, which may be shared. */
async function statementsOf(t: Test, work: () => Promise<unknown>): Promise<number> {
  const query = Reflect.get(pg.Client.prototype, 'query') as (...given: unknown[]) => unknown
  const calls = t.capture(pg.Client.prototype, 'query', query)
  await work()
  calls.restore()
  return calls().filter(({ args: [text] }) => text !== 'notify muster_jobs').length
}
