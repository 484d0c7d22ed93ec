import fc from 'fast-check'
import t from 'tap'
import { policies } from '../../src/db/tables/policies.js'
import { expireInvitations } from '../../src/features/invitations/expire-invitations.sweep.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { createTestApp, START, type TestApp } from '../helpers/app.js'
import { watchTeam } from '../helpers/as-of.js'
import { type Game, startGame, take } from './play.js'
import { policyDocument, step } from './policies.js'

const SEED = 20_261_126
const RUNS = 8
const STEPS = 45

/** What befalls members beside what the players of `play` do, by the host's hand. */
const HOST_VERBS = [
  'rename',
  'correct',
  'resend',
  'invite_again',
  'cancel',
  'import',
  'import_again',
  'sweep'
] as const
type HostVerb = (typeof HOST_VERBS)[number]
const hostStep = fc.record({
  host: fc.constantFrom(...HOST_VERBS),
  target: fc.nat({ max: 1_000 }),
  role: fc.constantFrom('admin', 'member', 'guest')
})
type HostStep = typeof hostStep extends fc.Arbitrary<infer T> ? T : never

const document = policyDocument.filter(
  (document) => PolicyDocument.safeParse({ key: 'random', ...document }).success
)
const steps = fc.array(fc.oneof(step, step, hostStep), { minLength: STEPS, maxLength: STEPS })

async function begin(app: TestApp, document: object, number: number): Promise<Game> {
  app.clock.now = START
  const key = `random_${number}`
  const policy = PolicyDocument.parse({ key, ...document, removal: removalOf(number) })
  await app.deps.db.insert(policies).values({ key, version: 1, document: policy, createdAt: START })
  return startGame(app, key, policy)
}

/** In every other team whoever is removed is no longer named. */
const removalOf = (number: number) => ({ username: number % 2 === 0 ? 'kept' : 'dissociated' })

/** Answers with the status, or 0 where there was nobody to do it to. */
async function actAsHost({ app, org }: Game, { host, target, role }: HostStep): Promise<number> {
  const { call, deps, unique } = app
  const list = async (query: string) =>
    (await call('GET', `${org.path}/${query}`)).body.data as Record<string, string>[]
  const pick = <T>(rows: readonly T[]) => rows[target % rows.length]
  const offers = async () => list(`invitations?limit=100&status=${pick(['pending', 'expired'])}`)
  const lapsed = async () => pick(await list('members?limit=100&status=invitation_expired'))
  const send = async (method: string, path: string | undefined, body?: unknown) =>
    path === undefined ? 0 : (await call(method, path, body === undefined ? {} : { body })).status
  const join = (email: string | undefined) =>
    send('POST', email === undefined ? undefined : `${org.path}/members`, {
      members: [
        {
          user_id: unique('u'),
          email: email?.toUpperCase(),
          role,
          joined_at: '2020-02-29T12:00:00Z'
        }
      ]
    })
  const at = (row: Record<string, string> | undefined, noun: string, rest = '') =>
    row && `${org.path}/${noun}/${row['id']}${rest}`
  const ACTS: Record<HostVerb, () => Promise<number>> = {
    rename: async () =>
      send('PATCH', at(pick(await list('members?limit=100')), 'members'), { name: unique('Name') }),
    correct: async () => {
      const person = pick((await list('members?limit=100')).filter(({ user_id: id }) => id))
      return send('PATCH', person && `/v1/users/${person['user_id']}`, { name: unique('Right') })
    },
    resend: async () =>
      send('POST', at(pick(await offers()), 'invitations', '/resend'), { via: 'link' }),
    cancel: async () => send('DELETE', at(pick(await offers()), 'invitations')),
    invite_again: async () => {
      const email = (await lapsed())?.['email']
      return send('POST', email && `${org.path}/invitations`, {
        invitations: [{ email: email?.toUpperCase(), role, name: unique('Again') }]
      })
    },
    import: () => join(`${unique('u')}@play.test`),
    import_again: async () => join((await lapsed())?.['email']),
    sweep: async () => (await expireInvitations.run(deps)) + 200
  }
  return ACTS[host]()
}

await t.test('the log tells of every instant what was told at it', async (t) => {
  const app = await createTestApp(t)
  const done = new Map<string, number>()
  const count = (verb: string) => done.set(verb, (done.get(verb) ?? 0) + 1)
  let games = 0
  const property = fc.asyncProperty(document, steps, async (document, steps) => {
    const game = await begin(app, document, games++)
    const team = watchTeam(app, game.org.path)
    for (const one of steps) {
      await team.record()
      team.pass()
      if ('host' in one) {
        if ((await actAsHost(game, one)) >= 200) count(one.host)
      } else if ((await take(game, one)).said === 'ok') count(one.verb)
    }
    await team.record()
    const wrong = await team.differences()
    if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'))
  })
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
  for (const verb of HOST_VERBS) t.ok((done.get(verb) ?? 0) > 0, verb)
})
