import t from 'tap'
import { nameOf, type Target } from '../helpers/routes.js'
import { readStatements } from '../helpers/statements.js'
import { fingerprint, type Ids, MISSING } from '../helpers/tenant-with-everything.js'
import { bearer, bySecret, claimsOf } from '../helpers/tokens.js'
import {
  ask,
  type Caller,
  leaksOf,
  openWorld,
  saidIn,
  toldBy,
  verdictOf,
  type World
} from '../helpers/walk.js'

/** What a route may answer to whoever belongs elsewhere, by its class. */
const MAY_TELL: Readonly<Record<Target['access']['class'], RegExp>> = {
  tenant: /^404 not_found$/,
  operator: /^(20[01]|400 invalid_request|403 [a-z_]+|404 [a-z_]+)$/,
  public: /^(20\d|400 .*|404 .*|410 .*)$/
}

/** What a route tells before it looks at the organization it tells of any. */
const mayTell = ({ access }: Target): RegExp =>
  access.class === 'tenant' && access.orStranger
    ? /^(400 invalid_request|404 not_found)$/
    : MAY_TELL[access.class]

/** Who belongs to an organization, but not to the one that is asked about. */
async function strangersOf({ app, ownKey: key, victim, own }: World): Promise<Caller[]> {
  const userId = own.as.replace('user:', '')
  const minted = await app.call('POST', '/v1/member-tokens', {
    key,
    body: { organization_id: own.id, user_id: userId, expires_in_seconds: 3_600 }
  })
  return [
    { name: 'a person of another', options: bearer(bySecret(claimsOf(userId))) },
    { name: 'a member token of another', options: bearer(String(minted.body.token)) },
    { name: 'the key of another', options: { key } },
    { name: 'it, for a person of its own', options: { key, actor: own.as } },
    { name: 'it, for a person there', options: { key, actor: victim.as } },
    { name: 'it, for a member there', options: { key, actor: `member:${victim.ids['member_id']}` } }
  ]
}

/** An answer, and what the database was asked for it. */
async function observe(world: World, target: Target, ids: Ids, who: Caller) {
  const asked: { answer?: Awaited<ReturnType<typeof ask>> } = {}
  const statements = await readStatements(async () => {
    asked.answer = await ask(world, target, ids, who)
  })
  if (!asked.answer) throw new Error('asked above')
  return { answer: asked.answer, statements: statements.join(';\n') }
}

await t.test('whoever belongs elsewhere', async (t) => {
  const world = await openWorld(t)
  const { app, routes, victim } = world
  const strangers = await strangersOf(world)
  const walk = async (targets: readonly Target[]) => {
    const misfits: string[] = []
    for (const target of targets) {
      for (const who of strangers) {
        const place = `${nameOf(target)} by ${who.name}`
        const none = await observe(world, target, MISSING, who)
        const foreign = await observe(world, target, victim.ids, who)
        const said = saidIn(world, target, victim.ids)
        const told = toldBy(foreign.answer, said)
        const expected = toldBy(none.answer, saidIn(world, target, MISSING))
        const verdict = verdictOf(foreign.answer)
        const leaks = leaksOf(foreign.answer, victim, said)
        if (!mayTell(target).test(verdict)) misfits.push(`${place}: ${verdict}`)
        if (Object.keys(said).length === 0) continue
        if (told !== expected) misfits.push(`${place}: ${told} instead of ${expected}`)
        if (leaks.length > 0) misfits.push(`${place} gives away ${leaks.join()}`)
        if (foreign.statements !== none.statements) {
          misfits.push(`${place}: ${foreign.statements} instead of ${none.statements}`)
        }
      }
    }
    return misfits
  }

  await t.test('finds of an organization what they find of none, on every route', async (t) => {
    const before = await fingerprint(app.deps.db)
    const targets = routes.filter(({ access }) => access.class === 'tenant')
    t.ok(targets.length > 90)
    t.same(await walk(targets), [])
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })

  await t.test('finds nothing of it on routes of the deployment', async (t) => {
    const before = await fingerprint(app.deps.db, victim.id)
    const targets = routes.filter(({ access }) => access.class === 'operator')
    t.ok(targets.length > 30)
    t.same(await walk(targets), [])
    t.equal(await fingerprint(app.deps.db, victim.id), before, 'no row of it changed')
  })
})
