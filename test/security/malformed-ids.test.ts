import t from 'tap'
import { nameOf, parametersOf } from '../helpers/routes.js'
import { fingerprint, MISSING } from '../helpers/tenant-with-everything.js'
import { ask, type Caller, openWorld, verdictOf } from '../helpers/walk.js'

const SUFFIX = '01jd3v8k2ffb5t0m5r6w9x7y3z'
/** What no id is, and what is one of something else. */
const WRONG = [
  'x',
  '..',
  '../..',
  '%',
  '\0',
  '\ud7ff\u202e',
  "' or 1=1 --",
  `mail_${SUFFIX}`,
  SUFFIX,
  `mem_8${SUFFIX.slice(1)}`,
  `mem_${SUFFIX.toUpperCase()}`,
  `mem_${SUFFIX}\n`,
  'org_'.padEnd(190, 'z'),
  'mem_'.padEnd(319, '0')
]
/** So many of them meet each parameter of each route; all of them meet all kinds of routes. */
const AT_ONCE = 3

await t.test('ids that are none', async (t) => {
  const world = await openWorld(t)
  const { app, routes, own } = world
  const kinds = Object.values(MISSING).filter((id) => /^[a-z]{3}_0/.test(id))
  const host: Caller = { name: 'the host', options: {} }

  await t.test('are never a fault of ours, wherever they are sent', async (t) => {
    const before = await fingerprint(app.deps.db)
    const misfits: string[] = []
    const walked = routes.flatMap((target) =>
      target.path.startsWith('/v1/')
        ? parametersOf(target)
            .filter((name) => name.endsWith('_id') && name !== 'user_id')
            .map((name) => ({ target, name }))
        : []
    )
    t.ok(walked.length > 120)
    const wrong = [...WRONG, ...kinds]
    let next = 0
    for (const { target, name } of walked) {
      const others = wrong.filter((id) => id.slice(0, 5) !== MISSING[name]?.slice(0, 5))
      for (let count = 0; count < AT_ONCE; count += 1) {
        next += 1
        const id = others[next % others.length] ?? ''
        const answer = await ask(world, target, { ...own.ids, [name]: id }, host)
        const verdict = verdictOf(answer)
        const isRefused = /^(400 invalid_request|404 [a-z_]+)$/.test(verdict)
        if (!isRefused) misfits.push(`${nameOf(target)} with ${name} ${id}: ${verdict}`)
      }
    }
    t.same(misfits, [])
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })
})
