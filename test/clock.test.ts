import { rm, writeFile } from 'node:fs/promises'
import t from 'tap'
import { fileClock, systemClock } from '../src/clock.js'

const REAL = { min: () => Date.now() - 1_000, max: () => Date.now() + 1_000 }
const isReal = (instant: Date) => instant.getTime() > REAL.min() && instant.getTime() < REAL.max()

await t.test('a clock file moves the time of whoever reads it, at every look', async (t) => {
  const path = `${t.testdir()}/clock`
  await writeFile(path, '2030-01-01T00:00:00.000Z\n')
  const [one, another] = [fileClock(path), fileClock(path)]
  t.equal(one().toISOString(), '2030-01-01T00:00:00.000Z')
  await writeFile(path, '2031-05-01T12:00:00Z')
  t.equal(one().toISOString(), '2031-05-01T12:00:00.000Z')
  t.equal(another().toISOString(), '2031-05-01T12:00:00.000Z')
})

await t.test('while the file is empty or away, time is real', async (t) => {
  const path = `${t.testdir()}/clock`
  const clock = fileClock(path)
  t.ok(isReal(clock()))
  await writeFile(path, ' \n')
  t.ok(isReal(clock()))
  await writeFile(path, '2030-01-01T00:00:00.000Z')
  t.notOk(isReal(clock()))
  await rm(path)
  t.ok(isReal(clock()))
  t.ok(isReal(systemClock()))
})

await t.test('a file that holds no instant is refused, not taken for real time', async (t) => {
  const path = `${t.testdir()}/clock`
  await writeFile(path, 'tomorrow')
  const refusal = { name: 'StartupError', message: /^MUSTER_TEST_CLOCK: the file must hold/ }
  t.throws(() => fileClock(path), refusal)
  await rm(path)
  const clock = fileClock(path)
  await writeFile(path, 'tomorrow')
  t.throws(clock, refusal)
})
