import t from 'tap'
import type { Mail } from '../../src/mail/mailer.js'
import { createTestApp } from '../helpers/app.js'
import { readPage } from '../helpers/pages.js'
import { signupStories } from '../helpers/signup-pages.js'

/** As the requirement has it, on an idle machine. */
const LIMIT_MS = 1_000
const TRIES = 5

await t.test('from the form of a signup page to its mail it takes a second at most', async (t) => {
  const arrivals = new Map<string, () => void>()
  const send = async ({ to }: Mail) => {
    arrivals.get(to)?.()
  }
  const app = await createTestApp(t, {
    worker: { backoffMs: 10 },
    mailer: { send, close: async () => undefined }
  })
  const { path } = await app.organization()
  const { shown } = await signupStories(app).openPage(path, { max_signups: 100 })

  const times: number[] = []
  for (let i = 0; i < TRIES; i += 1) {
    const email = `${app.unique('ana')}@speed.test`
    const begun = performance.now()
    const arrived = new Promise<void>((resolve) => arrivals.set(email, resolve))
    t.equal((await readPage(shown, { form: { email } })).status, 303)
    await arrived
    times.push(performance.now() - begun)
  }
  // The best of some: what others do on the machine meanwhile is not ours.
  const best = Math.min(...times)
  t.comment(times.map((ms) => `${ms.toFixed(0)} ms`).join(', '))
  t.ok(best <= LIMIT_MS, `${best.toFixed(0)} ms`)
})
