import type { IncomingMessage } from 'node:http'
import t, { type Test } from 'tap'
import { buildApp } from '../../../src/app.js'
import type { Database } from '../../../src/db/client.js'
import type { Run } from '../../../src/db/statement.js'
import { type Answer, createTestApp, openDeps, type TestApp } from '../../helpers/app.js'
import { policyDocument, role } from '../../helpers/policies.js'

/** How many ask at the same time, and how often each of them at least once the right is taken. */
const ASKING = 16
const TIMES = 5
const ROUNDS = 4
const PERMISSION = 'member.invite'

/** Lets what the database answers through, unless it is told to keep it back. */
function createGate() {
  let opened: Promise<void> | undefined
  let open: () => void = () => undefined
  let held = 0
  return {
    /** Until `release` no answer goes through; `held` counts those that have come meanwhile. */
    hold() {
      held = 0
      opened = new Promise((resolve) => {
        open = resolve
      })
    },
    release() {
      open()
      opened = undefined
    },
    held: () => held,
    async pass<T>(answer: T): Promise<T> {
      if (opened) held += 1
      await opened
      return answer
    }
  }
}

/** Another process on the same database: its own pool, its own cache. */
async function openSecond(t: Test, { databaseUrl, clock }: TestApp) {
  const deps = openDeps(databaseUrl, () => clock.now)
  const gate = createGate()
  const run: Run = async (statement, values) => gate.pass(await deps.db.run(statement, values))
  const db = Object.assign(Object.create(deps.db) as Database, { run })
  const app = await buildApp({ ...deps, db })
  let read = 0
  app.server.on('request', (request: IncomingMessage) => {
    request.on('end', () => {
      read += 1
    })
  })
  t.teardown(async () => {
    await app.close()
    await deps.close()
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, gate, requestsRead: () => read }
}

/** Turns of the event loop, in which everything goes on. */
async function turnsUntil(isSo: () => boolean): Promise<void> {
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  while (!isSo()) await turn()
  // Whatever follows from it at once has happened too.
  for (let turns = 0; turns < 5; turns += 1) await turn()
}

interface Asked {
  /** Sent when whoever took the right had been answered. */
  readonly afterwards: boolean
  readonly allowed: boolean
}

interface Taking {
  readonly path: string
  readonly userId: string
  /** Takes the right away, by the first instance. */
  readonly take: () => Promise<Answer>
}

await t.test('what one instance has answered, every instance knows', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, key } = app
  const second = await openSecond(t, app)
  const urls = [app.url, second.url]

  /** About the person or on their behalf, on the first instance or (if odd) the second. */
  async function ask(nth: number, { path, userId }: Taking): Promise<boolean> {
    const isActor = nth % 4 < 2
    const response = await fetch(`${urls[nth % 2] ?? ''}${path}/authorize`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(isActor ? { 'muster-actor': `user:${userId}` } : {})
      },
      body: JSON.stringify({ permission: PERMISSION, ...(isActor ? {} : { user_id: userId }) })
    })
    const { allowed } = (await response.json()) as { allowed?: boolean }
    return allowed === true
  }

  /** Takes the right while many ask without a pause, and goes on asking for a while. */
  async function askThroughout(t: Test, taking: Taking): Promise<void> {
    const asked: Asked[] = []
    let taken = false
    const asker = async (nth: number) => {
      for (let left = TIMES; left > 0; left -= taken ? 1 : 0) {
        const afterwards = taken
        asked.push({ afterwards, allowed: await ask(nth, taking) })
      }
    }
    const askers = Array.from({ length: ASKING }, (_, nth) => asker(nth))
    await turnsUntil(() => asked.length >= ASKING)
    const { status } = await taking.take()
    taken = true
    await Promise.all(askers)

    t.ok(status === 200 || status === 201, `${status}`)
    const before = asked.filter(({ afterwards }) => !afterwards)
    t.ok(before.filter(({ allowed }) => allowed).length >= ASKING, 'the right was there')
    const after = asked.filter(({ afterwards }) => afterwards)
    t.ok(after.length >= ASKING, `${after.length} asked afterwards`)
    t.same(
      after.filter(({ allowed }) => allowed),
      []
    )
  }

  /**
   * What was read before the right was taken comes late, and others ask meanwhile. Nobody who asks
   * after the taking was answered may be answered from it.
   */
  async function askBehind(t: Test, taking: Taking, nth: number): Promise<void> {
    second.gate.hold()
    const early = ask(nth, taking)
    await turnsUntil(() => second.gate.held() === 1)
    t.equal((await taking.take()).status, 200)
    const before = second.requestsRead()
    const late = [1, 3].map((other) => ask(other, taking))
    await turnsUntil(() => second.requestsRead() === before + 2)
    second.gate.release()
    t.equal(await early, true, 'it was read before')
    t.same(await Promise.all(late), [false, false])
  }

  const of = (path: string, { id }: { id: string }) => `${path}/members/${id}`

  await t.test('after a role change nobody has the old role’s rights', async (t) => {
    const { path } = await organization()
    const ana = await member(path, { role: 'admin' })
    const give = (role: string) => call('PATCH', of(path, ana), { body: { role } })
    for (let round = 0; round < ROUNDS; round += 1) {
      await askThroughout(t, { path, userId: ana.userId, take: () => give('member') })
      t.equal((await give('admin')).status, 200)
    }
    for (const nth of [1, 3]) {
      await askBehind(t, { path, userId: ana.userId, take: () => give('member') }, nth)
      await give('admin')
    }
  })

  await t.test('after a suspension the member has none', async (t) => {
    const { path } = await organization()
    const ana = await member(path, { role: 'admin' })
    const does = (verb: string) => call('POST', `${of(path, ana)}/${verb}`, { body: {} })
    for (let round = 0; round < ROUNDS; round += 1) {
      await askThroughout(t, { path, userId: ana.userId, take: () => does('suspend') })
      t.equal((await does('reactivate')).status, 200)
    }
    for (const nth of [1, 3]) {
      await askBehind(t, { path, userId: ana.userId, take: () => does('suspend') }, nth)
      await does('reactivate')
    }
  })

  await t.test('after a removal nobody is there', async (t) => {
    const { path } = await organization()
    for (let round = 0; round < ROUNDS; round += 1) {
      const ana = await member(path, { role: 'admin' })
      const take = () => call('DELETE', of(path, ana))
      await askThroughout(t, { path, userId: ana.userId, take })
      const bo = await member(path, { role: 'admin' })
      const remove = () => call('DELETE', of(path, bo))
      await askBehind(t, { path, userId: bo.userId, take: remove }, 1 + (round % 2) * 2)
    }
  })

  await t.test(
    'after a change of the organization’s own role its holders have the new one',
    async (t) => {
      const { path } = await organization()
      const body = { key: 'host', label: { en: 'Host' }, permissions: [PERMISSION] }
      await call('POST', `${path}/roles`, { body })
      const ana = await member(path, { role: 'host' })
      const give = (permissions: string[]) =>
        call('PATCH', `${path}/roles/host`, { body: { permissions } })
      for (let round = 0; round < ROUNDS; round += 1) {
        await askThroughout(t, { path, userId: ana.userId, take: () => give([]) })
        t.equal((await give([PERMISSION])).status, 200)
      }
      await askBehind(t, { path, userId: ana.userId, take: () => give([]) }, 1)
    }
  )

  await t.test('after a new version of the policy its roles have what it says', async (t) => {
    const key = app.unique('policy')
    const roles = (permissions: string[]) => [
      ...policyDocument(key).roles.filter((one) => one.key !== 'editor'),
      role('editor', permissions)
    ]
    const put = (permissions: string[]) =>
      call('PUT', `/v1/policies/${key}`, {
        body: { document: policyDocument(key, { roles: roles(permissions) }) }
      })
    t.equal((await put([PERMISSION])).status, 201)
    const { path } = await organization({ policy: key })
    const ana = await member(path, { role: 'editor' })
    for (let round = 0; round < ROUNDS; round += 1) {
      await askThroughout(t, { path, userId: ana.userId, take: () => put([]) })
      t.ok((await put([PERMISSION])).status < 300)
    }
    await askBehind(t, { path, userId: ana.userId, take: () => put([]) }, 1)
  })
})
