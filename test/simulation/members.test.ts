import fc from 'fast-check'
import t from 'tap'
import { policies } from '../../src/db/tables/policies.js'
import { checkPolicy } from '../../src/policy/check/check-policy.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { createTestApp, START, type TestApp } from '../helpers/app.js'
import type { Person } from './model.js'
import { compare, type Game, startGame, take } from './play.js'
import { policyDocument, step } from './policies.js'

const SEED = 20_261_125
const RUNS = 12
const STEPS = 40

/** Only what the checker lets through: what it lets through must hold. */
const safePolicy = policyDocument.filter((document) => {
  const parsed = PolicyDocument.safeParse({ key: 'random', ...document })
  return parsed.success && !checkPolicy(parsed.data).some(({ severity }) => severity === 'error')
})
const steps = fc.array(step, { minLength: STEPS, maxLength: STEPS })

/** A new organization under a new policy. */
async function begin(app: TestApp, document: object, number: number): Promise<Game> {
  app.clock.now = START
  const key = `random_${number}`
  const policy = PolicyDocument.parse({ key, ...document })
  await app.deps.db.insert(policies).values({ key, version: 1, document: policy, createdAt: START })
  return startGame(app, key, policy)
}

await t.test('whatever is done, by whomever, an independent model agrees', async (t) => {
  const app = await createTestApp(t)
  const outcomes = new Map<string, number>()
  let games = 0
  const property = fc.asyncProperty(safePolicy, steps, async (document, steps) => {
    const game = await begin(app, document, games++)
    for (const [index, one] of steps.entries()) {
      const { said, expected } = await take(game, one)
      outcomes.set(said, (outcomes.get(said) ?? 0) + 1)
      const name = `step ${index}, ${one.verb}`
      if (said !== expected) throw new Error(`${name}: ${said} instead of ${expected}`)
      if (!(await compare(t, game, name))) throw new Error(`${name}: not the same people`)
    }
  })
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
  t.ok((outcomes.get('ok') ?? 0) > RUNS * 8, 'enough was done')
  t.ok(outcomes.size > 8, `and refused for many reasons: ${[...outcomes.keys()].join(', ')}`)
})

await t.test('nobody gains power by what they and those they bring do alone', async (t) => {
  const app = await createTestApp(t)
  let games = 0
  const role = fc.constantFrom('admin', 'member', 'guest')
  const property = fc.asyncProperty(safePolicy, steps, role, async (document, steps, role) => {
    const game = await begin(app, document, games++)
    const bystanders = [...game.model.people]
    for (const as of ['admin', 'member', 'guest']) bystanders.push(await join(game, as))
    const holders = new Map(bystanders.map(({ id, userId }) => [id, userId]))
    await join(game, role)
    const power = new Set(permissionsOf(game, role))
    // Whoever was asked in, or took over a seat, is in league with whoever asked.
    const league = () =>
      game.model.people.filter(
        ({ id, userId, status }) => status === 'active' && holders.get(id) !== userId
      )
    for (const one of steps) {
      const acting = league()
      const actor = acting[one.actor % acting.length]
      if (!actor) return
      await take(game, one, actor)
      for (const { role: held } of league()) {
        const gained = permissionsOf(game, held).filter((permission) => !power.has(permission))
        if (gained.length > 0) throw new Error(`a ${role} got ${gained.join()} by ${one.verb}`)
      }
    }
  })
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
})

function permissionsOf({ rules }: Game, role: string): readonly string[] {
  return rules.roles.find(({ key }) => key === role)?.permissions ?? []
}

/** A member who has joined by the host's own invitation. */
async function join({ app, org, model }: Game, role: string): Promise<Person> {
  const { id, userId } = await app.member(org.path, { role })
  const person: Person = { id, role, status: 'active', userId, offer: undefined }
  model.people.push(person)
  return person
}
