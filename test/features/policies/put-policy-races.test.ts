import { and, eq, sql } from 'drizzle-orm'
import t from 'tap'
import type { Tx } from '../../../src/db/client.js'
import { members } from '../../../src/db/tables/members.js'
import { organizations } from '../../../src/db/tables/organizations.js'
import { lockPolicy } from '../../../src/policy-versions.js'
import { createTestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { interleave, lockOrganization } from '../../helpers/locks.js'
import { policyDocument } from '../../helpers/policies.js'

await t.test('a new version against what happens at the same moment', async (t) => {
  const { call, deps, organization, invite, member, unique } = await createTestApp(t)
  const put = (key: string, fields: Record<string, unknown> = {}, rest: object = {}) =>
    call('PUT', `/v1/policies/${key}`, { body: { document: policyDocument(key, fields), ...rest } })
  const follow = async () => {
    const key = unique('p')
    await put(key)
    return { key, org: await organization({ policy: key }) }
  }
  const [owner, editor, plain] = policyDocument('any').roles
  const WITHOUT_EDITOR = { roles: [owner, plain] }
  /** Asks while the test holds a lock, and answers with what came when it was given back. */
  const during = async <T>(
    hold: (tx: Tx) => Promise<unknown>,
    requests: (() => Promise<T>)[],
    meanwhile: (tx: Tx) => Promise<unknown> = async () => undefined
  ): Promise<T[]> => {
    const { answers } = await deps.db.transaction(async (tx) => {
      await hold(tx)
      const answers: Promise<T>[] = []
      for (const request of requests) {
        answers.push(request())
        await untilBlocked(deps.db, answers.length)
      }
      await meanwhile(tx)
      return { answers }
    })
    return Promise.all(answers)
  }

  await t.test('a member who is given the doomed role while it waits is counted', async (t) => {
    const { key, org } = await follow()
    const { id } = await member(org.path)
    const answer = await interleave(deps.db, org.id, {
      request: () => put(key, WITHOUT_EDITOR),
      meanwhile: (tx) =>
        tx
          .update(members)
          .set({ role: 'editor' })
          .where(and(eq(members.organizationId, org.id), eq(members.id, id)))
    })
    t.match(
      [answer.status, answer.body.code, answer.body.organizations],
      [
        409,
        'policy_orphans_roles',
        [{ organization_id: org.id, roles: [{ role: 'editor', members: 1 }] }]
      ]
    )
  })

  await t.test('a member who loses the doomed role while it waits is not', async (t) => {
    const { key, org } = await follow()
    const { id } = await member(org.path, { role: 'editor' })
    const answer = await interleave(deps.db, org.id, {
      request: () => put(key, WITHOUT_EDITOR),
      meanwhile: (tx) =>
        tx
          .update(members)
          .set({ role: 'member' })
          .where(and(eq(members.organizationId, org.id), eq(members.id, id)))
    })
    t.match([answer.status, answer.body.version], [200, 2])
  })

  await t.test('an offer of the doomed role that waits for it is refused', async (t) => {
    const { key, org: first } = await follow()
    const last = await organization({ policy: key })
    const { id } = await member(first.path)
    const change = () => call('PATCH', `${first.path}/members/${id}`, { body: { role: 'editor' } })
    const offer = async () =>
      (await invite(first.path, `${unique('i')}@acme.test`, { role: 'editor' })).answer
    // The version has locked the first organization, and waits for the last one.
    const [version, changed, offered] = await during(
      (tx) => lockOrganization(tx, last.id),
      [() => put(key, WITHOUT_EDITOR), change, offer]
    )
    t.match([version?.status, version?.body.version], [200, 2])
    t.match([changed?.status, changed?.body.code], [422, 'unknown_role'])
    t.match([offered?.status, offered?.body.code], [422, 'unknown_role'])
    t.equal((await call('GET', `${first.path}/members/${id}`)).body.role, 'member')
  })

  await t.test('who is moved by it keeps the new role, whatever was asked meanwhile', async (t) => {
    const { key, org: first } = await follow()
    const last = await organization({ policy: key })
    const { id } = await member(first.path, { role: 'editor' })
    const [version, removed] = await during(
      (tx) => lockOrganization(tx, last.id),
      [
        () => put(key, WITHOUT_EDITOR, { role_mapping: { editor: 'member' } }),
        () => call('DELETE', `${first.path}/members/${id}`)
      ]
    )
    t.equal(version?.status, 200)
    t.equal(removed?.status, 200)
    const { body } = await call('GET', `${first.path}/events?subject_id=${id}`)
    const types = body.data.map(({ type }: { type: string }) => type)
    t.same(types.slice(0, 2), ['member.removed', 'member.role_changed'])
  })

  await t.test('an organization that begins while it waits is counted', async (t) => {
    const { key } = await follow()
    const CHIEF = {
      roles: [{ ...owner, key: 'chief' }, editor, plain],
      creator_role: 'chief',
      authority: { invite: [{ actor: 'chief', roles: ['*'] }] }
    }
    const allow_findings = ['unmanageable', 'unreachable_role', 'self_escalation']
    const role_mapping = { owner: 'chief' }
    const founder = organization
    // As createOrganization does, which has read the version before.
    const begins = await founder()
    const [refused] = await during(
      async (tx) => {
        await lockPolicy(tx, key, 'follow')
        await tx
          .update(organizations)
          .set({ policyKey: key })
          .where(eq(organizations.id, begins.id))
      },
      [() => put(key, CHIEF, { allow_findings })]
    )
    t.match(refused?.body.total, 2, 'what follows since, and what followed before')
    const [moved] = await during(
      (tx) => lockPolicy(tx, key, 'follow'),
      [() => put(key, CHIEF, { allow_findings, role_mapping })]
    )
    t.equal(moved?.status, 200)
  })

  await t.test('an organization that begins after it has the new creator’s role', async (t) => {
    const { key } = await follow()
    const chief = {
      ...policyDocument(key),
      roles: [{ ...owner, key: 'chief' }, plain],
      creator_role: 'chief',
      authority: {}
    }
    const [begun] = await during(
      (tx) => lockPolicy(tx, key, 'make'),
      [() => organization({ policy: key })],
      (tx) =>
        tx.execute(sql`
          insert into policies values (${key}, 2, ${JSON.stringify(chief)}::jsonb, current_date)`)
    )
    const { body } = await call('GET', `${begun?.path}/members`)
    t.match(body.data, [{ role: 'chief' }])
  })

  await t.test('two different documents at once become two versions', async (t) => {
    const { key } = await follow()
    const answers = await during(
      (tx) => lockPolicy(tx, key, 'make'),
      [() => put(key, { locale: 'fr' }), () => put(key, { role_change_sessions: 'revoke' })]
    )
    t.same(
      answers.map(({ status, body }) => [status, body.version]),
      [
        [200, 2],
        [200, 3]
      ]
    )
  })

  await t.test('the same document twice at once becomes one version', async (t) => {
    const key = unique('p')
    const answers = await during(
      (tx) => lockPolicy(tx, key, 'make'),
      [() => put(key), () => put(key)]
    )
    t.same(
      answers.map(({ status, body }) => [status, body.version]),
      [
        [201, 1],
        [200, 1]
      ]
    )
  })

  await t.test(
    'an organization that changes over while the version is made is counted',
    async (t) => {
      const { key } = await follow()
      const { key: former, org } = await follow()
      await member(org.path, { role: 'editor' })
      // It holds the new policy, and waits for its organization; the version waits for it.
      const [changed, version] = await during(
        (tx) => lockOrganization(tx, org.id),
        [() => call('PATCH', org.path, { body: { policy: key } }), () => put(key, WITHOUT_EDITOR)]
      )
      t.match([changed?.status, changed?.body.policy], [200, key])
      t.match([version?.status, version?.body.code], [409, 'policy_orphans_roles'])
      t.equal((await put(former, WITHOUT_EDITOR)).status, 200, 'where it was it is gone')
    }
  )
})
