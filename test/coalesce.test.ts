import t from 'tap'
import { coalesce } from '../src/coalesce.js'

/** A loader whose loads end when the test says so. */
function controlled() {
  const loads: { questions: readonly number[]; finish: () => void; fail: () => void }[] = []
  const load = (questions: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      loads.push({
        questions,
        finish: () => {
          resolve(questions.map((question) => question * 10))
        },
        fail: () => {
          reject(new Error('away'))
        }
      })
    })
  return { loads, load }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

await t.test('questions of one moment share a load, each with its own answer', async (t) => {
  const { loads, load } = controlled()
  const ask = coalesce(load, { max: 10, lanes: 1 })
  const answers = Promise.all([ask(1), ask(2), ask(3)])
  await turn()
  t.same(
    loads.map(({ questions }) => questions),
    [[1, 2, 3]]
  )
  loads[0]?.finish()
  t.same(await answers, [10, 20, 30])
})

await t.test('an answer never comes from a load that began before its question', async (t) => {
  const { loads, load } = controlled()
  const ask = coalesce(load, { max: 10, lanes: 1 })
  const first = ask(1)
  await turn()
  const late = ask(1)
  await turn()
  t.equal(loads.length, 1, 'the late one waits')
  loads[0]?.finish()
  await first
  await turn()
  t.same(loads[1]?.questions, [1], 'and is asked again')
  loads[1]?.finish()
  t.equal(await late, 10)
})

await t.test('no load takes more than its bound, and lanes run side by side', async (t) => {
  const { loads, load } = controlled()
  const ask = coalesce(load, { max: 2, lanes: 2 })
  const answers = Promise.all([1, 2, 3, 4, 5].map(ask))
  await turn()
  t.same(
    loads.map(({ questions }) => questions),
    [
      [1, 2],
      [3, 4]
    ]
  )
  loads[0]?.finish()
  await turn()
  t.same(loads[2]?.questions, [5])
  for (const { finish } of loads) finish()
  t.same(await answers, [10, 20, 30, 40, 50])
})

await t.test('a load that fails fails its own questions only', async (t) => {
  const { loads, load } = controlled()
  const ask = coalesce(load, { max: 10, lanes: 1 })
  const failing = ask(1)
  await turn()
  loads[0]?.fail()
  await t.rejects(failing, /away/)
  const next = ask(2)
  await turn()
  loads[1]?.finish()
  t.equal(await next, 20)
})

await t.test('or all that wait, where they would only fail the same', async (t) => {
  const { loads, load } = controlled()
  const isAway = (error: unknown) => error instanceof Error && error.message === 'away'
  const ask = coalesce(load, { max: 1, lanes: 1, failsAll: isAway })
  const asked = [1, 2, 3].map(ask)
  await turn()
  loads[0]?.fail()
  for (const one of asked) await t.rejects(one, /away/)
  t.equal(loads.length, 1, 'nothing more was tried')
  const next = ask(4)
  await turn()
  loads[1]?.finish()
  t.equal(await next, 40)
})
