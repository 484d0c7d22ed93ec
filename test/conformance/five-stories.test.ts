import t from 'tap'
import { createTestApp, type TestApp } from '../helpers/app.js'
import type { Product } from './products.js'
import { factsOf, turnsBetween, turnsTold } from './stories/facts.js'
import { namesOf, normalize } from './stories/normal.js'
import { readLog, readRows } from './stories/rows.js'
import { STORIES } from './stories/stories.js'
import { beginStory, runStep, type Step, type Teller } from './stories/teller.js'

const PRODUCTS: readonly Product[] = ['oupi', 'openphone', 'surveymonkey', 'respondio', 'ampliphi']
const SEED = 20_300_101

/** Numbers that are the same in every run. */
function createRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Telling {
  readonly teller: Teller
  readonly left: Step[]
}

const begin = async (app: TestApp, product: Product): Promise<Telling> => ({
  teller: await beginStory(app, product),
  left: [...STORIES[product]]
})

/** What of a step is not told once, or is told without being so. */
async function findUntold(teller: Teller, step: Step): Promise<string[]> {
  const [before, seen] = [factsOf(await readRows(teller)), (await readLog(teller)).length]
  await runStep(teller, step)
  const became = turnsBetween(before, factsOf(await readRows(teller)))
  const { turns, faults } = turnsTold((await readLog(teller)).slice(seen), became)
  const lines = (list: typeof became) => list.map((turn) => JSON.stringify(turn)).sort()
  const [facts, told] = [lines(became), lines(turns)]
  return [
    ...facts.filter((fact) => !told.includes(fact)).map((fact) => `not told: ${fact}`),
    ...told.filter((fact) => !facts.includes(fact)).map((fact) => `not so: ${fact}`),
    ...faults
  ]
}

await t.test('five organizations, one of each product, on one server', async (t) => {
  const app = await createTestApp(t)
  const interleaved: Telling[] = []
  for (const product of PRODUCTS) interleaved.push(await begin(app, product))

  await t.test('every change that a step makes leaves exactly one event', async (t) => {
    const random = createRandom(SEED)
    for (;;) {
      const open = interleaved.filter(({ left }) => left.length > 0)
      const next = open[random(open.length)]
      const step = next?.left.shift()
      if (!next || !step) break
      t.same(await findUntold(next.teller, step), [], `${next.teller.product}: ${step.name}`)
    }
  })

  await t.test('each is as if it had been alone: its rows, and its log', async (t) => {
    for (const { teller } of interleaved) {
      const alone = await begin(app, teller.product)
      for (const step of alone.left) await runStep(alone.teller, step)
      const [told, again] = await Promise.all(
        [teller, alone.teller].map(async (one) =>
          normalize(one, await readLog(one), await readRows(one))
        )
      )
      t.ok((told?.events.length ?? 0) > 30, `${teller.product} has a long story`)
      t.same(told?.events, again?.events, `the log of ${teller.product}`)
      t.same(told?.state, again?.state, `the rows of ${teller.product}`)
    }
  })

  await t.test('nothing of one is in what another is shown', async (t) => {
    const names = new Map<Teller, Set<string>>()
    for (const { teller } of interleaved) names.set(teller, namesOf(teller, await readLog(teller)))
    const lists = await listsOf(app)
    t.ok(lists.length > 15)
    for (const { teller } of interleaved) {
      const others = interleaved.filter((one) => one.teller !== teller)
      const foreign = others.flatMap((one) => [...(names.get(one.teller) ?? [])])
      for (const list of lists) {
        const { body } = await app.call('GET', list.replace('{organization_id}', teller.id))
        const shown = JSON.stringify(body)
        t.same(
          foreign.filter((name) => shown.includes(name)),
          [],
          `${teller.product} ${list}`
        )
      }
      const log = JSON.stringify(await readLog(teller))
      t.same(
        foreign.filter((name) => log.includes(name)),
        [],
        `the log of ${teller.product}`
      )
    }
  })
})

/** Every address of an organization that needs nothing but the organization. */
async function listsOf({ call }: TestApp): Promise<string[]> {
  const { body } = await call('GET', '/openapi.json')
  return Object.entries(body.paths as Record<string, Record<string, unknown>>)
    .filter(([path, methods]) => /^[^{]*\{organization_id\}[^{]*$/.test(path) && 'get' in methods)
    .map(([path]) => path)
}
