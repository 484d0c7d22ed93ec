import t from 'tap'
import { newId } from '../../src/ids.js'
import { type Answer, START } from '../helpers/app.js'
import { nameOf, type Target } from '../helpers/routes.js'
import { fingerprint, MISSING } from '../helpers/tenant-with-everything.js'
import { ask, type Caller, leaksOf, openWorld, toldBy, verdictOf } from '../helpers/walk.js'

/** Where mails are shown instead of being sent: whoever develops reads everybody’s. */
const isForDevelopers = ({ path }: Target) => path.startsWith('/dev/mail')

await t.test('whoever proves nothing', async (t) => {
  const world = await openWorld(t)
  const { app, routes, victim } = world
  const { apiKey, call, key } = app
  const revoked = await apiKey({})
  await call('DELETE', `/v1/api-keys/${revoked.id}`)
  const expired = await apiKey({ expires_at: '2030-01-02T00:00:00.000Z' })
  app.clock.now = new Date('2030-01-02T00:00:00.000Z')
  t.teardown(() => (app.clock.now = START))
  const [, id = '', secret = ''] = key.split('_')
  const credential = (value: string): Caller['options'] => ({
    key: null,
    headers: { authorization: value }
  })
  const nobody: Caller = { name: 'nobody', options: { key: null } }
  const callers: readonly Caller[] = [
    nobody,
    { name: 'a garbled key', options: { key: 'mk_nothing' } },
    { name: 'another scheme', options: credential(`Digest ${key}`) },
    { name: 'a key that there is not', options: { key: `mk_${newId('key').slice(4)}_${secret}` } },
    { name: 'a wrong secret', options: { key: `mk_${id}_${'x'.repeat(secret.length)}` } },
    { name: 'a revoked key', options: { key: revoked.key } },
    { name: 'an expired key', options: { key: expired.key } },
    { name: 'something else', options: { key: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.' } }
  ]

  await t.test('is refused in the same words wherever a proof is needed', async (t) => {
    const before = await fingerprint(app.deps.db)
    const guarded = routes.filter(({ access }) => access.class !== 'public')
    t.ok(guarded.length > 100)
    const expected = toldBy(await call('GET', victim.path, { key: null }), {})
    const misfits: string[] = []
    for (const target of guarded) {
      for (const caller of callers) {
        const answer = await ask(world, target, victim.ids, caller)
        const told = toldBy(answer, {})
        if (told !== expected) misfits.push(`${nameOf(target)} by ${caller.name}: ${told}`)
      }
    }
    t.same(misfits, [])
    t.match(expected, /401.*unauthenticated/)
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })

  await t.test('is told the same as anybody where none is needed', async (t) => {
    const before = await fingerprint(app.deps.db)
    const open = routes.filter(({ access }) => access.class === 'public')
    t.ok(open.length > 20)
    const misfits: string[] = []
    for (const target of open) {
      const expected = await ask(world, target, MISSING, nobody)
      const leaks = isForDevelopers(target) ? [] : leaksOf(expected, victim)
      if (leaks.length > 0) misfits.push(`${nameOf(target)} gives away ${leaks.join()}`)
      if (expected.status === 401 || expected.status === 403 || expected.status >= 500) {
        misfits.push(`${nameOf(target)}: ${verdictOf(expected)}`)
      }
      for (const caller of callers) {
        const answer = await ask(world, target, MISSING, caller)
        // What is measured counts these very requests.
        const tell = target.path === '/metrics' ? verdictOf : (one: Answer) => toldBy(one, MISSING)
        const [one, other] = [tell(answer), tell(expected)]
        if (one !== other) misfits.push(`${nameOf(target)} by ${caller.name}: ${one} not ${other}`)
      }
    }
    t.same(misfits, [])
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })
})
