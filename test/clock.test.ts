import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { fileClock } from '../src/clock.js'

await t.test('tells the instant of its file, from the moment it is written', async (t) => {
  const path = join(t.testdir({ clock: '2030-01-01T00:00:00Z\n' }), 'clock')
  const now = fileClock(path)
  t.equal(now().toISOString(), '2030-01-01T00:00:00.000Z')
  await writeFile(path, '2031-05-05T05:05:05.005Z')
  t.equal(now().toISOString(), '2031-05-05T05:05:05.005Z')
})

await t.test('is the real time while the file says nothing', async (t) => {
  const path = join(t.testdir({ clock: '' }), 'clock')
  const now = fileClock(path)
  const before = Date.now()
  t.ok(now().getTime() >= before)
  await unlink(path)
  t.ok(now().getTime() >= before)
})

await t.test('refuses a file that holds something else, at start', async (t) => {
  const path = join(t.testdir({ clock: 'tomorrow' }), 'clock')
  t.throws(() => fileClock(path), /MUSTER_TEST_CLOCK/)
})
